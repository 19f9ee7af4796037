"""Net prices beside entries."""

from __future__ import annotations

from pathlib import Path

import optlab as ol

HEADER = "group,symbol,quantity,entry,net_price,side\n"


def problems(tmp_path: Path, *rows: str) -> list[str]:
    path = tmp_path / "fills.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return [str(problem).removeprefix(str(path)) for problem in ol.read(str(path)).problems]


def test_a_net_price_within_a_tick_of_the_entries_agrees(tmp_path: Path) -> None:
    """Two lots of +24C at 1.79 and -27C at 0.73 make 1.06 a lot; 1.07 is a tick away."""
    rows = ["a,MIU 27NOV26 24 C,2,1.79,1.07,", "a,MIU 27NOV26 27 C,-2,0.73,1.07,"]
    assert problems(tmp_path, *rows) == []


def test_more_than_a_tick_is_a_problem_on_every_leg(tmp_path: Path) -> None:
    rows = ["a,MIU 27NOV26 24 C,2,1.79,1.16,", "a,MIU 27NOV26 27 C,-2,0.73,1.16,"]
    message = (
        "net_price: '1.16' disagrees with the legs' entries, which make 1.06. "
        "Fix: correct the one that is wrong, or leave net_price empty."
    )
    assert problems(tmp_path, *rows) == [f":2: {message}", f":3: {message}"]


def test_a_sold_package_turns_its_net_price_too(tmp_path: Path) -> None:
    """Written from the buyer's view and sold: the legs turn, and 1.06 is received."""
    rows = ["a,MIU 27NOV26 24 C,2,1.79,1.06,sell", "a,MIU 27NOV26 27 C,-2,0.73,1.06,sell"]
    assert problems(tmp_path, *rows) == []


def test_a_net_price_without_entries_has_nothing_to_disagree_with(tmp_path: Path) -> None:
    rows = ["a,MIU 27NOV26 24 C,2,,1.16,", "a,MIU 27NOV26 27 C,-2,0.73,1.16,"]
    assert problems(tmp_path, *rows) == []


def test_a_covered_call_s_net_price_is_per_share(tmp_path: Path) -> None:
    """A thousand shares at 24.00 less a call at 0.73 make 23.27."""
    rows = ["a,MIU,1000,24.00,23.27,", "a,MIU 27NOV26 27 C,-1,0.73,23.27,"]
    assert problems(tmp_path, *rows) == []


def test_a_net_price_on_the_first_row_speaks_for_the_package(tmp_path: Path) -> None:
    rows = ["a,MIU 27NOV26 24 C,2,1.79,1.16,", "a,MIU 27NOV26 27 C,-2,0.73,,"]
    assert len(problems(tmp_path, *rows)) == 1


def test_two_net_prices_in_a_package_are_a_problem(tmp_path: Path) -> None:
    rows = ["a,MIU 27NOV26 24 C,2,,1.16,", "a,MIU 27NOV26 27 C,-2,,1.06,"]
    assert [text.partition(": ")[2] for text in problems(tmp_path, *rows)] == [
        f"net_price: '{price}' is not the only net price in its package. "
        "Fix: correct the one that is wrong, or leave net_price empty."
        for price in ("1.16", "1.06")
    ]


def test_partial_fills_agree_with_their_net_price(tmp_path: Path) -> None:
    """One lot and one lot at 1.06 each."""
    rows = ["a,MIU 27NOV26 24 C,1,1.79,1.06,", "a,MIU 27NOV26 27 C,-1,0.73,1.06,"] * 2
    assert problems(tmp_path, *rows) == []


def test_a_group_that_lost_a_row_loses_its_net_price(tmp_path: Path) -> None:
    path = tmp_path / "fills.csv"
    path.write_text(HEADER + "a,MIU 27NOV26 24 C,2,,1.06,\na,MIU 27NOV26 27 C,two,,1.06,\n")
    assert ol.read(str(path)).legs["net_price"].isna().all()
