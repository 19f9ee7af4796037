"""The page that says why a strategy has its name, and what else it could be."""

from __future__ import annotations

import re

import pytest

from loose_books import FAR, NEAR, book, call, put, stock
from optlab.render.explanations import HOW, TERMS, explanation_page, explanation_record
from optlab.strategy import recognize
from optlab.strategy.costs import WEIGHTS
from optlab.strategy.explain import READING_COLUMNS, Explanation, explain
from packages_of_shapes import Row

ONE_TIME = "2026-10-01T15:00"


def explained(*rows: Row, group: str = "") -> Explanation:
    """Explain the first strategy of a book."""
    return explain(recognize(book(*({**row, "group": group} for row in rows))), "XYZ-1")


def page(*rows: Row, group: str = "") -> str:
    """Write the page of the first strategy of a book."""
    return explanation_page(explained(*rows, group=group))


def line(text: str, label: str) -> str:
    """Return what stands behind a label of the page."""
    found = re.search(rf"^  {label} +(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def test_a_vertical_says_what_it_is_why_and_what_it_costs() -> None:
    text = page(call(1, 100), call(-1, 105))
    assert text.startswith("XYZ-1: bull call spread\n")
    assert line(text, "legs") == "+1 27NOV26 100C / -1 27NOV26 105C"
    assert line(text, "how").endswith("costs least: proven")
    assert line(text, "why") == "bull call spread is +1C(K1,T1) -1C(K2,T1)"
    assert line(text, "textbook") == "bullish, volatility neutral"
    assert "call debit spread" in line(text, "also")
    assert "how common the name is" in line(text, "cost")


def test_what_costs_nothing_is_not_listed() -> None:
    """A vertical has nothing uncovered and one expiry."""
    cost = line(page(call(1, 100), call(-1, 105)), "cost")
    assert TERMS["strikes"] in cost
    for name in ("uncovered", "expiries", "occasions"):
        assert TERMS[name] not in cost


def test_the_terms_add_up_on_the_page() -> None:
    cost = line(page(call(1, 100, NEAR), call(-1, 110, FAR), group="g"), "cost")
    total, *terms = (float(number) for number in re.findall(r"\d+\.\d+", cost))
    assert sum(terms) == pytest.approx(total, abs=0.002)
    assert len(terms) == 4


@pytest.mark.parametrize(
    ("rows", "group", "found"),
    [
        ((call(1, 100), call(-1, 105)), "g", "group"),
        ((call(1, 100, traded_at=ONE_TIME), call(-1, 105, traded_at=ONE_TIME)), "", "traded together"),
        ((call(1, 100), call(-1, 105)), "", "proven"),
    ],
)
def test_how_it_came_about(rows: tuple[Row, ...], group: str, found: str) -> None:
    explanation = explained(*rows, group=group)
    assert explanation.found == found
    assert line(explanation_page(explanation), "how") == HOW[found]


def test_a_reading_that_is_not_proven_says_so() -> None:
    found = explained(call(1, 100), call(-1, 105))
    gap = Explanation(**{**vars(found), "found": "not proven (gap 3%)"})
    assert line(explanation_page(gap), "how").startswith(
        "not proven (gap 3%): the best reading that was found"
    )


def test_a_custom_package_fits_no_line() -> None:
    text = page(call(3, 100), call(-1, 90), put(4, 80), put(1, 70, FAR), group="g")
    assert text.startswith("XYZ-1: custom (4 legs)\n")
    assert line(text, "why") == "no line of the catalogue fits these legs as they are"
    assert line(text, "cost") == line(text, "textbook") == ""


def test_what_nets_to_nothing_has_no_legs() -> None:
    assert line(page(call(1, 100), call(-1, 100), group="g"), "legs") == "none: nets to nothing"


def test_a_leg_of_zero_has_no_readings() -> None:
    text = page(call(0, 100))
    assert "cheapest first" not in text
    assert text.endswith("\n")


def test_a_note_is_shown() -> None:
    found = explained(stock(100), call(-1, 110))
    assert found.structure is not None
    assert line(explanation_page(found), "note") == found.structure.note


def test_the_readings_are_numbered_with_their_cost_and_what_more_they_cost() -> None:
    text = page(call(1, 98), call(1, 100), call(-1, 103), call(-1, 105))
    heads = re.findall(r"^  (\d)\. cost (\d+\.\d{3})(?: \(\+(\d+\.\d{3})\))?", text, re.MULTILINE)
    assert [int(number) for number, _, _ in heads] == list(range(1, len(heads) + 1))
    assert heads[0][2] == ""
    best = float(heads[0][1])
    for _, cost, more in heads[1:]:
        assert float(cost) - best == pytest.approx(float(more), abs=0.002)


def test_what_stands_in_the_present_reading_too_is_marked() -> None:
    text = page(call(1, 98), call(1, 100), call(-1, 103), call(-1, 105))
    first, rest = text.split("  1. cost")[1].split("  2. cost")
    marks = [cells[5] for cells in first.splitlines()[1:]]
    assert marks == ["=", "="]
    assert "       1 x " in rest
    assert "= stands in the present reading too." in text


def test_units_that_are_uncovered_are_counted_for_each_reading() -> None:
    text = page(call(-2, 100))
    assert ", 200 units that their own strategy leaves uncovered" in text
    assert "uncovered\n" not in page(call(1, 100))


def test_the_weights_are_named() -> None:
    last = page(call(1, 100)).splitlines()[-1]
    for name, value in WEIGHTS.items():
        assert f"{name.replace('_', ' ')} {value:g}" in last


def test_every_term_of_the_cost_has_words() -> None:
    assert set(explained(call(1, 100)).terms) == set(TERMS)


def test_the_record_is_the_readings_and_whose_they_are() -> None:
    found = explained(call(1, 100), call(-1, 105))
    record = explanation_record(found)
    assert record.columns.tolist() == [*READING_COLUMNS, "explains"]
    assert set(record["explains"]) == {"XYZ-1"}
    assert len(record) == len(found.readings)
