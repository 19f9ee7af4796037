"""Numbers and words, one cell at a time."""

from __future__ import annotations

import math

import pytest

from optlab.readers.cells import (
    EFFECT_WORDS,
    KIND_WORDS,
    SIDE_WORDS,
    CellError,
    Decimal,
    clean,
    currency,
    number,
    proven_decimal,
    word,
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("105", 105.0),
        ("105.00", 105.0),
        ("105.", 105.0),
        (".53", 0.53),
        ("+5", 5.0),
        ("-5", -5.0),
        ("\u22125", -5.0),
        ("1e5", 1e5),
        ("1E-05", 1e-05),
        ("2.5e+3", 2500.0),
        (" 7 ", 7.0),
        ("$1,234.50", 1234.5),
        ("-$421.30", -421.3),
        ("$-421.30", -421.3),
        ("HK$ 24.24", 24.24),
        ("€12.5", 12.5),
        ("(12.5)", -12.5),
        ("($1,012.34)", -1012.34),
        ("1,234,567", 1234567.0),
        ("12,34,567.5", 1234567.5),
        ("1 234.5", 1234.5),
        ("1\u202f234.5", 1234.5),
        ("1\u00a0234.5", 1234.5),
        ("1'234.50", 1234.5),
        ('="123"', 123.0),
        ("'-12.5", -12.5),
        ("'+600", 600.0),
    ],
)
def test_numbers_as_people_write_them(cell: str, value: float) -> None:
    assert number(cell) == value


@pytest.mark.parametrize("cell", ["", " ", "-", "--", "N/A", "n/a", "nan", "NaN", "None", "\u2212", '=""'])
def test_cells_without_a_value_are_not_a_number_and_no_fault(cell: str) -> None:
    assert math.isnan(number(cell))


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12,5", 12.5), ("1.234,5", 1234.5), ("1.234", 1234.0), ("-0,53", -0.53), ("1 234,50", 1234.5)],
)
def test_numbers_where_the_comma_is_the_decimal_sign(cell: str, value: float) -> None:
    assert number(cell, ",") == value


@pytest.mark.parametrize(
    "cell",
    ["1O5", "two", "true", "12,5", "1.234,5", "1,23", "1..2", "1.2.3", "--5", "(5", "5)", "1_000", "inf", "0x10",
     "1e999x", "5-", "$", ".", "e5", "١٢"],
)  # fmt: skip
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match=r"^is not a number$"):
        number(cell)


def test_a_number_beyond_what_a_computer_holds_is_refused() -> None:
    with pytest.raises(CellError, match="is too large"):
        number("1e400")


def test_a_number_that_could_be_two_is_refused_with_both() -> None:
    """In a semicolon file without any proof, 1.234 is one and a bit, or more than a thousand."""
    with pytest.raises(CellError) as caught:
        number("1.234", "?")
    assert (caught.value.reason, caught.value.fix) == ("could be 1.234 or 1234", "write 1.2340 or 1234")
    assert number("12,5", "?") == 12.5
    assert number("1234", "?") == 1234.0


def test_percent_counts_only_where_a_fraction_is_wanted() -> None:
    assert number("25%", percent="sign") == 0.25
    assert number("0.25", percent="sign") == 0.25
    assert number("25", percent="always") == 0.25
    assert number("25%", percent="always") == 0.25
    with pytest.raises(CellError, match="is a percentage, and a plain number is wanted"):
        number("25%")


@pytest.mark.parametrize(
    ("cells", "proven"),
    [
        (["12,5"], {","}),
        (["12.5"], {"."}),
        (["1.234,5"], {","}),
        (["1,234.5"], {"."}),
        (["1.234.567"], {","}),
        (["0.123"], {"."}),
        ([",123"], {","}),
        (["12345.678"], {"."}),
        (["1.5e-05"], {"."}),
        (["1.234", "1,234", "12", "", "abc", "N/A"], set()),
        (["$1,5", "(2.5)"], {",", "."}),
    ],
)
def test_what_cells_prove_of_the_decimal_sign(cells: list[str], proven: set[Decimal]) -> None:
    assert proven_decimal(cells) == proven


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'=cmd()", "=cmd()"),
        ("'-AAL241220P13.5", "-AAL241220P13.5"),
        ("'@ES", "@ES"),
        ("O'Neil", "O'Neil"),
        ("'quoted'", "'quoted'"),
        ('="00700"', "00700"),
        ("\ufeffMIU\u00a0", "MIU"),
    ],
)
def test_what_a_spreadsheet_puts_around_a_cell_is_taken_off(cell: str, text: str) -> None:
    assert clean(cell) == text


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("Call", "call"), ("C", "call"), ("p", "put"), ("PE", "put"), ("Equity", "stock"), ("ETF", "stock"),
     ("Common Stock", "stock"), ("FUT", "future"), ("Cash", "cash"), ("Put Option", "put"), ("", ""), ("--", "")],
)  # fmt: skip
def test_words_for_kinds(cell: str, kind: str) -> None:
    assert word(cell, KIND_WORDS, "is no kind of leg") == kind


@pytest.mark.parametrize(
    ("cell", "side"),
    [("BUY", "buy"), ("Bot", "buy"), ("B", "buy"), ("SLD", "sell"), ("Sell to Open", "sell open"), ("BTC", "buy close")],
)  # fmt: skip
def test_words_for_sides(cell: str, side: str) -> None:
    assert word(cell, SIDE_WORDS, "is neither") == side


def test_words_for_effects_and_a_word_nobody_knows() -> None:
    assert word("TO_OPEN", EFFECT_WORDS, "is neither") == "open"
    assert word("Sell to close", EFFECT_WORDS, "is neither") == "close"
    with pytest.raises(CellError, match="is neither"):
        word("roll", EFFECT_WORDS, "is neither")


def test_currencies_are_codes_or_signs() -> None:
    assert [currency(cell) for cell in ("usd", "HK$", "$", "", "USDT")] == ["USD", "HKD", "USD", "", "USDT"]
    with pytest.raises(CellError, match="is no currency code"):
        currency("dollars of Hong Kong")
