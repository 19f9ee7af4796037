"""Why strategies have their names, and what else their contracts could be."""

from __future__ import annotations

import pandas as pd
import pytest

from every_cover import EveryCover
from loose_books import FAR, MIDDLE, NEAR, book, call, future, put, random_book, stock
from optlab.errors import PricingError
from optlab.legs import canonical
from optlab.strategy import STRATEGIES, describe_legs, lots, recognize
from optlab.strategy.costs import WEIGHTS
from optlab.strategy.explain import READING_COLUMNS, READINGS, Explanation, explain
from packages_of_shapes import Row

ONE_TIME = "2026-10-01T15:00"


def explained(*rows: Row, strategy_id: str = "XYZ-1") -> Explanation:
    """Explain a strategy of a book."""
    return explain(recognize(book(*rows)), strategy_id)


def grouped(*rows: Row) -> list[Row]:
    """Put rows together as one strategy."""
    return [{**row, "group": "g"} for row in rows]


def untimed(seed: int, *, largest: int, contracts: int) -> pd.DataFrame:
    """Draw a book without times of trade, so that all of it is looked at together."""
    drawn = random_book(seed, largest=largest, contracts=contracts)
    return canonical(drawn.drop(columns="traded_at"))


def parts(readings: pd.DataFrame, number: int) -> list[tuple[str, float]]:
    """Return what one reading consists of: legs and lots, sorted."""
    one = readings[readings["reading"] == number]
    return sorted(zip(one["legs"], one["lots"], strict=True))


def present(named: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the same of the strategies of a book."""
    return sorted(zip(describe_legs(named), lots(named), strict=True))


def costs(readings: pd.DataFrame) -> list[float]:
    """Return what each reading costs, in order."""
    return [float(value) for value in readings.groupby("reading", sort=True)["cost"].first()]


# --- why ----------------------------------------------------------------------------------------------------


def test_a_vertical_in_a_book() -> None:
    """The line of the catalogue, the legs, what it costs, and that no other reading costs less."""
    found = explained(call(1, 100), call(-1, 105), put(-1, 90, FAR, underlying="ABC"))
    assert (found.strategy_id, found.strategy, found.found) == ("XYZ-1", "bull call spread", "proven")
    assert found.legs == "+1 27NOV26 100C / -1 27NOV26 105C"
    assert found.structure is STRATEGIES["bull call spread"]
    assert found.terms["rank"] == STRATEGIES["bull call spread"].rank
    assert found.terms["strikes"] > 0
    assert found.terms["uncovered"] == found.terms["expiries"] == found.terms["occasions"] == 0


def test_each_term_is_there_where_it_should_be() -> None:
    assert explained(*grouped(call(1, 100, NEAR), call(-1, 100, FAR))).terms["uncovered"] > 0
    assert explained(*grouped(call(-1, 100, NEAR), call(1, 100, FAR))).terms["expiries"] > 0
    rows = grouped(call(1, 100, traded_at=ONE_TIME), call(-1, 105, traded_at="2026-10-02T15:00"))
    assert explained(*rows).terms["occasions"] > 0


def test_a_custom_package_has_no_line_and_no_terms() -> None:
    found = explained(*grouped(call(3, 100), call(-1, 90), put(4, 80), put(1, 70, FAR)))
    assert (found.strategy, found.structure, found.terms) == ("custom (4 legs)", None, {})
    assert len(found.readings) > 0


def test_a_roll_has_no_line_and_no_terms() -> None:
    found = explained(*grouped(call(1, 100, NEAR, effect="close"), call(-1, 105, FAR, effect="open")))
    assert found.strategy.startswith("roll up and out")
    assert (found.structure, found.terms) == (None, {})


def test_a_leg_of_stock() -> None:
    found = explained(stock(150))
    assert (found.strategy, found.legs) == ("long stock", "+1 stock")
    charge = STRATEGIES["long stock"].rank + WEIGHTS["stock_alone"]
    assert sum(found.terms.values()) == charge
    assert costs(found.readings) == [charge]


def test_an_odd_lot_costs_nothing() -> None:
    """Fifty shares beside options of a hundred can't go with any of them."""
    named = recognize(book(stock(50), call(1, 100)))
    alone = named.loc[named["strategy"] == "long stock", "strategy_id"].iloc[0]
    assert sum(explain(named, alone).terms.values()) == 0


def test_stock_beside_options_it_does_not_go_with() -> None:
    named = recognize(book(stock(150), call(1, 100)))
    alone = named.loc[named["strategy"] == "long stock", "strategy_id"].iloc[0]
    assert explain(named, alone).structure is STRATEGIES["long stock"]


def test_options_against_a_future() -> None:
    named = recognize(book(future(1, 100), call(-1, 110, NEAR)))
    found = explain(named, "XYZ-1")
    assert found.strategy == "covered call"
    assert found.terms["expiries"] == 0, "a future's expiry is no option's"
    assert sum(found.terms.values()) == pytest.approx(costs(found.readings)[0])


def test_what_repeats_is_charged_for_every_expiry() -> None:
    """Five short calls are uncovered, whichever is the first number of the line."""
    days = (NEAR, MIDDLE, FAR, "2027-02-26", "2027-03-26")
    strips = [explained(*grouped(*(call(-1, 100, day) for day in days[:count]))) for count in (3, 5)]
    assert {strip.strategy for strip in strips} == {"short exchange call strip"}
    assert strips[1].terms["uncovered"] > strips[0].terms["uncovered"]


@pytest.mark.parametrize("empty", [call(0, 100), stock(0), put(0, 90)])
def test_a_leg_of_zero_is_explained_too(empty: Row) -> None:
    """Nothing is there that could be read otherwise."""
    named = recognize(book(empty, call(1, 110)))
    assert explain(named, "XYZ-1").readings.empty
    assert list(explain(named, "XYZ-1").readings.columns) == list(READING_COLUMNS)


def test_a_package_that_nets_to_nothing() -> None:
    found = explained(*grouped(call(1, 100), call(-1, 100)))
    assert (found.strategy, found.legs, found.structure) == ("closed", "", None)


@pytest.mark.parametrize("unknown", ["", "XYZ-9", "bull call spread"])
def test_an_unknown_id_is_refused_with_the_known_ones(unknown: str) -> None:
    named = recognize(book(call(1, 100), put(1, 90, underlying="ABC")))
    with pytest.raises(PricingError, match=r"no strategy is called '.*'\. Fix: use one of XYZ-1, ABC-1\."):
        explain(named, unknown)


def test_an_id_is_known_in_any_case() -> None:
    assert explain(recognize(book(call(1, 100))), " xyz-1 ").strategy_id == "XYZ-1"


def test_of_many_ids_five_are_named() -> None:
    named = recognize(book(*(stock(100, underlying=name) for name in "ABCDEF")))
    with pytest.raises(PricingError, match=r"Fix: use one of A-1, B-1, C-1, D-1, E-1, \.\.\.\."):
        explain(named, "Z-1")


def test_in_an_empty_book_there_is_no_id() -> None:
    with pytest.raises(PricingError, match="the book is empty"):
        explain(recognize(book(call(1, 100)).head(0)), "XYZ-1")


# --- what else ----------------------------------------------------------------------------------------------


def test_a_group_is_compared_with_other_readings_of_its_own_legs() -> None:
    """Beside what the file says there is what its legs cost less as; the neighbours stay out."""
    rows = grouped(call(1, 100), call(-1, 105), put(1, 80, FAR))
    found = explained(*rows, call(-1, 120), put(-1, 70))
    assert found.found == "group"
    for number in found.readings["reading"].unique():
        legs = " / ".join(legs for legs, _ in parts(found.readings, number))
        assert "120C" not in legs
        assert "70P" not in legs


def test_what_was_traded_together_is_compared_with_its_own_legs() -> None:
    rows = [call(1, 100, traded_at=ONE_TIME), call(-1, 105, traded_at=ONE_TIME)]
    found = explained(*rows, call(-1, 120), put(-1, 70))
    assert found.found == "traded together"
    assert not found.readings["legs"].str.contains("120C|70P").any()


def test_what_was_found_is_compared_with_its_neighbours_of_its_account_and_underlying() -> None:
    rows = [call(1, 100), call(-1, 105), call(-1, 120)]
    named = recognize(book(*rows, call(-1, 140, account="b"), call(-1, 150, underlying="ABC")))
    legs = explain(named, "XYZ-1").readings["legs"]
    assert legs.str.contains("120C").any()
    assert not legs.str.contains("140C|150C").any()


def test_two_verticals_could_be_two_others() -> None:
    found = explained(call(1, 98), call(1, 100), call(-1, 103), call(-1, 105))
    assert parts(found.readings, 1) == [
        ("+1 27NOV26 100C / -1 27NOV26 105C", 1),
        ("+1 27NOV26 98C / -1 27NOV26 103C", 1),
    ]
    assert found.readings.loc[found.readings["reading"] == 1, "is_here"].all()
    others = [parts(found.readings, number) for number in found.readings["reading"].unique()[1:]]
    assert [("+1 27NOV26 100C / -1 27NOV26 103C", 1), ("+1 27NOV26 98C / -1 27NOV26 105C", 1)] in others


def test_a_long_book_is_explained_by_its_neighbourhood() -> None:
    """Forty strikes are not read again for one strategy; it is in the readings itself."""
    rows = [call(1 if number % 2 else -1, 60 + 2 * number) for number in range(40)]
    named = recognize(book(*rows))
    last = named["strategy_id"].iloc[-1]
    found = explain(named, last)
    first = found.readings[found.readings["reading"] == 1]
    assert found.legs in set(first["legs"])
    assert sum(len(legs.split(" / ")) for legs in first["legs"]) <= 14


@pytest.mark.parametrize("seed", range(10))
def test_the_readings_of_a_whole_book(seed: int) -> None:
    """Each differs from the others, all hold the same contracts, dearer ones come later, the first is the present."""
    named = recognize(untimed(seed, largest=6, contracts=10))
    assert set(named["reading"]) == {"proven"}
    found = explain(named, "XYZ-1")
    numbers = found.readings["reading"].unique().tolist()
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= READINGS + 2
    assert costs(found.readings) == pytest.approx(sorted(costs(found.readings)), abs=1e-6)
    readings = [parts(found.readings, number) for number in numbers]
    assert len({str(reading) for reading in readings}) == len(readings)
    assert costs(found.readings)[0] == pytest.approx(
        sum(sum(explain(named, name).terms.values()) for name in named["strategy_id"].unique())
    )
    if costs(found.readings)[:2] != pytest.approx(costs(found.readings)[:1] * 2):
        assert readings[0] == present(named)
        assert found.readings.loc[found.readings["reading"] == 1, "is_here"].all()


@pytest.mark.parametrize("seed", range(12))
def test_a_reading_with_less_uncovered_is_listed_if_there_is_one(seed: int) -> None:
    """Every exact cover of the book is looked at for one that leaves less, and for the cheapest of those."""
    legs = untimed(seed, largest=5, contracts=6)
    readings = explain(recognize(legs), "XYZ-1").readings
    by_number = readings.groupby("reading").agg(naked=("naked", "sum"), cost=("cost", "first"))
    best = float(by_number["naked"].iloc[0])
    least = EveryCover(legs).least(best - 1e-3) if best else float("inf")
    less = by_number[by_number["naked"] < best - 1e-3]
    if least < float("inf"):
        assert less["cost"].min() == pytest.approx(least)
    else:
        assert less.empty


@pytest.mark.parametrize("seed", range(4))
def test_every_strategy_of_a_random_book_can_be_explained(seed: int) -> None:
    """Of large books too: without a warning, with what costs nothing less first, and with itself in some reading."""
    named = recognize(random_book(seed, largest=10, contracts=20))
    for name in named["strategy_id"].unique():
        found = explain(named, name)
        assert len(found.readings) > 0
        assert costs(found.readings)[0] == min(costs(found.readings))
        assert list(found.readings.columns) == list(READING_COLUMNS)
