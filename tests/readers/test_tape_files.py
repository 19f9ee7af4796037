"""Files of single prints, as exchanges and vendors write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optlab.book import Book

Read = Callable[..., Book]

PRINTS = """\
time,symbol,price,size,bid,ask,condition,exchange
2026-10-02T13:30:00.018046Z,SPY   261120C00660000,22.10,10,22.00,22.20,f,C
2026-10-02T13:30:00.018046789Z,SPY   261120C00670000,16.30,10,16.30,16.50,F,C
2026-10-02 09:30:01,SPY   261120P00640000,9.05,3,9.00,9.10,232;219,X
"""


def test_a_tape_is_read_as_it_is(read_text: Read) -> None:
    """Times in full in a column of their own; conditions keep their case."""
    legs = read_text(PRINTS).legs
    assert legs["traded_at"].dt.strftime("%H:%M:%S.%f").tolist() == [
        "13:30:00.018046", "13:30:00.018046", "13:30:01.000000",
    ]  # fmt: skip
    assert legs["condition"].tolist() == ["f", "F", "232;219"]
    assert legs["exchange"].tolist() == ["C", "C", "X"]
    assert legs[["quantity", "entry", "bid", "ask"]].iloc[0].tolist() == [10.0, 22.1, 22.0, 22.2]


def test_times_beside_a_date_may_be_full_as_well(read_text: Read) -> None:
    """Then the column of dates is not needed."""
    lines = [line.split(",", 1) for line in PRINTS.splitlines()]
    text = "\n".join([f"date,{','.join(lines[0])}", *(f"2026-10-01,{','.join(line)}" for line in lines[1:])])
    assert read_text(text).legs["traded_at"].equals(read_text(PRINTS).legs["traded_at"])


def test_a_vendors_columns_of_prints(read_text: Read) -> None:
    """Quotes at the trade, sizes, exchange and condition ids; times are New York's."""
    legs = read_text(
        "underlying_symbol,quote_datetime,root,expiration,strike,option_type,exchange_id,trade_size,trade_price,"
        "trade_condition_id,best_bid,best_ask\n"
        "SPY,2026-10-02 09:30:00.018,SPY,2026-11-20,660,C,6,10,22.1,232,22.0,22.2\n"
    ).legs
    assert str(legs["traded_at"][0]) == "2026-10-02 13:30:00.018000+00:00"
    assert legs[["quantity", "entry", "bid", "ask", "exchange", "condition"]].iloc[0].tolist() == [
        10.0, 22.1, 22.0, 22.2, "6", "232",
    ]  # fmt: skip


@pytest.mark.parametrize("stamp", ["1790919000018046000", "1790919000018046", "1790919000018"])
def test_a_vendors_times_since_1970(stamp: str, read_text: Read) -> None:
    legs = read_text(
        f"sip_timestamp,symbol,price,size,conditions,exchange\n{stamp},SPY   261120C00660000,22.1,10,232,302\n"
    ).legs
    assert str(legs["traded_at"][0])[:23] == "2026-10-02 05:30:00.018"


@pytest.mark.parametrize(
    "name", ["match_id", "combo_trade_id", "combo_group_id", "block_trade_id", "MatchID"]
)
def test_an_exchanges_id_of_a_match_is_the_group(name: str, read_text: Read) -> None:
    legs = read_text(
        f"symbol,size,price,{name}\nMIU 27NOV26 24 C,1,1.79,77\nMIU 27NOV26 27 C,1,0.9,77\n"
    ).legs
    assert legs["group"].tolist() == ["77", "77"]


def test_a_traded_at_of_its_own_wins_over_other_timestamps(read_text: Read) -> None:
    book = read_text("symbol,size,traded_at,sip_timestamp\nAAPL,1,2026-10-02T13:30:00Z,1790919000018046000\n")
    assert str(book.legs["traded_at"][0]) == "2026-10-02 13:30:00+00:00"
    assert book.notices[0] == "book.csv: columns that are not used: sip_timestamp."
