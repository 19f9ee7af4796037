"""Published chains: Cboe's delayed quotes and LEAN's universe files, and what is refused of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from optlab.errors import ReadError
from optlab.market import Market
from optlab.readers import read_market

ReadQuotes = Callable[..., Market]

CBOE = """
INVENTED ETF,Last: 650.50,Change:  -3.05
"Date: September 25, 2025 at 9:05 PM EDT",Bid: 650.4,Ask: 650.6,Size: 1*4,"Volume: 89,468,957"
Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest
Fri Oct 24 2025,SPY251024C00650000,9.1,0,9.0,9.2,120,0.14,0.55,0.01,1500,650.00,SPY251024P00650000,8.0,0,7.9,8.1,80,0.15,-0.45,0.01,2500
Fri Oct 24 2025,SPY251024C00700000,0,0,0,0.01,0,0,0,0,0,700.00,SPY251024P00700000,50,0,49,51,0,0.2,-1,0,7
"""

LEAN = """#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho
,,,4350.18,4366.55,4341.34,4348.23,0,,,,,,,
20230630,4350,C,30,32,28,29.5,893,1209,0.0956202,0.5,0,0,0,0
20230630,4350,P,31,33,29,30.5,23,,0.0000001,-0.5,0,0,0,0
"""


def refused(read_quotes: ReadQuotes, text: str, name: str = "chain.csv") -> str:
    """Return the message that a text is refused with."""
    with pytest.raises(ReadError) as caught:
        read_quotes(text, name)
    return str(caught.value)


def test_a_cboe_table_has_a_call_and_a_put_on_each_row(read_quotes: ReadQuotes) -> None:
    market = read_quotes(CBOE)
    assert market.as_of == dt.date(2025, 9, 25), "drawn after the close: it is the close's"
    first, *series = market.quotes.to_dict("records")
    assert (first["underlying"], first["spot"], first["currency"]) == ("SPY", 650.5, "USD")
    call, put = series[:2]
    assert (call["kind"], call["strike"], f"{call['expiry']:%Y-%m-%d}") == ("call", 650.0, "2025-10-24")
    names = ["bid", "ask", "iv", "volume", "open_interest", "source_line"]
    assert [call[name] for name in names] == [9.0, 9.2, 0.14, 120, 1500, 5]
    assert [put[name] for name in names] == [7.9, 8.1, 0.15, 80, 2500, 5]


def test_a_printed_volatility_of_zero_is_none(read_quotes: ReadQuotes) -> None:
    quotes = read_quotes(CBOE).quotes
    assert quotes.loc[(quotes["strike"] == 700) & (quotes["kind"] == "call"), "iv"].isna().all()


def test_during_the_day_the_time_counts(read_quotes: ReadQuotes) -> None:
    market = read_quotes(CBOE.replace("9:05 PM", "10:30 AM"))
    assert market.as_of == dt.datetime(2025, 9, 25, 14, 30, tzinfo=dt.UTC)
    assert len(read_quotes(CBOE.replace("9:05 PM", "12:05 PM"), as_of="2025-09-25").quotes) == 5


def test_weeklies_of_an_index_belong_to_it(read_quotes: ReadQuotes) -> None:
    quotes = read_quotes(CBOE.replace("SPY", "SPXW")).quotes
    assert set(quotes["underlying"]) == {"SPX"}
    assert set(quotes.loc[quotes["kind"] != "", "root"]) == {"SPXW"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SPY251024P00650000", "SPY", "chain.csv:5: Puts: 'SPY' is no contract symbol"),
        ("9.0,9.2", "9.0,soon", "chain.csv:5: Ask: 'soon' is not a number. Fix: write a price"),
        ("9.0,9.2", "-9.0,9.2", "chain.csv:5: Bid: '-9.0' is negative. Fix: write a price"),
        ("Last: 650.50", "", "chain.csv: has no price or no time above its header. Fix: download"),
    ],
)
def test_faults_of_a_cboe_table_say_where(old: str, new: str, message: str, read_quotes: ReadQuotes) -> None:
    assert refused(read_quotes, CBOE.replace(old, new)).startswith(message)


def test_a_table_without_rows_is_refused(read_quotes: ReadQuotes) -> None:
    head = CBOE.partition("Fri")[0]
    assert refused(read_quotes, head) == "chain.csv: lists no options. Fix: download the table again."


@pytest.mark.parametrize("name", ["SPXW_20230623.csv", "lean_SPXW_20230623.csv", "spxw/20230623.csv"])
def test_a_lean_file_is_named_by_what_it_is_of(name: str, read_quotes: ReadQuotes) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    market = read_quotes(LEAN, name)
    assert market.as_of == dt.date(2023, 6, 23)
    first, call, put = market.quotes.to_dict("records")
    assert (first["underlying"], first["spot"]) == ("SPX", 4348.23)
    assert (call["root"], call["kind"], call["strike"]) == ("SPXW", "call", 4350.0)
    assert (call["settlement_price"], call["iv"], call["open_interest"]) == (29.5, 0.0956202, 1209)
    assert put["iv"] != put["iv"], "a millionth of a percent says that none was found"


@pytest.mark.parametrize("name", ["chain.csv", "SPXW_20231399.csv", "SPXW.csv"])
def test_a_lean_file_whose_name_says_too_little_is_refused(name: str, read_quotes: ReadQuotes) -> None:
    assert refused(read_quotes, LEAN, name) == (
        f"{name}: does not say which underlying and day it is of. "
        "Fix: name it as LEAN does, such as spxw/20230623.csv, or with both in its name: SPXW_20230623.csv."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4350,P", "4350,X", "SPXW_20230623.csv:4: right: 'X' is neither call nor put. Fix: write C or P."),
        (
            "20230630,4350,P",
            "20231399,4350,P",
            "SPXW_20230623.csv:4: expiry: '20231399' is not in the calendar.",
        ),
        ("20230630,4350,P", "20230630,low,P", "SPXW_20230623.csv:4: strike: 'low' is not a number."),
    ],
)
def test_faults_of_a_lean_file_say_where(old: str, new: str, message: str, read_quotes: ReadQuotes) -> None:
    assert refused(read_quotes, LEAN.replace(old, new), "SPXW_20230623.csv").startswith(message)


def test_prices_in_coins_are_refused_with_the_way_out(read_quotes: ReadQuotes) -> None:
    text = "mid_price,estimated_delivery_price,instrument_name\n0.01,2222,ETH-26JAN24-1200-P\n"
    said = refused(read_quotes, text)
    assert said.startswith(
        "chain.csv: is a summary of coin-settled options, whose prices are in coins. Fix: "
    )


def test_a_table_with_plain_columns_is_a_chain_too(tmp_path: Path) -> None:
    """What a vendor exports in rows needs no reader of its own."""
    file = tmp_path / "chain.csv"
    file.write_text(
        "date,ticker,expiration,strike,right,bid,ask,implied volatility,oi\n2026-10-02,AAPL,2026-11-20,250,C,9.1,9.3,28%,1200\n"
    )
    row = read_market(file).quotes.iloc[0]
    assert (row["underlying"], row["kind"], row["iv"], row["open_interest"]) == ("AAPL", "call", 0.28, 1200)
