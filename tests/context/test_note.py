"""The note: its sentence, its tables, what it leaves out and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from listed_chains import daily, flat, listed, rows_of, skewed
from optlab.columns import COLUMNS
from optlab.context import context, contexts
from optlab.context.note import NO_HISTORY, SUMMARY_COLUMNS, Context, ordinal, points
from optlab.errors import MarketDataError
from optlab.market import Market, quote_table
from optlab.readers import read_market
from optlab.readers.histories import read_history

SAMPLES = Path(__file__).parents[2] / "sample_positions"
SMILE = skewed(0.3, -0.2, 0.4)


def chain(*, near: float = 0.30, far: float = 0.33, **columns: Any) -> Market:  # noqa: ANN401
    """Make a chain of two flat expiries, at 30 and 90 days."""
    return listed(*rows_of(flat(near), 30, **columns), *rows_of(flat(far), 90, **columns))


def scaled(market: Market, factor: float) -> Market:
    """Quote every price and strike in another unit."""
    names = ["spot", "strike", "settlement_price"]
    return Market(
        market.quotes.assign(**{name: factor * market.quotes[name] for name in names}), market.as_of
    )


def numbers(found: Context) -> list[float]:
    """Return the numbers of the summary that are volatilities and shares."""
    row = found.summary.iloc[0]
    return [float(row[name]) for name in SUMMARY_COLUMNS if name not in ("underlying", "spot", "shape")]


# --- the sentence ------------------------------------------------------------------------------------------


def test_the_sample_in_one_line() -> None:
    history = read_history(SAMPLES / "xiaomi_history.csv")
    assert context(read_market(SAMPLES / "xiaomi_chain.csv"), history=history).sentence == (
        "MIU 24.24: 1m ATM IV 42.8% (89th percentile of 259 days), 3m 41.2%: inverted -1.6; "
        "56d 25-delta risk reversal -0.5, butterfly +1.5; 21-day realised 28.1% (IV +14.7); "
        "open interest 77,217 calls / 74,897 puts (put/call 0.97), most at 30DEC26 and strike 33"
    )


def test_what_is_not_known_is_left_out() -> None:
    """No history, no open interest: the volatilities are all there is."""
    assert context(chain()).sentence == (
        "HSI 100: 1m ATM IV 30.0%, 3m 33.0%: contango +3.0; 25-delta risk reversal 0.0, butterfly 0.0"
    )


def test_one_expiry_has_no_slope() -> None:
    found = context(listed(*rows_of(flat(0.3), 45)))
    assert found.sentence == "HSI 100: 45d ATM IV 30.0%; 25-delta risk reversal 0.0, butterfly 0.0"
    assert found.notices[-3:] == (
        "HSI: 1m ATM volatility lies outside the expiries that have it; 16NOV26 stands for it",
        "HSI: 3m ATM volatility lies outside the expiries that have it; 16NOV26 stands for it",
        "HSI: 1m 25-delta volatility lies outside the expiries that have it; 16NOV26 stands for it",
    )


def test_open_interest_without_a_volatility_is_still_a_note() -> None:
    rows = [
        {"expiry": "2026-11-27", "strike": strike, "kind": "put", "open_interest": 5.0} for strike in (90, 95)
    ]
    found = context(listed(*rows))
    assert found.sentence == "HSI 100: open interest 10 puts, most at 27NOV26 and strike 90"
    assert "HSI: no expiry has strikes around its forward: no volatility at the money" in found.notices


def test_a_chain_of_names_alone_says_so() -> None:
    found = context(listed({"expiry": "2026-11-27", "strike": 90.0, "kind": "put"}))
    assert found.sentence == "HSI 100: no volatility and no open interest is known"


@pytest.mark.parametrize(("far", "word"), [(0.304, "flat"), (0.31, "contango"), (0.29, "inverted")])
def test_the_slope_has_its_word(far: float, word: str) -> None:
    assert context(chain(far=far)).summary["shape"].tolist() == [word]


def test_small_words() -> None:
    assert [ordinal(number) for number in (0, 1, 2, 3, 4, 11, 12, 13, 21, 62, 100)] == [
        *("0th", "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "62nd", "100th"),
    ]
    assert [points(number) for number in (0.012, -0.008, 0.0004, -0.0004)] == ["+1.2", "-0.8", "0.0", "0.0"]


# --- histories ---------------------------------------------------------------------------------------------


def test_the_month_is_ranked_among_earlier_days() -> None:
    history = daily([0.25] * 15 + [0.35] * 5, "iv")
    found = context(chain(), history=history)
    assert (found.rank.percentile, found.rank.days) == (0.75, 20)
    assert (
        found.notices[-1]
        == "HSI: ranked among 20 days from 2026-09-04 to 2026-10-01, as the history has them"
    )


def test_without_a_history_there_is_no_percentile_and_no_complaint() -> None:
    found = context(chain())
    assert found.rank.reason == NO_HISTORY
    assert not any("percentile" in notice for notice in found.notices)
    assert found.cone.empty


def test_a_history_that_is_too_short_is_said() -> None:
    found = context(chain(), history=daily([0.3] * 5, "iv"))
    assert found.notices[-1] == "HSI: no percentile: 5 earlier days with a volatility, and 20 are needed"


def test_a_file_with_both_serves_for_both() -> None:
    both = daily(np.linspace(0.2, 0.4, 30), "iv").assign(close=np.linspace(90, 110, 30))
    one, two = context(chain(), history=both), context(chain(), prices=both)
    assert one.sentence == two.sentence
    assert one.rank.days == 30
    assert one.cone["realised"].notna().sum() == 2


def test_prices_go_before_the_history_s_own() -> None:
    history = daily([100.0] * 30, "close").assign(iv=0.3)
    moving = daily(np.where(np.arange(30) % 2, 100.0, 101.0), "close")
    assert context(chain(), history=history, prices=moving).cone["realised"].iloc[0] > 0.1


def test_a_history_of_another_underlying_is_none() -> None:
    found = context(chain(), history=daily([0.3] * 30, "iv", underlying="ABC"))
    assert found.notices[-1] == "HSI: no percentile: the history has no volatility of HSI"


def test_what_the_reader_of_a_history_said_is_passed_on_once() -> None:
    history = daily([0.3] * 30, "iv").assign(close=100.0)
    history.attrs["notices"] = ("history.csv: one thing.",)
    found = context(chain(), history=history, prices=history)
    assert found.notices.count("history.csv: one thing.") == 1


# --- laws --------------------------------------------------------------------------------------------------


def smiling() -> Market:
    """Make a chain with a smile, and open interest."""
    return listed(*rows_of(SMILE, 20, open_interest=7.0), *rows_of(SMILE, 50), *rows_of(SMILE, 110))


def test_a_flat_surface_has_no_skew_no_wings_and_no_slope() -> None:
    row = context(chain(far=0.30)).summary.iloc[0]
    assert row[["risk_reversal", "butterfly", "slope"]].abs().max() < 1e-9


def test_prices_in_another_unit_change_nothing() -> None:
    assert numbers(context(scaled(smiling(), 10))) == pytest.approx(numbers(context(smiling())), nan_ok=True)


def test_the_order_of_rows_changes_nothing() -> None:
    market = smiling()
    shuffled = Market(market.quotes.sample(frac=1, random_state=3, ignore_index=True), market.as_of)
    one, two = context(market), context(shuffled)
    assert one.sentence == two.sentence
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, two.tables()[name])


def test_calls_and_puts_in_bid_and_ask_say_the_same_as_settlement() -> None:
    market = smiling()
    quotes = market.quotes.assign(
        bid=market.quotes["settlement_price"], ask=market.quotes["settlement_price"]
    )
    by_mid = Market(quotes.assign(settlement_price=np.nan), market.as_of)
    assert numbers(context(by_mid)) == pytest.approx(numbers(context(market)), nan_ok=True)


# --- several, and none -------------------------------------------------------------------------------------


def test_every_underlying_with_a_chain_has_its_context() -> None:
    """A single series of a third is no chain, and no reason to stop."""
    few = {"underlying": "QQQ", "expiry": "2026-11-27", "strike": 5.0, "kind": "put", "settlement_price": 1.0}
    other = listed(*rows_of(SMILE, 30), underlying="ABC")
    market = Market.combine([chain(), other, Market(quote_table([few]), other.as_of)])
    assert list(contexts(market)) == ["ABC", "HSI"]
    assert context(market, underlying="abc").underlying == "ABC"


def test_a_market_without_options_is_refused() -> None:
    for ask in (context, contexts):
        with pytest.raises(MarketDataError, match="lists no options"):
            ask(listed())


def test_a_market_without_a_date_is_refused() -> None:
    with pytest.raises(MarketDataError, match="has no date"):
        context(Market(chain().quotes))


def test_every_column_of_every_table_is_published() -> None:
    tables = context(chain(), history=daily([0.3] * 30, "iv")).tables()
    assert list(tables) == ["summary", "term", "tenors", "strikes", "smile", "cone"]
    assert [name for table in tables.values() for name in table.columns if name not in COLUMNS] == []


def test_text_is_never_missing() -> None:
    for table in context(chain(), history=daily([0.3] * 30, "close")).tables().values():
        texts = [name for name in table.columns if COLUMNS[name].type == "text" and name != "is_inside"]
        assert not table[texts].isna().any(axis=None)


def test_a_plain_table_of_prices_is_a_history() -> None:
    """Columns in any case; what is no table is refused with the fix."""
    quotes = read_market(str(Path(__file__).parents[2] / "sample_positions" / "xiaomi_chain.csv"))
    days = pd.date_range("2026-03-01", periods=150)
    prices = pd.DataFrame({"Date": days, "Close": [24.0, 25.0] * 75})
    assert context(quotes, prices=prices).cone["realised"].notna().any()
    for wrong in ("prices.csv", pd.DataFrame({"Date": days})):
        with pytest.raises(MarketDataError, match="Fix: give a DataFrame with date and iv or close"):
            context(quotes, prices=wrong)  # type: ignore[arg-type]
