"""Families as formulas: their text, and what they are worth in environments worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.answer.typed_text import text
from mdl.semantics.model import MechanismSymbol, OutcomeSymbol, RuleSymbol, TransferSymbol
from tests.semantics.meaning import Profile, World, worth
from tests.semantics.texts import clean, codes

AUCTION = (
    "agents BIDDER := {a, b, c}; type value[BIDDER] in {1, 2, 3}; prior value ~ uniform; var win[BIDDER] >= 0;"
    "subject to one: sum(i in BIDDER) win[i] <= 1; valuation[i in BIDDER] = value[i] * win[i];"
    "maximize welfare: sum(i in BIDDER) valuation[i];"
)
MARKET = (
    "agents BUYER := {b1, b2}; agents SELLER := {s1}; var x[BUYER] >= 0; var y[SELLER] >= 0;"
    "valuation[i in BUYER] = x[i]; valuation[j in SELLER] = -y[j];"
    "maximize gains: sum(i in BUYER) valuation[i] + sum(j in SELLER) valuation[j];"
)
SHARING = (
    "agents FIRM := {f, g}; type size[FIRM] in {1, 2, 3}; outcome pool { q[i in FIRM] = sum(j in FIRM) size[j]; }"
    "valuation[i in FIRM] = q[i] / size[i];"
)


def mechanism(body: str, name: str = "m") -> MechanismSymbol:
    made = clean(body).symbols[name]
    assert isinstance(made, MechanismSymbol)
    return made


def texts(body: str) -> list[str]:
    """Each transfer's formula; all are paid by the agent."""
    made = mechanism(body)
    assert all(t.direction == "pay" and t.body is not None for t in made.transfers) and not made.unknown
    return [text(t.body) for t in made.transfers if t.body is not None]


def paid(transfers: tuple[TransferSymbol, ...], agent: str, world: World) -> Fraction:
    """What an agent pays by the one transfer that it has."""
    for t in transfers:
        (binder,) = t.index
        domain = binder.domain.span.text
        if agent in world.sets[domain]:
            assert t.body is not None
            return Fraction(worth(t.body, world, {binder.indices[0]: agent}))
    raise AssertionError(agent)


def test_the_formulas_read_as_in_the_papers() -> None:
    assert texts(AUCTION + "mechanism m = vcg(welfare);") == ["(welfare without i) - (welfare - valuation[i])"]
    assert texts(AUCTION + "mechanism m = mep(welfare);") == ["valuation[i] - (valuation[i] without i)"]
    assert texts(AUCTION + "mechanism m = pay_as_bid(welfare);") == ["valuation[i]"]
    assert texts(AUCTION + "mechanism m = agv(welfare);") == [
        "(sum(j in BIDDER where j != i) expected(sum(k in BIDDER where k != j) valuation[k] given value[j]))"
        "/max(sum(k in BIDDER) 1 + (-1), 1) - expected(sum(j in BIDDER where j != i) valuation[j] given value[i])"
    ]
    assert texts(SHARING + "mechanism m = vcg(pool);") == [
        "sum(j in FIRM where j != i) (valuation[j] without i) - sum(j in FIRM where j != i) valuation[j]"
    ]


def test_a_minimised_rule_has_the_sign_turned() -> None:
    cost = "minimize cost: sum(i in BIDDER) -valuation[i];"
    assert texts(AUCTION + cost + "mechanism m = vcg(cost);") == ["cost - (cost without i) + valuation[i]"]


def test_two_sets_of_agents_have_a_transfer_each() -> None:
    made = mechanism(MARKET + "mechanism m = vcg(gains);")
    assert [(t.name, t.direction) for t in made.transfers] == [("pay", "pay")] * 2
    assert [t.index[0].domain.span.text for t in made.transfers] == ["BUYER", "SELLER"]
    assert isinstance(made.outcome, RuleSymbol) and made.family == "vcg" and made.outcome.name == "gains"
    formula = MARKET[: MARKET.index("maximize")].replace("= x[i]", "= q").replace("-y[j]", "-q")
    assert texts(formula + "outcome f { q = 1; } mechanism m = vcg(f);") == [
        "(sum(j in BUYER where j != i) (valuation[j] without i) + sum(j in SELLER) (valuation[j] without i))"
        " - (sum(j in BUYER where j != i) valuation[j] + sum(j in SELLER) valuation[j])",
        "(sum(j in BUYER) (valuation[j] without i) + sum(j in SELLER where j != i) (valuation[j] without i))"
        " - (sum(j in BUYER) valuation[j] + sum(j in SELLER where j != i) valuation[j])",
    ]


def test_the_transfer_is_called_pay_where_nothing_else_is() -> None:
    assert mechanism(AUCTION + "mechanism m = vcg(welfare);").transfers[0].name == "pay"
    assert mechanism(AUCTION + "param pay := 1; mechanism m = vcg(welfare);").transfers[0].name == "p"


def test_a_condition_on_the_agents_stays_with_the_formula() -> None:
    made = mechanism(
        "agents U := {u1, u2, u3}; param in_town[U] := 1;"
        "valuation[k in U where in_town[k] == 1] = q; outcome f { q = 1; } mechanism m = vcg(f);"
    )
    (transfer,) = made.transfers
    assert transfer.where is not None and text(transfer.where) == "in_town[i] == 1"
    assert transfer.body is not None
    assert text(transfer.body).startswith("sum(j in U where j != i and in_town[j] == 1) (valuation[j] without i) - ")


# ---- what they are worth -------------------------------------------------------------------------------


def best(present: frozenset[str], profile: Profile) -> str | None:
    return max(sorted(present), key=lambda a: profile[a], default=None)


def auction(profile: Profile) -> World:
    """The item goes to the highest value among those present, the first of equals."""
    return World(
        {"BIDDER": tuple(profile)},
        lambda a, present, theta: theta[a] if best(present, theta) == a else Fraction(0),
        lambda present, theta: max((theta[a] for a in present), default=Fraction(0)),
        {Fraction(1): Fraction(1, 3), Fraction(2): Fraction(1, 3), Fraction(3): Fraction(1, 3)},
        profile,
    )


def profiles() -> Iterator[Profile]:
    for values in product((1, 2, 3), repeat=3):
        yield dict(zip("abc", map(Fraction, values), strict=True))


def test_vcg_of_an_auction_is_the_second_price() -> None:
    made = mechanism(AUCTION + "mechanism m = vcg(welfare);")
    for profile in profiles():
        world = auction(profile)
        winner = best(world.present, profile)
        second = sorted(profile.values())[-2]
        assert [paid(made.transfers, a, world) for a in "abc"] == [second if a == winner else 0 for a in "abc"]


def test_agv_pays_expected_externalities_and_is_balanced() -> None:
    made = mechanism(AUCTION + "mechanism m = agv(welfare);")
    prior = auction({a: Fraction(1) for a in "abc"}).prior
    assert prior is not None
    for profile in profiles():
        world = auction(profile)
        pays = [paid(made.transfers, a, world) for a in "abc"]
        assert sum(pays) == 0
        # By hand: the others' expected value given the own type, then each pays the mean of the two others' shares.
        shares = []
        for a in "abc":
            total = Fraction(0)
            others = [b for b in "abc" if b != a]
            for x, y in product(prior, repeat=2):
                theta = {a: profile[a], **dict(zip(others, (x, y), strict=True))}
                winner = best(frozenset("abc"), theta)
                total += (theta[winner] if winner != a and winner is not None else 0) * prior[x] * prior[y]
            shares.append(total)
        assert pays == [(sum(shares) - own) / 2 - own for own in shares]


def test_pay_as_bid_and_mep_of_an_auction() -> None:
    bids = mechanism(AUCTION + "mechanism m = pay_as_bid(welfare);")
    most = mechanism(AUCTION + "mechanism m = mep(welfare);")
    for profile in profiles():
        world = auction(profile)
        for a in "abc":
            own = profile[a] if best(world.present, profile) == a else 0
            assert paid(bids.transfers, a, world) == own
            assert paid(most.transfers, a, world) == own  # an absent bidder has no item, so 0 without itself


def test_payments_of_data_sharing() -> None:
    """A firm's value is the pooled size over its own: absent, the pool is the other's alone, and the other has 1."""

    def value(agent: str, present: frozenset[str], size: Profile) -> Fraction:
        return sum((size[b] for b in present), Fraction(0)) / size[agent]

    clarke = mechanism(SHARING + "mechanism m = vcg(pool);")
    most = mechanism(SHARING + "mechanism m = mep(pool);")
    for f, g in product((1, 2, 3), repeat=2):
        world = World({"FIRM": ("f", "g")}, value, None, None, {"f": Fraction(f), "g": Fraction(g)})
        assert paid(clarke.transfers, "f", world) == 1 - Fraction(f + g, g)
        assert paid(most.transfers, "f", world) == Fraction(f + g, f) - Fraction(g, f)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abcde"), st.integers(-9, 9).map(Fraction), min_size=1))
def test_vcg_leaves_each_with_its_part_of_the_whole(values: dict[str, Fraction]) -> None:
    """Whatever the valuations: an agent's value minus its payment is R - (R without i)."""
    made = mechanism(AUCTION + "mechanism m = vcg(welfare);")
    world = replace(auction(values), rule=lambda present, theta: sum((theta[a] ** 3 for a in present), Fraction(7)))
    assert world.rule is not None
    for agent in values:
        value = world.value(agent, world.present, values)
        part = world.rule(world.present, values) - world.rule(world.present - {agent}, values)
        assert value - paid(made.transfers, agent, world) == part


def test_families_of_formulas() -> None:
    made = mechanism(SHARING + "mechanism m = mep(pool);")
    assert isinstance(made.outcome, OutcomeSymbol) and made.family == "mep" and made.goal is None


@pytest.mark.parametrize(
    "call, expected",
    [
        ("vcg(welfare)", []),
        ("vgc(welfare)", ["MDL287"]),
        ("vcg(walfare)", ["MDL285"]),
        ("vcg(win)", ["MDL285"]),
        ("vcg(free)", ["MDL285"]),
        ("vcg(welfare, welfare)", ["MDL288"]),
        ("vcg(1 + 1)", ["MDL288"]),
        ("1", ["MDL288"]),
    ],
)
def test_calls(call: str, expected: list[str]) -> None:
    assert codes(AUCTION + f"mechanism m = {call};") == expected


@pytest.mark.parametrize("agent", ["b1", "s1"])
@pytest.mark.parametrize("taken", ["", "param pay := 1;"])
def test_the_transfers_of_two_sets_are_asked_by_one_name(agent: str, taken: str) -> None:
    name = "p" if taken else "pay"
    clean(MARKET + taken + f"mechanism m = vcg(gains); expect m.{name}[{agent}] == 0; expect m.pay[{agent}] == 0;")
