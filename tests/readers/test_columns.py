"""Which column is which: aliases, doubles, columns that are not used, and headers that lack something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optlab.book import Book
from optlab.columns import LEG_COLUMNS
from optlab.errors import ReadError
from optlab.market import QUOTE_COLUMNS
from optlab.payments import DIVIDEND_COLUMNS
from optlab.readers.columns import (
    LEG_ALIASES,
    MARKET_ALIASES,
    Aliases,
    find_columns,
    match_columns,
    normalized,
    says_percent,
)

Read = Callable[..., Book]


@pytest.mark.parametrize("aliases", [LEG_ALIASES, MARKET_ALIASES])
def test_no_alias_means_two_columns(aliases: Aliases) -> None:
    names = [normalized(name) for own, others in aliases.items() for name in (own, *others)]
    assert len(names) == len(set(names))


def test_every_column_that_reading_sets_can_be_in_a_file() -> None:
    assert set(LEG_ALIASES) - set(LEG_COLUMNS) == {"asset", "traded_time"}
    assert set(LEG_COLUMNS) - set(LEG_ALIASES) == {"source_file", "source_line"}
    assert set(MARKET_ALIASES) == {*QUOTE_COLUMNS, *DIVIDEND_COLUMNS}


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("QTY", "quantity"),
        ("Strike Price ($)", "strike"),
        ("Put/Call", "kind"),
        ("Exp. Date", "expiry"),
        ("EXPIRATION_DATE", "expiry"),
        ("Order ID", "group"),
        ("Implied Vol.", "iv"),
        ("IV %", "iv"),
        ("implied_vol_pct", "iv"),
        ("Underlying Symbol", "underlying"),
        ("avg price [USD]", "entry"),
    ],
)
def test_names_are_found_whatever_their_case_and_punctuation(name: str, canonical: str) -> None:
    assert find_columns([name], LEG_ALIASES) == {canonical: [0]}


def test_a_column_in_percent_says_so_in_its_name(read_text: Read) -> None:
    assert says_percent("IV %")
    assert not says_percent("iv")
    book = read_text("symbol,quantity,IV %\nMIU 27NOV26 24 C,1,43\n")
    assert book.legs["iv"].tolist() == [0.43]


def test_the_canonical_name_beats_an_alias_and_the_other_is_named(read_text: Read) -> None:
    book = read_text("symbol,quantity,entry,price\nAAPL,1,150,999\n")
    assert book.legs["entry"].tolist() == [150.0]
    assert book.notices[0] == "book.csv: columns that are not used: price."


def test_columns_that_nobody_knows_are_named_once(read_text: Read) -> None:
    book = read_text("symbol,quantity,colour,mood\nAAPL,1,red,good\nAAPL,1,blue,bad\n")
    assert book.notices[0] == "book.csv: columns that are not used: colour, mood."


def test_two_columns_of_one_meaning_are_refused(read_text: Read) -> None:
    with pytest.raises(ReadError) as caught:
        read_text("symbol,quantity,price,premium\nAAPL,1,150,999\n")
    assert str(caught.value) == (
        "book.csv: the columns 'price' and 'premium' both mean entry. "
        "Fix: rename the one that you mean to entry."
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "symbol,quantty",
            (
                "book.csv: there is no column for quantity; the columns are symbol, quantty. "
                "Fix: rename 'quantty' to quantity."
            ),
        ),
        (
            "strike,expiry,quantity",
            (
                "book.csv: there is no column for symbol or underlying or root; the columns are strike, expiry, "
                "quantity. Fix: add a column symbol."
            ),
        ),
        (
            "foo",
            (
                "book.csv: there is no column for quantity and symbol or underlying or root; the columns are foo. "
                "Fix: add a column quantity and symbol."
            ),
        ),
    ],
)
def test_a_header_without_a_needed_column_says_what_it_has(
    header: str, message: str, read_text: Read
) -> None:
    with pytest.raises(ReadError) as caught:
        read_text(f"{header}\n1,2,3\n")
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["price (cents)", "Bid [HK cents]", "Premium (¢)"])
def test_prices_in_cents_are_refused(name: str) -> None:
    """A hundred times too much is worse than a question."""
    with pytest.raises(ReadError, match="is in cents"):
        match_columns("f.csv", ["symbol", "quantity", name], LEG_ALIASES)
