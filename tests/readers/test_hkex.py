"""The HKEX stock options daily market report, as text, as a page and as CSV.

The layout is the exchange's; the numbers of class MIU are quoted from its report of 2 October 2026
(www.hkex.com.hk/eng/stat/dmstat/dayrpt/dqe261002.htm), those of class ZZZ are invented.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import pandas as pd
import pytest

from optlab.book import Book
from optlab.errors import ReadError
from optlab.market import Market
from optlab.readers.hkex import last_trading_day

ReadQuotes = Callable[..., Market]

REPORT = """Daily Market Report

STOCK OPTIONS DAILY MARKET REPORT AS AT 02 OCT 2026


HKATS   UNDERLYING                          SUMMARY TRADING VOLUME             SUMMARY OPEN INTEREST      IV%
CODE    STOCK                            TOTAL      CALLS       PUTS       TOTAL       CALLS        PUTS    *
MIU XIAOMI                  (01810)     43,046     22,906     20,140     920,993     457,599     463,394   43
ZZZ INVENTED & SONS (H)     (09999)          0          0          0           0           0           0  N/A


     CONTRACT        OPENING     DAILY     DAILY   SETTLE-  CHANGE IN  IV%     VOLUME        OPEN       CHANGE
                      PRICE#     HIGH#      LOW#      MENT       SETL                    INTEREST        IN OI
                                                     PRICE      PRICE

CLASS MIU - XIAOMI                                CLOSING PRICE HK$  24.240

27NOV26    24.00 C      1.69      1.80      1.55      1.79      -0.63   42        774         898         +358
30DEC26    15.00 C      0.00      0.00      0.00      9.33      -1.20    0          0      20,148            0
30DEC26    24.00 C      2.00      2.17      1.93      2.17      -0.65   41      1,193       5,562       +1,111
09OCT26    22.00 P      0.10      0.10      0.06      0.04      +0.02   45        105         155          -85

CLASS ZZZ - INVENTED & SONS (H)                   CLOSING PRICE HK$  1,024.500

27NOV26 1,000.00 P      0.00      0.00      0.00      0.00       0.00  N/A          0           0            0
NOV26   1,000.00 C      0.00      0.00      0.00     31.50      +1.00   20          0           0            0
"""


def _series(market: Market, strike: float, expiry: str, kind: str) -> pd.Series:
    table = market.quotes
    found = table[(table["strike"] == strike) & (table["expiry"] == expiry) & (table["kind"] == kind)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_class_has_its_closing_price_and_the_summary_s_vol(read_quotes: ReadQuotes) -> None:
    """A whole percent is cut off, so that half a point is added; N/A is missing."""
    market = read_quotes(REPORT)
    assert market.as_of == dt.date(2026, 10, 2)
    classes = market.quotes[market.quotes["expiry"].isna()]
    assert classes["underlying"].tolist() == ["MIU", "ZZZ"]
    assert classes["spot"].tolist() == [24.24, 1024.5]
    assert classes["vol"].tolist()[0] == pytest.approx(0.435)
    assert math.isnan(classes["vol"].tolist()[1])
    assert set(market.quotes["currency"]) == {"HKD"}


def test_every_series_is_a_quote_with_its_line(read_quotes: ReadQuotes) -> None:
    quote = _series(read_quotes(REPORT), 24.0, "2026-11-27", "call")
    wanted = {
        "settlement_price": 1.79,
        "volume": 774.0,
        "open_interest": 898.0,
        "open_interest_change": 358.0,
        "source_line": 18,
    }
    assert {name: quote[name] for name in wanted} == wanted
    assert quote["iv"] == pytest.approx(0.425)


def test_zeros_that_mean_nothing_are_missing(read_quotes: ReadQuotes) -> None:
    market = read_quotes(REPORT)
    deep = _series(market, 15.0, "2026-12-30", "call")
    assert (deep["settlement_price"], math.isnan(deep["iv"]), deep["open_interest"]) == (9.33, True, 20148.0)
    invented = _series(market, 1000.0, "2026-11-27", "put")
    assert math.isnan(invented["settlement_price"])
    assert math.isnan(invented["iv"])


def test_a_month_without_a_day_is_its_last_business_day_but_one(read_quotes: ReadQuotes) -> None:
    market = read_quotes(REPORT)
    assert _series(market, 1000.0, "2026-11-27", "call")["settlement_price"] == 31.5
    assert market.notices == (
        (
            "market.csv: 1 series name only the month of expiry; the business day before the month's last was "
            "taken, holidays not considered."
        ),
    )
    assert last_trading_day(2026, 12) == dt.date(2026, 12, 30)
    assert last_trading_day(2026, 5) == dt.date(2026, 5, 28)


def test_lines_that_cannot_be_read_are_counted(read_quotes: ReadQuotes) -> None:
    spoiled = REPORT.replace("27NOV26    24.00 C", "27NOV26    24.00 X").replace("09OCT26", "32OCT26")
    assert read_quotes(spoiled).notices[0] == (
        "market.csv: 2 lines of the report could not be read, the first is 18."
    )


def test_the_page_with_its_tags_reads_the_same(read_quotes: ReadQuotes) -> None:
    body = REPORT.replace("&", "&amp;").replace("CLASS MIU", '<A NAME="MIU">CLASS MIU</A>')
    page = f"<HTML><HEAD><TITLE>Report</TITLE></HEAD><BODY><PRE>{body}</PRE></BODY></HTML>"
    columns = ["underlying", "strike", "kind", "spot", "settlement_price", "iv"]
    pd.testing.assert_frame_equal(
        read_quotes(page, name="dqe.htm").quotes[columns], read_quotes(REPORT).quotes[columns]
    )


def test_the_csv_of_the_archive_reads_the_same(read_quotes: ReadQuotes) -> None:
    text = (
        '"STOCK OPTIONS DAILY MARKET REPORT AS AT 02 OCT 2026"\n'
        "HKATS CODE,UNDERLYING STOCK,,TOTAL,CALLS,PUTS,TOTAL,CALLS,PUTS,IV%\n"
        "MIU,XIAOMI,(01810),43046,22906,20140,920993,457599,463394,43\n\n"
        'CLASS MIU - XIAOMI,,,,,"CLOSING PRICE HK$  24.240"\n'
        "CONTRACT,STRIKE,,OPENING,HIGH,LOW,SETTLE,CHANGE,IV%,VOLUME,OI,CHANGE\n"
        "27NOV26,24.00,C,1.69,1.80,1.55,1.79,-0.63,42,774,898,+358\n"
    )
    market = read_quotes(text)
    assert market.quotes["settlement_price"].tolist()[1] == 1.79
    assert market.quotes["spot"].tolist()[0] == 24.24
    assert market.quotes["vol"].tolist()[0] == pytest.approx(0.435)
    assert market.notices == ()


def test_a_report_is_no_book(read_text: Callable[..., Book]) -> None:
    with pytest.raises(ReadError) as caught:
        read_text(REPORT)
    assert str(caught.value) == "book.csv: is a market report. Fix: pass it with -m."


def test_a_report_without_classes_is_refused(read_quotes: ReadQuotes) -> None:
    with pytest.raises(ReadError, match="is a market report without classes"):
        read_quotes(REPORT.partition("CLASS")[0])
