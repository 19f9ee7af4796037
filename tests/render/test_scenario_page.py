"""The pages of scenarios: maps that read without colour, tables of many groups, the worst in words."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.render.scenario_page import MOST_MAPS, extremes, maps, scenario_page, stress_page, unseen
from optlab.scenario.stress_sets import parse_stress

LEGS = ((2, "call", 24, NEAR), (-2, "put", 22, NEAR), (1000, "stock"))


def many() -> ol.Valuation:
    """Hold more strategies than there are maps for."""
    rows = [(1, "call", 22 + place, FAR) for place in range(MOST_MAPS + 1)]
    return ol.Book.of(xiaomi(*rows, group=list("abcdefg"[: len(rows)]))).price(market())


def test_a_map_has_spots_for_rows_and_volatilities_for_columns() -> None:
    page = scenario_page(valued(*LEGS).scenario("-10%:10%:10%", "-10,0,+10"))
    lines = page.splitlines()
    assert lines[0] == "Profit from the value now, HKD, today (2026-10-02)"
    assert re.sub(" +", " ", lines[2]).strip() == "spot vol -10 vol 0 vol +10"
    assert [line.split()[:2] for line in lines[3:6]] == [
        ["-10%", "21.816"],
        ["0%", "24.240"],
        ["+10%", "26.664"],
    ]


def test_the_node_at_rest_is_in_brackets_and_signs_are_written() -> None:
    """Without a colour it is all there."""
    page = scenario_page(valued(*LEGS).scenario("-10%:10%:10%", "-10,0,+10"))
    assert page.count("[0]") == 1
    assert "\x1b" not in page
    assert re.search(r"^-10% .* -\d.*-\d", page, re.MULTILINE)
    later = scenario_page(valued(*LEGS).scenario("-10%:10%:10%", "0", days=[7]))
    assert "[" not in later
    assert "in 7 days" in later


def test_colours_are_backgrounds_and_change_no_text() -> None:
    result = valued(*LEGS).scenario()
    coloured = scenario_page(result, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == scenario_page(result)


def test_every_day_and_rate_has_its_own_map() -> None:
    result = valued(*LEGS).scenario(days=[0, 7], rate=[-0.01, 0])
    assert [one.title for one in maps(result)] == [
        "Profit from the value now, HKD, today (2026-10-02), rate -100bp",
        "Profit from the value now, HKD, today (2026-10-02)",
        "Profit from the value on 2026-10-02, HKD, in 7 days (2026-10-09), rate -100bp",
        "Profit from the value on 2026-10-02, HKD, in 7 days (2026-10-09)",
    ]
    half = valued(*LEGS).scenario(days=[0.5])
    assert [one.title for one in maps(half)] == ["Profit from the value on 2026-10-02, HKD, in 0.5 days"]


def test_days_are_columns_where_volatility_does_not_move() -> None:
    (only,) = maps(valued(*LEGS).scenario(vol="0", days=[0, 7, 30]))
    assert only.heads == ["today", "in 7 days", "in 30 days"]
    assert only.title == "Profit from the value on 2026-10-02, HKD"
    assert only.profits.shape == (9, 3)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_page_is_no_wider_than_the_window(width: int) -> None:
    result = valued(*LEGS).scenario(vol="-20:20:5", days=[0, 30])
    assert max(map(len, scenario_page(result, width=width).splitlines())) <= width


def test_a_few_groups_have_a_map_each() -> None:
    result = valued(*LEGS, account=["a", "a", "b"]).scenario(by="account")
    titles = [one.title for one in maps(result)]
    assert titles == [
        "a: profit from the value now, HKD, today (2026-10-02)",
        "b: profit from the value now, HKD, today (2026-10-02)",
    ]


def test_many_groups_are_a_table_of_their_worst_and_best() -> None:
    """The one that loses most stands first."""
    result = many().scenario(by="strategy")
    table = extremes(result)
    assert table["worst"].is_monotonic_increasing
    assert set(table["at"]) == {"spot -20%, vol -10"}
    page = scenario_page(result, width=100)
    assert "spot -20%, vol -10" in page
    assert page.splitlines()[0] == "Worst and best node of each, profit from the value on 2026-10-02"
    assert page.splitlines()[2].split()[:3] == ["id", "strategy", "currency"]


def test_every_leg_is_named_by_its_contract() -> None:
    page = scenario_page(many().scenario(full=True))
    assert page.splitlines()[2].split()[:4] == ["id", "contract", "qty", "currency"]
    assert "30DEC26 24C" in page


def test_the_worst_is_a_sentence() -> None:
    page = scenario_page(valued((100000, "stock")).scenario([-0.1, 0], [0]), width=200)
    assert page.splitlines()[-1] == "Worst, spot -10%: -242,400 HKD: MIU-1 long stock -242,400."
    up = scenario_page(valued((100000, "stock")).scenario([0.1], [0]), width=200)
    assert up.splitlines()[-1] == "Worst, spot +10%: +242,400 HKD: no strategy loses."


def test_greeks_stand_under_the_maps() -> None:
    page = scenario_page(valued(*LEGS).scenario(greeks=True))
    assert "\nValue and greeks, HKD, today (2026-10-02), rate 0bp, vol 0\n" in page
    assert "delta cash" in page
    often = scenario_page(valued(*LEGS).scenario(days=[0, 1, 2, 3, 4, 5], greeks=True))
    assert "2 more such tables: -o FILE.csv has every node" in often


def test_greeks_say_at_which_node_they_are() -> None:
    """Where volatility moves least, on every day and rate."""
    result = valued(*LEGS).scenario(vol="+20%,+50%", days=[0, 7], rate=[0.01], greeks=True, by="underlying")
    titles = [line for line in scenario_page(result).splitlines() if "value and greeks" in line]
    assert titles == [
        "MIU: value and greeks, HKD, today (2026-10-02), rate +100bp, vol +20%",
        "MIU: value and greeks, HKD, in 7 days (2026-10-09), rate +100bp, vol +20%",
    ]


def test_columns_without_room_stand_below() -> None:
    """Thirteen volatilities at 80 characters: two blocks, the row labels in each, the same decimals, none dropped."""
    result = valued(*LEGS).scenario("-10%:10%:10%", "-30:30:5")
    page = scenario_page(result, width=80)
    blocks = page.split("\n\n")[1:-1]
    heads = [head for block in blocks for head in re.findall(r"vol \S+", block.splitlines()[0])]
    assert heads == [f"vol {text}" for text in result.grid.axes.vol.texts]
    assert len(blocks) == 2
    assert [[line.split()[0] for line in block.splitlines()[1:]] for block in blocks] == 2 * [
        ["-10%", "0%", "+10%"]
    ]
    wide = scenario_page(result, width=300).split("\n\n")[1].splitlines()
    joined = [" ".join(lines) for lines in zip(*(block.splitlines() for block in blocks), strict=True)]
    assert set(" ".join(wide).split()) == set(" ".join(joined).split())
    assert "columns are shown" not in page


def test_blocks_are_shaded_alike() -> None:
    """The shade of an amount is that of its size in the whole map: only the largest is strongest."""
    result = valued((1000, "stock"), (-20, "call", 27, NEAR)).scenario("0,5%", "0:40:5")
    strongest = "48;5;160m"
    assert scenario_page(result, width=300, colour=True).count(strongest) > 0
    for width in (40, 60, 300):
        coloured = scenario_page(result, width=width, colour=True)
        assert coloured.count(strongest) == scenario_page(result, width=300, colour=True).count(strongest)


def lacking(**columns: object) -> ol.Valuation:
    """Hold stock and short calls without a volatility."""
    legs = xiaomi((1000, "stock"), (-1, "call", 27, NEAR), **columns)
    return ol.Book.of(legs).price(ol.Market.of(as_of="2026-10-02", spot=24.24, rate=0.027))


def test_legs_without_a_value_are_said_in_the_heading_and_the_cause_is_marked() -> None:
    page = scenario_page(lacking(group="a").scenario([-0.1, 0], [0]), width=200)
    missing = "; 1 of 2 legs has no value and is not in these numbers"
    assert page.splitlines()[0] == f"Profit from the value now, HKD, today (2026-10-02){missing}"
    assert page.splitlines()[-1].endswith("MIU-1 covered call (a leg is missing) -2,424.00.")
    stressed = stress_page(lacking(group="a").stress(parse_stress(FALL, "x")), width=200)
    assert stressed.splitlines()[0] == f"Profit from the value on 2026-10-02, HKD{missing}"
    assert (
        stressed.splitlines()[-1]
        == "Worst, fall: -2,424.00 HKD: MIU-1 covered call (a leg is missing) -2,424.00."
    )


FALL = '[[scenario]]\nname = "fall"\nspot = "-10%"\n'


def test_each_group_says_what_it_lacks() -> None:
    apart = lacking(account=["a", "b"])
    titles = [one.title for one in maps(apart.scenario([-0.1, 0], [0], by="account"))]
    assert titles == [
        "a: profit from the value now, HKD, today (2026-10-02)",
        "b: profit from the value now, HKD, today (2026-10-02); no leg has a value",
    ]
    assert "[]" not in scenario_page(apart.scenario([-0.1, 0], [0], by="account"))
    rows = [(1, "call", 20 + place, NEAR) for place in range(MOST_MAPS)]
    legs = xiaomi((1000, "stock"), *rows)
    result = ol.Book.of(legs).price(lacking().market).scenario(full=True)
    assert extremes(result)["unpriced"].tolist() == [0, *[1] * MOST_MAPS]
    assert "4 of 5 legs have no value and are not in these numbers" in scenario_page(result, width=200)
    assert "unpriced" not in extremes(many().scenario(by="strategy"))


def test_a_scenario_that_moves_nothing_is_said_on_the_page() -> None:
    text = '[[scenario]]\nname = "slip"\n[scenario.underlying.MIUU]\nspot = "-30%"'
    page = stress_page(valued((1000, "stock")).stress(parse_stress(text, "x")))
    assert page.splitlines()[-2:] == [
        "Worst, slip: 0 HKD: no strategy loses.",
        "slip: nothing in this book moves.",
    ]


def test_a_book_without_rows_has_nothing_to_revalue() -> None:
    empty = ol.Book.of(xiaomi((1, "stock")).head(0)).price(market())
    assert scenario_page(empty.scenario()) == "no legs to revalue\n"
    assert stress_page(empty.stress()) == "no legs to revalue\n"


def test_what_the_page_does_not_show_is_named() -> None:
    few, several = valued(*LEGS).scenario(greeks=True), many().scenario(by="strategy", greeks=True)
    assert unseen(few, wide=False) == []
    (both,) = unseen(several, wide=True)
    assert both.startswith("--greeks and --wide change nothing on the screen: --format csv")
    assert unseen(several, wide=False)[0].startswith("--greeks changes nothing")
    assert unseen(few, wide=True)[0].startswith("--wide changes nothing")


def test_named_scenarios_are_rows_and_the_worst_is_named() -> None:
    result = valued(*LEGS).stress()
    page = stress_page(result)
    assert page.splitlines()[0] == "Profit from the value on 2026-10-02, HKD"
    assert [line.split()[0] for line in page.splitlines()[4:8]] == ["1987", "2008", "2008", "2020"]
    assert "19 Oct 1987" in page
    (worst,) = result.worst.values()
    assert f"Worst, {worst}: -" in page
    assert "currency" not in page


def test_currencies_have_rows_and_sentences_of_their_own() -> None:
    other = pd.DataFrame({"underlying": ["SPY"], "kind": "stock", "quantity": 10, "currency": "USD"})
    book = ol.Book.of(pd.concat([xiaomi((1000, "stock")), other])).price(market())
    page = stress_page(book.stress(), width=200)
    assert "currency" in page
    assert page.count("Worst, ") == 2
    assert scenario_page(book.scenario()).count("Worst, ") == 2
