"""Cancels: which print each one takes back."""

from __future__ import annotations

from typing import Any

import pytest

from small_tapes import Row, bought, read


def numbered(*times: str, **more: Any) -> list[Row]:  # noqa: ANN401
    """Print one contract several times alike, each print with an id that is its number."""
    return [
        bought("call", 660, traded_at=f"14:30:0{place}Z", condition="I", trade_id=str(place), **more)
        for place, _ in enumerate(times)
    ]


def left(*rows: Row) -> list[str]:
    """Return the ids of the prints that are left."""
    return read(*rows).legs["trade_id"].tolist()


def cancel(code: str, at: str = "14:31:00Z", **more: Any) -> Row:  # noqa: ANN401
    return bought("call", 660, traded_at=at, condition=code, **more)


@pytest.mark.parametrize(("code", "gone"), [("A", "2"), ("C", "2"), ("E", "0"), ("G", "2"), ("CANC", "2")])
def test_a_cancel_takes_the_latest_such_print_or_the_first(code: str, gone: str) -> None:
    """E takes back the opening print; the others the latest before them."""
    assert set("012") - set(left(*numbered("a", "b", "c"), cancel(code))) == {gone}


def test_the_first_print_is_the_first_of_its_day() -> None:
    yesterday = numbered("a")[0] | {"traded_at": "2026-10-01T14:30:00Z", "trade_id": "before"}
    assert left(yesterday, *numbered("a", "b"), cancel("E")) == ["before", "1"]


def test_a_cancel_with_the_trades_id_takes_that_print() -> None:
    """Its price need not be repeated."""
    assert left(*numbered("a", "b", "c"), cancel("A", trade_id="1", entry=0.0)) == ["0", "2"]


def test_a_cancel_with_an_id_of_its_own_takes_what_is_alike() -> None:
    assert left(*numbered("a", "b"), cancel("A", trade_id="99")) == ["0"]


def test_two_cancels_take_two_prints() -> None:
    assert left(*numbered("a", "b", "c"), cancel("A"), cancel("A", at="14:32:00Z")) == ["0"]


@pytest.mark.parametrize(
    "differs", [{"exchange": "X"}, {"entry": 4.0}, {"quantity": 11.0}, {"strike": 665.0}, {"expiry": "2026-12-18"}]
)  # fmt: skip
def test_a_cancel_of_another_print_finds_nothing_and_is_counted(differs: Row) -> None:
    """It leaves the tape all the same: it is no trade."""
    tape = read(*numbered("a"), cancel("A") | differs)
    assert tape.legs["trade_id"].tolist() == ["0"]
    assert (tape.counts["cancels"], tape.counts["cancelled"], tape.counts["cancels_without_print"]) == (
        1,
        0,
        1,
    )
    assert "1 cancel took away 0 prints; 1 found none" in tape.sentences


def test_a_cancel_takes_nothing_that_came_later() -> None:
    assert left(cancel("A", at="14:29:00Z"), *numbered("a")) == ["0"]


def test_a_print_at_the_cancels_own_time_is_before_it() -> None:
    assert left(*numbered("a"), cancel("A", at="14:30:00Z")) == []


def test_a_leg_is_taken_out_of_its_package() -> None:
    """What is left of the package has lost its other leg, and says so."""
    legs = [bought("call", 660), bought("call", 670)]
    tape = read(*legs, cancel("A"))
    assert tape.legs["strike"].tolist() == [670.0]
    assert tape.legs["no_view"].tolist() == ["leg of a package: its other legs are not on the tape"]


def test_a_cancel_means_a_print_of_its_own_day() -> None:
    """Yesterday's print stays, and the cancel finds none."""
    yesterday = {**bought("call", 660, condition="I", trade_id="1"), "traded_at": "2026-10-01T14:30:00Z"}
    today = {**bought("call", 660), "condition": "A", "traded_at": "2026-10-02T14:30:00Z"}
    tape = read(yesterday, today)
    assert tape.legs["trade_id"].tolist() == ["1"]
    assert "1 cancel took away 0 prints; 1 found none" in tape.sentences
