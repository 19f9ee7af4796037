"""The pages of scenarios: maps that read without colour, tables of many groups, the worst in words."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import optlab as ol
from books import FAR, NEAR, market, valued, xiaomi
from optlab.render.scenario_page import MOST_MAPS, extremes, maps, scenario_page, stress_page

LEGS = ((2, "call", 24, NEAR), (-2, "put", 22, NEAR), (1000, "stock"))


def many() -> ol.Valuation:
    """Hold more strategies than there are maps for."""
    rows = [(1, "call", 22 + place, FAR) for place in range(MOST_MAPS + 1)]
    return ol.Book.of(xiaomi(*rows, group=list("abcdefg"[: len(rows)]))).price(market())


def test_a_map_has_spots_for_rows_and_volatilities_for_columns() -> None:
    page = scenario_page(valued(*LEGS).scenario("-10%:10%:10%", "-10,0,+10"))
    lines = page.splitlines()
    assert lines[0] == "profit, today, HKD from the value now"
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
        "profit, today, rate -100bp, HKD from the value now",
        "profit, today, HKD from the value now",
        "profit, in 7 days, rate -100bp, HKD from the value now",
        "profit, in 7 days, HKD from the value now",
    ]


def test_days_are_columns_where_volatility_does_not_move() -> None:
    (only,) = maps(valued(*LEGS).scenario(vol="0", days=[0, 7, 30]))
    assert only.heads == ["today", "in 7 days", "in 30 days"]
    assert only.profits.shape == (9, 3)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_page_is_no_wider_than_the_window(width: int) -> None:
    result = valued(*LEGS).scenario(vol="-20:20:5", days=[0, 30])
    assert max(map(len, scenario_page(result, width=width).splitlines())) <= width


def test_a_few_groups_have_a_map_each() -> None:
    result = valued(*LEGS, account=["a", "a", "b"]).scenario(by="account")
    titles = [one.title for one in maps(result)]
    assert titles == ["a, today, HKD from the value now", "b, today, HKD from the value now"]


def test_many_groups_are_a_table_of_their_worst_and_best() -> None:
    """The one that loses most stands first."""
    result = many().scenario(by="strategy")
    table = extremes(result)
    assert table["worst"].is_monotonic_increasing
    assert set(table["at"]) == {"spot -20%, vol -10"}
    page = scenario_page(result, width=100)
    assert "spot -20%, vol -10" in page
    assert page.splitlines()[0].split()[:3] == ["id", "strategy", "currency"]


def test_every_leg_is_named_by_its_contract() -> None:
    page = scenario_page(many().scenario(full=True))
    assert page.splitlines()[0].split()[:4] == ["id", "contract", "qty", "currency"]
    assert "30DEC26 24C" in page


def test_the_worst_is_a_sentence() -> None:
    page = scenario_page(valued((100000, "stock")).scenario([-0.1, 0], [0]), width=200)
    assert page.splitlines()[-1] == "Worst, spot -10%: -242,400 HKD: MIU-1 long stock -242,400."
    up = scenario_page(valued((100000, "stock")).scenario([0.1], [0]), width=200)
    assert up.splitlines()[-1] == "Worst, spot +10%: +242,400 HKD: no strategy loses."


def test_greeks_stand_under_the_maps() -> None:
    page = scenario_page(valued(*LEGS).scenario(greeks=True))
    assert "profit, today, HKD, value and greeks" in page
    assert "delta cash" in page
    often = scenario_page(valued(*LEGS).scenario(days=[0, 1, 2, 3, 4, 5], greeks=True))
    assert "2 more such tables: -o FILE.csv has every node" in often


def test_named_scenarios_are_rows_and_the_worst_is_named() -> None:
    result = valued(*LEGS).stress()
    page = stress_page(result)
    assert [line.split()[0] for line in page.splitlines()[2:6]] == ["1987", "2008", "2008", "2020"]
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
