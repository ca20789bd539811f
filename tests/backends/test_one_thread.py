from __future__ import annotations

import pytest

from mdl.backends import one_thread as module
from mdl.backends.one_thread import one_thread


def test_threads_are_one_inside_and_as_before_outside_also_after_an_error() -> None:
    found = module._switches()
    if found is None:
        pytest.skip("numpy without its own OpenBLAS")
    get, put = found
    before = get()
    put(2)
    try:
        with one_thread():
            assert get() == 1
        assert get() == 2
        with pytest.raises(ZeroDivisionError), one_thread():
            raise ZeroDivisionError
        assert get() == 2
    finally:
        put(before)


def test_nothing_happens_without_openblas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_switches", lambda: None)
    with one_thread():
        pass
