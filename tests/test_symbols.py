"""Contract symbols: every style, tickers that look like something else, and what is no symbol."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.errors import ReadError
from optlab.symbols import Symbol, parse_symbol


@pytest.mark.parametrize(
    ("text", "style", "plain"),
    [
        ("AAPL  240119C00150000", "osi", "AAPL 19JAN24 150 C"),
        ("AAPL 240119C00150000", "osi", "AAPL 19JAN24 150 C"),
        ("aapl  240119c00150000", "osi", "AAPL 19JAN24 150 C"),
        ("SPXW240105C01200000", "compact", "SPXW 05JAN24 1200 C"),
        ("GREE1260116P00005500", "compact", "GREE1 16JAN26 5.5 P"),
        ("C240119C00050000", "compact", "C 19JAN24 50 C"),
        ("MIU 27NOV26 24 C", "plain", "MIU 27NOV26 24 C"),
        ("MIU 27NOV26  24.00 C", "plain", "MIU 27NOV26 24 C"),
        ("MIU 27NOV2026 24.00 C", "plain", "MIU 27NOV26 24 C"),
        ("MIU 27nov26 22.50 put", "plain", "MIU 27NOV26 22.5 P"),
        ("AAPL 2026-01-16 150 Call", "plain", "AAPL 16JAN26 150 C"),
        ("AAPL 28MAR25 222.5 C", "plain", "AAPL 28MAR25 222.5 C"),
        ("CHF 24OCT25 1.265 C", "plain", "CHF 24OCT25 1.265 C"),
        ("BRK B 16JAN26 450 P", "plain", "BRK B 16JAN26 450 P"),
        ("1810 HK 27NOV26 24 C", "plain", "1810 HK 27NOV26 24 C"),
        ("MIU 24 C 27NOV26", "date last", "MIU 27NOV26 24 C"),
    ],
)
def test_every_style_is_read(text: str, style: str, plain: str) -> None:
    symbol = parse_symbol(text)
    assert symbol.style == style
    assert str(symbol) == plain


@pytest.mark.parametrize("ticker", ["MAR", "DEC", "MAY", "C", "P", "D", "F"])
def test_tickers_that_are_words_of_the_grammar_stay_tickers(ticker: str) -> None:
    """Marriott, Citigroup and others are read by their place, not by what they look like."""
    symbol = Symbol("plain", ticker, dt.date(2026, 3, 20), "put", 15.0)
    assert parse_symbol(f"{ticker} 20MAR26 15 P") == symbol
    assert parse_symbol(f"{ticker:6}260320P00015000").root == ticker
    assert parse_symbol(f"{ticker}260320P00015000").root == ticker


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAPL",
        "MIU",
        "1810",
        "AAPL 150 C",
        "AAPL 19JAN24 C",
        "AAPL240119C150",
        "AAPL240119X00150000",
        "MIU 27NOV26 24 X",
        "MIU 27NOV26 -24 C",
        "MIU 27NOV26 1O5 C",
        "MIU\n27NOV26 24 C",
    ],
)
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="is no contract symbol"):
        parse_symbol(text)


def test_the_message_names_the_value_the_reason_and_the_fix() -> None:
    with pytest.raises(ReadError) as caught:
        parse_symbol("MIU 24 C")
    assert str(caught.value) == (
        "symbol 'MIU 24 C' is no contract symbol. "
        "Fix: write it such as MIU 27NOV26 24 C or AAPL  260116C00150000."
    )


@pytest.mark.parametrize("text", ["MIU 31NOV26 24 C", "AAPL  240230C00150000", "AAPL 2026-02-30 150 C"])
def test_a_day_that_is_not_in_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="names a day that is not in the calendar"):
        parse_symbol(text)


@pytest.mark.parametrize("text", ["MIU 27NOV26 0 C", "AAPL  240119C00000000"])
def test_a_strike_of_zero_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="has a strike of zero"):
        parse_symbol(text)


@given(
    root=st.from_regex(r"[A-Z]{1,5}[0-9]?", fullmatch=True),
    expiry=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    kind=st.sampled_from(["call", "put"]),
    mills=st.integers(1, 99_999_999),
)
def test_a_symbol_written_in_any_style_is_read_back(
    root: str, expiry: dt.date, kind: str, mills: int
) -> None:
    """Roots may end in a digit: the compact style is read from the right."""
    right = kind[0].upper()
    wanted = (root, expiry, kind, mills / 1000)
    osi = f"{expiry:%y%m%d}{right}{mills:08d}"
    plain = str(Symbol("plain", *wanted))
    for text in (f"{root:<6}{osi}" if len(root) < 6 else f"{root} {osi}", f"{root}{osi}", plain):
        symbol = parse_symbol(text)
        assert (symbol.root, symbol.expiry, symbol.kind, symbol.strike) == wanted
