"""Which prints are one package: ids, codes, exchanges, times and ratios."""

from __future__ import annotations

import pytest

from optlab.tape.crowds import MOST_PRINTS
from optlab.tape.packages import MOST_BY_NAME, group_prints, in_coded_files
from small_tapes import FAR, Row, bought, packages, prints_of, read, sold

SPREAD = (bought("call", 660), sold("call", 670))
CONDOR = (bought("put", 620), sold("put", 630), sold("call", 700), bought("call", 710))


def test_legs_of_one_code_and_time_are_one_package() -> None:
    assert packages(read(*SPREAD)) == ["+10 C660, -10 C670"]


def test_a_condor_is_one_package() -> None:
    assert packages(read(*CONDOR)) == ["+10 P620, -10 P630, -10 C700, +10 C710"]


@pytest.mark.parametrize(
    "differs",
    [{"exchange": "X"}, {"underlying": "QQQ"}, {"account": "B"}, {"traded_at": "14:30:00.006Z"}, {"condition": "j"}],
    ids=lambda differs: next(iter(differs)),
)  # fmt: skip
def test_what_differs_is_not_together(differs: Row) -> None:
    """The two legs stay alone, and carry no view: each says that its other legs are missing."""
    tape = read(bought("call", 660), sold("call", 670) | differs | _dated(differs))
    assert len(packages(tape)) == 2
    assert set(tape.legs["no_view"]) == {"leg of a package: its other legs are not on the tape"}


def _dated(differs: Row) -> Row:
    return {"traded_at": f"2026-10-02T{differs['traded_at']}"} if "traded_at" in differs else {}


@pytest.mark.parametrize(("within", "count"), [("5ms", 2), ("6ms", 1), ("1s", 1), (0, 2)])
def test_how_far_legs_may_lie_apart_can_be_said(within: str, count: int) -> None:
    tape = read(bought("call", 660), sold("call", 670, traded_at="14:30:00.006Z"), within=within)
    assert len(packages(tape)) == count


def test_single_orders_are_never_grouped() -> None:
    """Equal time, size and exchange: an auction and a sweep are no package."""
    tape = read(bought("call", 660, condition="a"), sold("call", 670, condition="I"), *CONDOR)
    assert packages(tape) == ["+10 C660", "-10 C670", "+10 P620, -10 P630, -10 C700, +10 C710"]


def test_a_regular_print_on_a_tape_with_codes_stands_alone() -> None:
    tape = read(bought("call", 660, condition=""), sold("call", 670, condition=""), *CONDOR)
    assert len(packages(tape)) == 3


def test_without_codes_names_and_equal_times_make_a_package() -> None:
    together = [row | {"condition": ""} for row in SPREAD]
    apart = [together[0], together[1] | {"traded_at": "2026-10-02T14:30:00.001Z"}]
    odd = [together[0], sold("put", 640, 70, condition="")]
    assert len(packages(read(*together))) == 1
    assert len(packages(read(*apart))) == 2
    assert len(packages(read(*odd))) == 2
    said = "1 package without condition codes: prints of equal times that have a name together"
    assert said in read(*together).sentences


def test_ids_of_the_file_win_over_time_and_code() -> None:
    """Two packages of one moment, told apart by their ids; one leg came a second later."""
    tape = read(
        bought("call", 660, group="M1"),
        sold("call", 670, group="M2"),
        sold("call", 680, group="M1", traded_at="14:30:01Z"),
        bought("call", 690, group="M2", condition="I"),
    )
    assert packages(tape) == ["+10 C660, -10 C680", "-10 C670, +10 C690"]


def test_a_group_over_two_underlyings_stays_one_group() -> None:
    """It is signed for each underlying; what it is called is for the naming of strategies to say."""
    tape = read(bought("call", 660, group="M1"), sold("call", 670, group="M1", underlying="QQQ"))
    assert tape.legs["group"].tolist() == ["P1", "P1"]
    assert tape.legs["quantity"].tolist() == [10.0, -10.0]


def test_two_packages_of_one_millisecond_are_taken_apart_by_size() -> None:
    tape = read(*SPREAD, bought("put", 640, 7, expiry=FAR), sold("put", 630, 7, expiry=FAR))
    assert packages(tape) == ["+10 C660, -10 C670", "-7 P630Dec, +7 P640Dec"]


def test_partial_fills_are_one_package() -> None:
    """An order of ten filled as four and six, a leg of the second in two prints."""
    tape = read(
        bought("call", 660, 4), sold("call", 670, 4), bought("call", 660, 6), sold("call", 670, 5), sold("call", 670, 1)
    )  # fmt: skip
    assert len(packages(tape)) == 1
    assert tape.legs["quantity"].tolist() == [4.0, -4.0, 6.0, -5.0, -1.0]


def test_fills_beside_another_package_are_still_one_order() -> None:
    """Ten and twenty-one spreads of the same legs beside another spread of three lots."""
    tape = read(
        bought("call", 660, 10), sold("call", 670, 10), bought("call", 660, 21), sold("call", 670, 21),
        bought("put", 640, 3, expiry=FAR), sold("put", 600, 3, expiry=FAR),
    )  # fmt: skip
    assert len(packages(tape)) == 2


def test_a_crowd_that_is_too_large_is_cut_and_said_so() -> None:
    """Seven pairs in one millisecond, whose sizes have small ratios, are cut by size before they are read."""
    rows = [
        row
        for place in range(7)
        for row in (bought("call", 600 + 5 * place, 2**place), sold("call", 700 + 5 * place, 2**place))
    ]
    rows += [bought("call", 650, 3), sold("put", 640, 6)]
    tape = read(*rows)
    assert len(rows) > MOST_PRINTS
    assert tape.counts["cut_crowds"] == 1
    assert any("too many prints to try every reading" in sentence for sentence in tape.sentences)
    assert len(tape.legs) == len(rows)


def test_a_crowd_of_any_size_is_cut() -> None:
    """A tape whose times are whole seconds: hundreds of legs at once, of one size or of all sizes."""
    same = [bought("call", 300 + place, 7) for place in range(301)]
    rising = [bought("call", 300 + place, 1 + place**2) for place in range(301)]
    for rows in (same, rising):
        assert read(*rows).counts["cut_crowds"] == 1


def test_a_crowd_without_codes_is_left_alone() -> None:
    """Forty prints of one second have a thousand names together, and none that means anything."""
    rows = [bought("call", 300 + place, 7, condition="") for place in range(MOST_BY_NAME + 1)]
    tape = read(*rows)
    assert tape.counts["packages"] == 0
    said = "1 moment with too many prints to find packages without condition codes: left alone"
    assert said in tape.sentences


def test_prints_tied_to_stock_are_grouped_with_their_like() -> None:
    tape = read(bought("call", 660, condition="n"), sold("call", 670, condition="n"), *CONDOR)
    assert len(packages(tape)) == 2


@pytest.mark.parametrize(
    ("codes", "are_codes"), [("f", True), ("I", True), ("", False), ("J", False), ("D", False)]
)
def test_which_codes_tell_legs_from_single_orders(codes: str, *, are_codes: bool) -> None:
    assert in_coded_files(prints_of(bought("call", 660, condition=codes))).tolist() == [are_codes]


def test_a_file_with_codes_says_nothing_of_another_file() -> None:
    """Two tapes read at once: one with codes, one without."""
    plain = [row | {"condition": "", "source_file": "plain.csv"} for row in SPREAD]
    coded = [row | {"condition": "I", "source_file": "coded.csv"} for row in SPREAD]
    assert len(packages(read(*plain, *coded))) == 3


def test_stock_is_not_grouped_by_time() -> None:
    """The tape of options says nothing of the stock side: only the file's own ids put the two together."""
    stock = bought("stock", float("nan"), 100, expiry="", multiplier=1.0, condition="")
    grouped = group_prints(prints_of(stock, bought("call", 660, condition="")), 5_000)
    assert grouped.package.tolist() == [0, 1]
