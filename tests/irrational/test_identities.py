"""Numbers that are equal cancel to exactly 0, and numbers that are not have the sign that they have."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from mdl.algebra.vectors import Fault
from mdl.irrational.atoms import Row, rational
from mdl.irrational.factor import factored
from mdl.irrational.rows import Rows, combined, scaled

T = Rows()
F = Fraction


def log(x: Row | Fraction | int) -> Row:
    return T.log(x if isinstance(x, tuple) else rational(x))


def exp(x: Row | Fraction | int) -> Row:
    return T.exp(x if isinstance(x, tuple) else rational(x))


def power(x: Row | Fraction | int, r: Fraction | str | int) -> Row:
    return T.power(x if isinstance(x, tuple) else rational(x), F(r))


def sqrt(x: Row | Fraction | int) -> Row:
    return power(x, F(1, 2))


def plus(*parts: Row | Fraction | int) -> Row:
    return combined([(F(1), p if isinstance(p, tuple) else rational(p)) for p in parts])


def minus(a: Row | Fraction | int, b: Row | Fraction | int) -> Row:
    return plus(a, scaled(b if isinstance(b, tuple) else rational(b), F(-1)))


def times(*parts: Row | Fraction | int) -> Row:
    out = rational(1)
    for p in parts:
        out = T.multiply(out, p if isinstance(p, tuple) else rational(p))
    return out


ZEROS: list[tuple[str, Callable[[], Row]]] = [
    ("log 6 = log 2 + log 3", lambda: minus(log(6), plus(log(2), log(3)))),
    ("log 8 = 3 log 2", lambda: minus(log(8), times(3, log(2)))),
    ("log 9/4 = 2 log 3/2", lambda: minus(log(F(9, 4)), times(2, log(F(3, 2))))),
    ("log of big numbers", lambda: minus(log(F(10**60)), times(60, log(10)))),
    ("sqrt 8 = 2 sqrt 2", lambda: minus(sqrt(8), times(2, sqrt(2)))),
    ("8^(1/5) = 2^(3/5)", lambda: minus(power(8, "1/5"), power(2, "3/5"))),
    ("8^(-4/5) = 8^(1/5) / 8", lambda: minus(power(8, "-4/5"), times(F(1, 8), power(8, "1/5")))),
    ("sqrt 6 = sqrt 2 sqrt 3", lambda: minus(sqrt(6), times(sqrt(2), sqrt(3)))),
    ("2^(-0.8) 2^0.8 = 1", lambda: minus(times(power(2, "-0.8"), power(2, "0.8")), 1)),
    ("(7^0.5)^2 = 7", lambda: minus(power(sqrt(7), 2), 7)),
    ("(7^0.3)^(10/3) = 7", lambda: minus(power(power(7, "0.3"), "10/3"), 7)),
    ("(sqrt 2 + 1)(sqrt 2 - 1) = 1", lambda: minus(times(plus(sqrt(2), 1), minus(sqrt(2), 1)), 1)),
    ("(1 + sqrt 2)^3 = 7 + 5 sqrt 2", lambda: minus(power(plus(1, sqrt(2)), 3), plus(7, times(5, sqrt(2))))),
    ("x / x = 1", lambda: minus(T.divide(plus(1, sqrt(2)), plus(1, sqrt(2))), 1)),
    ("2x / -3x = -2/3", lambda: plus(T.divide(times(2, plus(1, log(2))), times(-3, plus(1, log(2)))), F(2, 3))),
    ("sqrt(x)^2 = x", lambda: minus(power(sqrt(plus(1, log(2))), 2), plus(1, log(2)))),
    ("sqrt(4 x) = 2 sqrt x", lambda: minus(sqrt(plus(4, times(4, log(2)))), times(2, sqrt(plus(1, log(2)))))),
    ("exp log x", lambda: minus(exp(log(F(7, 3))), F(7, 3))),
    ("exp(log(2)/2) = sqrt 2", lambda: minus(exp(times(F(1, 2), log(2))), sqrt(2))),
    ("exp(a + b) = exp a exp b", lambda: minus(exp(plus(F(1, 2), sqrt(2))), times(exp(F(1, 2)), exp(sqrt(2))))),
    ("exp x exp -x = 1", lambda: minus(times(exp(sqrt(3)), exp(times(-1, sqrt(3)))), 1)),
    ("log exp x = x", lambda: minus(log(exp(plus(F(1, 3), sqrt(5)))), plus(F(1, 3), sqrt(5)))),
    ("log sqrt 2", lambda: minus(log(sqrt(2)), times(F(1, 2), log(2)))),
    ("exp log(1 + log 2)", lambda: minus(exp(log(plus(1, log(2)))), plus(1, log(2)))),
    ("log of a square", lambda: minus(log(power(log(2), 2)), times(2, log(log(2))))),
    ("exp log log 2", lambda: minus(exp(log(log(3))), log(3))),
    ("products commute", lambda: minus(times(log(2), sqrt(3)), times(sqrt(3), log(2)))),
    ("(log 2)^2 (log 2)^-1", lambda: minus(times(power(log(2), 2), power(log(2), -1)), log(2))),
    ("(-x)^-1", lambda: plus(power(minus(1, sqrt(3)), -1), power(minus(sqrt(3), 1), -1))),
]


@pytest.mark.parametrize("make", [m for _, m in ZEROS], ids=[n for n, _ in ZEROS])
def test_equal_numbers_cancel(make: Callable[[], Row]) -> None:
    assert make() == rational(0)


HIDDEN: list[tuple[str, Callable[[], Row]]] = [
    ("1/(1 + sqrt 2) = sqrt 2 - 1", lambda: minus(T.divide(rational(1), plus(1, sqrt(2))), minus(sqrt(2), 1))),
    (
        "shares sum to 1",
        lambda: minus(plus(*(T.divide(sqrt(n), plus(sqrt(2), sqrt(3), 5)) for n in (2, 3, 25))), 1),
    ),
    ("x x^(-0.8) = x^0.2", lambda: minus(times(X, power(X, "-0.8")), power(X, "0.2"))),
    ("1/x + 1/y = (x + y)/(x y)", lambda: minus(plus(power(X, -1), power(Y, -1)), T.divide(plus(X, Y), times(X, Y)))),
    (
        "a quotient of quotients",
        lambda: minus(power(plus(1, power(X, -1)), -1), T.divide(X, plus(X, 1))),
    ),
]
X, Y = plus(1, sqrt(2), log(3)), minus(sqrt(5), log(2))


@pytest.mark.parametrize("make", [m for _, m in HIDDEN], ids=[n for n, _ in HIDDEN])
def test_equal_quotients_are_seen_when_denominators_are_cleared(make: Callable[[], Row]) -> None:
    assert T.sign(make()) == 0
    assert T.sign(plus(make(), times(F(1, 10**50), sqrt(2)))) == 1


SIGNS: list[tuple[str, Callable[[], Row], int]] = [
    ("sqrt(10^20 + 1) > 10^10", lambda: minus(sqrt(10**20 + 1), 10**10), 1),
    ("sqrt(10^60 - 1) < 10^30", lambda: minus(sqrt(10**60 - 1), 10**30), -1),
    ("log(1 + 1e-30) < 1e-30", lambda: minus(log(1 + F(1, 10**30)), F(1, 10**30)), -1),
    ("log(1 + 1e-30) > 0", lambda: log(1 + F(1, 10**30)), 1),
    ("2^(1e-30) > 1", lambda: minus(power(2, F(1, 10**30)), 1), 1),
    ("exp(1e-40) > 1 + 1e-40", lambda: minus(exp(F(1, 10**40)), 1 + F(1, 10**40)), 1),
    # 3^12 = 531441 > 524288 = 2^19
    ("12 log 3 > 19 log 2", lambda: minus(times(12, log(3)), times(19, log(2))), 1),
    # 131836323^2 = 2 * 93222358^2 + 1
    ("convergent of sqrt 2", lambda: minus(sqrt(2), F(131836323, 93222358)), -1),
]


@pytest.mark.parametrize(("make", "sign"), [(m, s) for _, m, s in SIGNS], ids=[n for n, _, _ in SIGNS])
def test_numbers_near_0_have_their_sign(make: Callable[[], Row], sign: int) -> None:
    assert T.sign(make()) == sign


def test_what_is_not_seen_to_be_0_is_not_called_0() -> None:
    # sqrt(3 + 2 sqrt 2) = 1 + sqrt 2 is an identity that the form does not see
    assert T.sign(minus(sqrt(plus(3, times(2, sqrt(2)))), plus(1, sqrt(2)))) == 2


seen = HIDDEN[0][1]


def unseen() -> Row:
    return minus(sqrt(plus(3, times(2, sqrt(2)))), plus(1, sqrt(2)))


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: T.divide(rational(1), seen()), "zero"),
        (lambda: T.divide(seen(), seen()), "nought"),
        (lambda: power(seen(), -1), "zero"),
        (lambda: log(seen()), "log"),
        (lambda: T.divide(unseen(), unseen()), "undecided"),
        (lambda: power(unseen(), "0.5"), "undecided"),
        (lambda: log(unseen()), "undecided"),
        (lambda: power(log(plus(1, unseen())), -1), "undecided"),
        (lambda: power(minus(log(2), 1), "0.5"), "power"),
        (lambda: log(minus(1, sqrt(2))), "log"),
    ],
)
def test_a_hidden_zero_is_no_divisor(make: Callable[[], Row], fault: str) -> None:
    with pytest.raises(Fault) as raised:
        make()
    assert raised.value.what == fault


def test_powers_of_what_is_0_in_another_form() -> None:
    assert power(seen(), "0.5") == power(seen(), 20) == rational(0)
    assert power(seen(), 0) == rational(1)


@pytest.mark.parametrize(
    "value", [F(1), F(2**61 - 1), F(360, 7**5), F(10**60 + 7, 3**90), F((2**61 - 1) * (2**89 - 1))]
)
def test_a_number_is_the_product_of_its_factors(value: Fraction) -> None:
    product = F(1)
    for p, k in factored(value).items():
        product *= F(p) ** k
    assert product == value
