"""A book in named shocks: the same numbers as on a grid, the worst named, and who causes it."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

import optlab as ol
from books import FAR, NEAR, market, xiaomi
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table
from optlab.scenario.stress_sets import parse_stress, read_stress


def book() -> ol.Valuation:
    """Hold stock with a put on it, and a short strangle of another underlying."""
    rows = [(1000, "stock"), (1, "put", 22, NEAR), (-2, "call", 27, FAR), (-2, "put", 22, FAR)]
    legs = xiaomi(*rows, group=["a", "a", "b", "b"]).assign(underlying=["MIU", "MIU", "HSB", "HSB"])
    return ol.Book.of(legs.assign(multiplier=[1, 1000, 1000, 1000])).price(market())


def one(text: str) -> float:
    """Return the book's profit in one scenario."""
    return float(
        book().stress(parse_stress(f'[[scenario]]\nname = "x"\n{text}', "x")).totals["profit"].item()
    )


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ('spot = "-20%"\nvol = "+30"', {"spot": [-0.2], "vol": [0.3]}),
        ('spot = "-2s"\nsigma_days = 10', {"spot": "-2s", "vol": [0], "sigma_days": 10}),
        ('vol = "+50%"\nvol_term = true', {"spot": [0], "vol": "+50%", "vol_term": True}),
        ('rate = "-100bp"\ndays = 7', {"spot": [0], "vol": [0], "rate": [-0.01], "days": [7]}),
    ],
)
def test_a_scenario_is_a_node_of_a_grid(text: str, grid: dict[str, object]) -> None:
    assert one(text) == pytest.approx(book().scenario(**grid).totals["HKD"].item(), rel=1e-9)  # type: ignore[arg-type]


def test_single_underlyings_can_move_on_their_own() -> None:
    """What is said of one underlying is not said of the other."""
    own = '[scenario.underlying.HSB]\nspot = "-30%"\nvol = "+10"'
    parts = book().scenario([-0.1, -0.3], [0, 0.1], by="underlying").long
    miu = parts.query("underlying == 'MIU' and spot_move == -0.1 and vol_move == 0")["profit"].item()
    hsb = parts.query("underlying == 'HSB' and spot_move == -0.3 and vol_move == 0.1")["profit"].item()
    assert one(f'spot = "-10%"\n{own}') == pytest.approx(miu + hsb, rel=1e-9)


def test_moves_of_an_underlying_that_is_not_held_are_said() -> None:
    text = '[[scenario]]\nname = "x"\nspot = "-1%"\n[scenario.underlying.MIUU]\nspot = "-30%"'
    result = book().stress(parse_stress(text, "x"))
    assert result.notices == ("x: the moves of MIUU are used for no leg: none is on MIUU",)
    assert result.unmoved == ()


def test_a_scenario_that_moves_nothing_is_exactly_zero() -> None:
    assert one("spot = 0\ndays = 0") == 0.0


def test_the_worst_is_named_with_the_strategies_that_cause_it() -> None:
    result = book().stress()
    table = result.table
    assert table["scenario"].tolist() == [scenario.name for scenario in read_stress()]
    lowest = table.sort_values("profit").iloc[0]
    assert result.worst == {"HKD": lowest["scenario"]}
    own = result.causes[result.causes["scenario"] == lowest["scenario"]]
    assert own["profit"].is_monotonic_increasing
    assert lowest["causes"].startswith(f"{own['strategy_id'].iloc[0]} {own['strategy'].iloc[0]}")
    assert own["profit"].sum() == pytest.approx(lowest["profit"])


def test_parts_add_up_to_the_book() -> None:
    whole = book().stress().totals["profit"].to_numpy()
    parts = book().stress(by="underlying").table.groupby("scenario", sort=False)["profit"].sum().to_numpy()
    np.testing.assert_allclose(parts, whole, rtol=1e-9)


def test_with_beta_all_moves_are_the_index_s_but_those_of_single_underlyings() -> None:
    """The stock falls by beta times the index, the other by what is said of it."""
    quotes = market()
    rows = quotes.quotes.reindex(range(2)).assign(underlying=["MIU", "HSB"], beta=[0.5, 3.0])
    seen = ol.Market(rows, quotes.as_of, quotes.overrides)
    legs = xiaomi((1000, "stock"), (1000, "stock")).assign(underlying=["MIU", "HSB"])
    text = '[[scenario]]\nname = "x"\nspot = "-10%"\n[scenario.underlying.HSB]\nspot = "-1%"'
    profit = (
        ol.Book.of(legs).price(seen).stress(parse_stress(text, "x"), beta_to="HSI").totals["profit"].item()
    )
    assert profit == pytest.approx(-24240 * (0.05 + 0.01))


def with_beta(text: str, *, vol: float = math.nan) -> float:
    """Return the profit of stock in MIU with a beta of 0.5, and in HSB with neither beta nor a quoted volatility."""
    rows = [
        {"underlying": "MIU", "spot": 24.24, "beta": 0.5},
        {"underlying": "HSB", "spot": 24.24},
        {"underlying": "HSI", "spot": 26000.0, "vol": vol},
    ]
    quotes = Market(quote_table(rows), dt.date(2026, 10, 2))
    legs = xiaomi((1000, "stock"), (1000, "stock")).assign(underlying=["MIU", "HSB"])
    scenarios = parse_stress(f'[[scenario]]\nname = "x"\n{text}', "x")
    return float(ol.Book.of(legs).price(quotes).stress(scenarios, beta_to="HSI").totals["profit"].item())


def test_only_who_moves_with_the_index_needs_a_beta() -> None:
    """An underlying with a move of its own needs none, and where spot does not move nobody does."""
    own = '[scenario.underlying.HSB]\nspot = "-1%"'
    assert with_beta(f'spot = "-10%"\n{own}') == pytest.approx(-24240 * (0.05 + 0.01))
    assert with_beta('vol = "+10"') == 0.0
    with pytest.raises(MarketDataError, match="no beta of HSB to HSI"):
        with_beta('spot = "-10%"')


def test_only_who_moves_by_deviations_needs_a_volatility() -> None:
    """Neither the index nor the stock has one: both have a move of their own."""
    both = '[scenario.underlying.HSB]\nspot = "-1%"\n[scenario.underlying.MIU]\nspot = "-2%"'
    assert with_beta(f'spot = "-2s"\n{both}') == pytest.approx(-24240 * 0.03)
    own = '[scenario.underlying.HSB]\nspot = "-1%"'
    falls = math.expm1(-2 * 0.2 / math.sqrt(252))
    assert with_beta(f'spot = "-2s"\n{own}', vol=0.2) == pytest.approx(24240 * (falls * 0.5 - 0.01))
    with pytest.raises(MarketDataError, match="no volatility of HSI"):
        with_beta(f'spot = "-2s"\n{own}')


def test_a_scenario_in_which_nothing_moves_is_named() -> None:
    """A name that is held nowhere, volatility without options, and a fall that does move something."""
    text = (
        '[[scenario]]\nname = "slip"\n[scenario.underlying.MIUU]\nspot = "-30%"\n'
        '[[scenario]]\nname = "vol"\nvol = "+10"\n[[scenario]]\nname = "rise"\nspot = "+1%"\n'
    )
    result = ol.Book.of(xiaomi((1000, "stock"))).price(market()).stress(parse_stress(text, "x"))
    assert result.unmoved == ("slip", "vol")
    assert result.notices[-1] == "slip, vol: nothing in this book moves"
    assert result.table["causes"].tolist() == ["nothing moves", "nothing moves", "no strategy loses"]
    assert result.causes.empty


def test_a_strategy_that_lacks_a_leg_is_marked_among_the_causes() -> None:
    """Stock with a call that has no volatility: what is shown is the stock alone."""
    legs = xiaomi((1000, "stock"), (-1, "call", 27, NEAR), group="a")
    book = ol.Book.of(legs).price(ol.Market.of(as_of="2026-10-02", spot=24.24))
    result = book.stress(parse_stress('[[scenario]]\nname = "x"\nspot = "-10%"', "x"))
    assert result.table["causes"].tolist() == ["MIU-1 covered call (a leg is missing)"]
    assert result.causes["unpriced"].tolist() == [1]
    assert result.totals[["unpriced", "leg_count"]].to_numpy().tolist() == [[1, 2]]
    assert result.day == dt.date(2026, 10, 2)


def test_a_day_at_one_sigma_is_small_and_a_crash_is_not() -> None:
    profits = book().stress().table.set_index("scenario")["profit"]
    assert abs(profits["1 sigma down"]) < abs(profits["4 sigma down"]) < abs(profits["1987"])


def test_a_book_without_a_value_has_no_worst() -> None:
    legs = xiaomi((1, "call", 24, NEAR))
    result = ol.Book.of(legs).price(ol.Market.of(as_of="2026-10-02", spot=24.24)).stress()
    assert result.worst == {}
    assert all(math.isnan(profit) for profit in result.table["profit"])
    assert set(result.table["unpriced"]) == {1}
    assert set(result.table["causes"]) == {"no leg has a value"}
    assert result.unmoved == ()
