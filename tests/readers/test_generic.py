"""Rows of any plain layout: what they become, and every kind of bad row with its message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import optlab as ol
from optlab.book import Book
from optlab.columns import COLUMNS, DTYPES, LEG_COLUMNS
from optlab.errors import ReadError
from optlab.readers import read

Read = Callable[..., Book]

HEADER = "underlying,type,strike,expiry,quantity,entry,iv,multiplier,currency,style"
GOOD = {
    "underlying": "MIU",
    "type": "call",
    "strike": "24",
    "expiry": "2026-11-27",
    "quantity": "1",
    "entry": "1.79",
}


def _row(**cells: str) -> str:
    row = {**GOOD, **cells}
    return HEADER + "\n" + ",".join(row.get(name, "") for name in HEADER.split(",")) + "\n"


def test_the_smallest_thing_that_works(in_project: Path) -> None:
    """One symbol, a quantity and what was paid: the rest comes from the exchange's list of roots."""
    assert in_project
    leg = read("sample_positions/one_leg.csv").legs.iloc[0]
    wanted = {
        "source_file": "sample_positions/one_leg.csv",
        "source_line": 2,
        "underlying": "MIU",
        "root": "MIU",
        "kind": "call",
        "strike": 24.0,
        "settlement": "pm",
        "style": "american",
        "quantity": 1.0,
        "multiplier": 1000.0,
        "currency": "HKD",
        "entry": 1.79,
        "symbol": "MIU 27NOV26 24 C",
    }
    assert {name: leg[name] for name in wanted} == wanted
    assert str(leg["expiry"]) == "2026-11-27 08:00:00+00:00"


def test_the_table_has_every_canonical_column_and_type(read_text: Read) -> None:
    legs = read_text(_row()).legs
    assert tuple(legs.columns) == LEG_COLUMNS
    for name in LEG_COLUMNS:
        assert legs[name].dtype == DTYPES[COLUMNS[name].type], name


def test_a_file_without_rows_is_an_empty_book_with_a_notice(read_text: Read) -> None:
    book = read_text(HEADER + "\n")
    assert (len(book.legs), book.files[0].rows) == (0, 0)
    assert tuple(book.legs.columns) == LEG_COLUMNS
    assert book.notices == ("book.csv: has a header and no rows.",)


PRICE = "write a price such as 105 or 105.00"
DATE = "write a date such as 2026-11-27"
UNITS = "write the units per contract, such as 100"
FRACTION = "write it as a fraction or with a percent sign, such as 0.43 or 43%"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"strike": "1O5"}, f"strike: '1O5' is not a number. Fix: {PRICE}."),
        ({"strike": "0"}, "strike: '0' is not positive. Fix: write a price such as 105."),
        ({"strike": "-5"}, "strike: '-5' is not positive. Fix: write a price such as 105."),
        ({"strike": ""}, "strike: '' is missing for an option. Fix: write a price such as 105."),
        ({"strike": "true"}, f"strike: 'true' is not a number. Fix: {PRICE}."),
        ({"strike": "24%"}, f"strike: '24%' is a percentage, and a plain number is wanted. Fix: {PRICE}."),
        ({"expiry": "2026-02-30"}, f"expiry: '2026-02-30' is not in the calendar. Fix: {DATE}."),
        ({"expiry": ""}, f"expiry: '' is missing for an option. Fix: {DATE}."),
        ({"expiry": "soon"}, f"expiry: 'soon' is not a date. Fix: {DATE}."),
        (
            {"expiry": "11/02/2026"},
            (
                "expiry: '11/02/2026' could be 2026-11-02 or 2026-02-11. "
                "Fix: write 2026-11-02 or 2026-02-11, or say --date-order mdy or dmy."
            ),
        ),
        ({"type": "cal"}, "type: 'cal' is no kind of leg. Fix: write call, put, stock, future or cash."),
        ({"type": ""}, "type: '' is missing for an option. Fix: write call or put."),
        ({"type": "option"}, "type: 'option' does not say call or put. Fix: write call or put."),
        (
            {"type": "stock"},
            (
                "type: 'stock' contradicts the row's strike or expiry. "
                "Fix: write call or put, or leave strike and expiry empty."
            ),
        ),
        ({"quantity": ""}, "quantity: '' is missing. Fix: write a signed number, such as 2 or -2."),
        (
            {"quantity": "two"},
            "quantity: 'two' is not a number. Fix: write a signed number, such as 2 or -2.",
        ),
        (
            {"entry": "-1"},
            (
                "entry: '-1' is negative. Fix: write the price per unit of underlying as a positive number; "
                "the sign belongs to quantity."
            ),
        ),
        ({"iv": "43"}, f"iv: '43' is a volatility above 500%. Fix: {FRACTION}."),
        ({"iv": "-10%"}, f"iv: '-10%' is a negative volatility. Fix: {FRACTION}."),
        ({"multiplier": "0"}, f"multiplier: '0' is not positive. Fix: {UNITS}."),
        ({"multiplier": "x"}, f"multiplier: 'x' is not a number. Fix: {UNITS}."),
        (
            {"underlying": "GREE1", "currency": "USD"},
            f"multiplier: '' is missing for an adjusted contract. Fix: {UNITS}.",
        ),
        (
            {"underlying": "ABC", "currency": "HKD"},
            f"multiplier: '' is missing, and the list of roots does not have it. Fix: {UNITS}.",
        ),
        (
            {"underlying": "HSI", "type": "future", "strike": ""},
            f"multiplier: '' is missing for a future. Fix: {UNITS}.",
        ),
        (
            {"underlying": "2318", "multiplier": "500"},
            (
                "currency: '' is missing, and the underlying is a code of digits. "
                "Fix: write its code, such as HKD or USD."
            ),
        ),
        (
            {"currency": "dollars"},
            "currency: 'dollars' is no currency code. Fix: write its code, such as HKD or USD.",
        ),
        (
            {"underlying": "ABC", "currency": "XXX", "multiplier": "100"},
            (
                "currency: 'XXX' belongs to no market whose closing time is known. Fix: write one of HKD, CNH, CNY, "
                "USD, BTC, ETH, USDC, USDT, CAD, EUR, CHF, GBP, JPY, INR, AUD, SGD, KRW, or give expiry with its "
                "time and zone."
            ),
        ),
        ({"style": "bermudan"}, "style: 'bermudan' is no exercise style. Fix: write american or european."),
        (
            {"underlying": ""},
            "underlying: '' names no underlying. Fix: write its ticker, such as MIU or AAPL.",
        ),
    ],
)
def test_a_bad_row_is_a_problem_that_says_what_to_write(
    cells: dict[str, str], message: str, read_text: Read
) -> None:
    book = read_text(_row(**cells))
    assert [str(problem) for problem in book.problems] == [f"book.csv:2: {message}"]
    assert len(book.legs) == 0


def test_all_faults_of_a_row_are_reported_and_the_row_counts_once(read_text: Read) -> None:
    book = read_text(_row(strike="1O5", quantity="two", style="bermudan"))
    assert [problem.column for problem in book.problems] == ["strike", "style", "quantity"]
    assert (book.files[0].rows, book.files[0].imported) == (1, 0)


def test_a_problem_spells_the_column_and_the_value_as_the_file_does(read_text: Read) -> None:
    book = read_text("Ticker,Right,Strike Price ($),Exp Date,QTY\nMIU,C,$ 1O5,2026-11-27,1\n")
    assert [(problem.column, problem.value) for problem in book.problems] == [("Strike Price ($)", "$ 1O5")]


def test_a_quantity_of_zero_is_ignored_and_counted(read_text: Read) -> None:
    book = read_text(_row(quantity="0", strike="1O5"))
    report = book.files[0]
    assert (report.rows, report.imported, dict(report.ignored), report.problems) == (
        1,
        0,
        {"zero quantity": 1},
        (),
    )


def test_the_broken_sample_has_each_kind_of_bad_row(in_project: Path) -> None:
    """Rows read = imported + ignored + rows with problems."""
    assert in_project
    report = read("sample_positions/broken.csv").files[0]
    lines = {problem.line for problem in report.problems}
    assert (report.rows, report.imported, dict(report.ignored), len(lines)) == (
        22,
        3,
        {"zero quantity": 1},
        18,
    )
    assert len({(problem.column, problem.reason) for problem in report.problems}) == 18


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("MIU 27NOV26 24 C,,call,25,,1", "strike", "25"),
        ("MIU 27NOV26 24 C,,put,,,1", "type", "put"),
        ("MIU 27NOV26 24 C,,,,2026-11-28,1", "expiry", "2026-11-28"),
        ("MIU 27NOV26 24 C,TCH,,,,1", "underlying", "TCH"),
    ],
)
def test_a_symbol_and_columns_that_contradict_each_other(
    row: str, column: str, value: str, read_text: Read
) -> None:
    book = read_text(f"symbol,underlying,type,strike,expiry,quantity\n{row}\n")
    assert [str(problem) for problem in book.problems] == [
        (
            f"book.csv:2: {column}: '{value}' contradicts the symbol MIU 27NOV26 24 C. "
            "Fix: correct the one that is wrong, or leave this cell empty."
        )
    ]


@pytest.mark.parametrize("kind", ["put", "stock"])
def test_a_kind_that_contradicts_the_symbol(kind: str, read_text: Read) -> None:
    """An asset class beside an option's symbol is the class of its underlying, and fine."""
    book = read_text(f"symbol,kind,quantity\nMIU 27NOV26 24 C,{kind},1\n")
    assert [problem.reason for problem in book.problems] == ["contradicts the symbol MIU 27NOV26 24 C"]
    assert read_text("symbol,asset_class,quantity\nMIU 27NOV26 24 C,equity,1\n").problems == ()


@pytest.mark.parametrize(
    "row",
    [
        "MIU 27NOV26 24 C,MIU,call,24.00,27-Nov-2026,1",
        "MIU 27NOV26 24 C,1810,C,24,2026-11-27 08:00:00+00:00,1",
        "MIU 27NOV26 24 C,,,,,1",
        "broker id 4711,MIU,call,24,2026-11-27,1",
        "MIU,,call,24,2026-11-27,1",
        "1810 HK,,call,24,2026-11-27,1",
    ],
)
def test_a_symbol_and_columns_that_agree_are_one_contract(row: str, read_text: Read) -> None:
    book = read_text(f"symbol,underlying,kind,strike,expiry,quantity\n{row}\n")
    leg = book.legs.iloc[0]
    assert (leg["underlying"], leg["kind"], leg["strike"], str(leg["expiry"])) == (
        "MIU",
        "call",
        24.0,
        "2026-11-27 08:00:00+00:00",
    )


@pytest.mark.parametrize("symbol", ["AAPL 150 C", "AAPL240119C150", "XIAOMI NOV 24 CALL", "!!"])
def test_a_garbled_symbol_does_not_become_a_stock(symbol: str, read_text: Read) -> None:
    book = read_text(f"symbol,quantity\n{symbol},1\n")
    assert [str(problem) for problem in book.problems] == [
        (
            f"book.csv:2: symbol: '{symbol}' is no contract symbol. "
            "Fix: write it such as MIU 27NOV26 24 C or AAPL  260116C00150000."
        )
    ]


def test_a_symbol_with_an_impossible_day_says_so(read_text: Read) -> None:
    book = read_text("symbol,quantity\nMIU 31NOV26 24 C,1\n")
    assert [problem.reason for problem in book.problems] == ["names a day that is not in the calendar"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [("AAPL,,1", "stock"), ("BRK.B,Equity,1", "stock"), ("^SPX,,1", "stock"), ("HKD,cash,5000", "cash")],
)
def test_what_is_no_option_needs_no_strike_or_expiry(cells: str, kind: str, read_text: Read) -> None:
    leg = read_text(f"symbol,type,quantity\n{cells}\n").legs.iloc[0]
    assert (leg["kind"], leg["multiplier"], leg["style"], leg["settlement"]) == (kind, 1.0, "", "")
    assert leg["currency"] == ("HKD" if kind == "cash" else "USD")


def test_a_column_of_asset_classes_serves_where_no_other_says_the_kind(read_text: Read) -> None:
    """An order type beside call and put is of no concern, an asset class beside nothing is the kind."""
    book = read_text(
        "symbol,type,right,strike,expiry,quantity\n"
        "AAPL,limit,C,150,2026-01-16,1\n"
        "AAPL,equity,,,,100\n"
        "AAPL,limit,,,,100\n"
    )
    assert book.legs["kind"].tolist() == ["call", "stock"]
    assert [(problem.line, problem.value) for problem in book.problems] == [(4, "limit")]


def test_roots_underlyings_and_their_terms_come_from_the_list(read_text: Read) -> None:
    legs = read_text(
        "underlying,kind,strike,expiry,quantity\n"
        "SPXW,call,6000,2026-01-16,1\nSPX,call,6000,2026-01-16,1\n01810,put,20,2026-11-27,1\nmiu,put,20,2026-11-27,1\n"
    ).legs
    assert legs["underlying"].tolist() == ["SPX", "SPX", "MIU", "MIU"]
    assert legs["root"].tolist() == ["SPXW", "SPX", "MIU", "MIU"]
    assert legs["settlement"].tolist() == ["pm", "am", "pm", "pm"]
    assert legs["style"].tolist() == ["european", "european", "american", "american"]
    assert legs["multiplier"].tolist() == [100.0, 100.0, 1000.0, 1000.0]
    assert legs["expiry"].astype(str).tolist()[:2] == [
        "2026-01-16 21:00:00+00:00",
        "2026-01-16 14:30:00+00:00",
    ]


def test_dollars_are_assumed_with_one_notice(read_text: Read) -> None:
    book = read_text(
        "symbol,quantity,currency\nAAPL,1,\nMSFT,1,\nMIU 27NOV26 24 C,1,\nSAP,1,EUR\n0005.HK,1,\n9999.HK,1,\n"
    )
    assert book.legs["currency"].tolist() == ["USD", "USD", "HKD", "EUR", "HKD", "HKD"]
    assert book.notices == (
        "book.csv: no currency is given for AAPL, MSFT: taken as USD, and options as 100 units a contract.",
    )


def test_an_adjusted_contract_with_its_multiplier_is_read(read_text: Read) -> None:
    leg = read_text("symbol,underlying,quantity,multiplier\nGREE1260116C00005000,GREE,1,10\n").legs.iloc[0]
    assert (leg["root"], leg["underlying"], leg["multiplier"]) == ("GREE1", "GREE", 10.0)


def test_a_currency_without_a_market_is_fine_where_the_expiry_has_its_zone(read_text: Read) -> None:
    leg = read_text(
        _row(underlying="ERIC", currency="SEK", multiplier="100", expiry="2026-11-20T16:25Z")
    ).legs
    assert str(leg["expiry"][0]) == "2026-11-20 16:25:00+00:00"


def test_trade_times_are_in_the_market_s_zone_unless_they_say_another(read_text: Read) -> None:
    legs = read_text(
        "symbol,quantity,traded_at\n"
        "MIU 27NOV26 24 C,1,2026-10-02 15:30:00\n"
        "MIU 27NOV26 24 C,1,2026-10-02\n"
        "SPX 2026-11-20 6000 C,1,2026-10-02\n"
        "SPX 2026-11-20 6000 C,1,2026-10-02 15:30\n"
        "SPX 2026-11-20 6000 C,1,2026-10-02T15:30+08:00\n"
    ).legs
    assert legs["traded_at"].dt.strftime("%H:%M").tolist() == ["07:30", "08:00", "20:00", "19:30", "07:30"]


def test_a_date_and_a_time_in_two_columns_are_joined(read_text: Read) -> None:
    legs = read_text(
        "symbol,quantity,Trade Date,Exec Time\n"
        "MIU 27NOV26 24 C,1,2026-10-02,15:30:00\n"
        "MIU 27NOV26 24 C,1,2026-10-02,2026-10-02 15:31:00\n"
    ).legs
    assert legs["traded_at"].dt.strftime("%m-%d %H:%M").tolist() == ["10-02 07:30", "10-02 07:31"]


@pytest.mark.parametrize(
    ("date", "time", "utc"),
    [
        ("20260601", "093105", "13:31:05"),
        ("20260601", "0931", "13:31:00"),
        ("2026-06-01", "9:31", "13:31:00"),
        ("2026-06-01", "09:31:05 AM", "13:31:05"),
        ("2026-06-01", "3:30:05 pm", "19:30:05"),
        ("2026-06-01", "09:31:05.250", "13:31:05"),
        ("06/13/2026", "0931", "13:31:00"),
        ("2026-06-01", "21:31 HKT", "13:31:00"),
        ("2026-06-01 00:00:00", "09:31:05", "13:31:05"),
        ("2026-06-01 09:31:00", "09:31:05", "13:31:00"),
        ("2026-06-01", "", "20:00:00"),
        ("2026-06-01", "--", "20:00:00"),
        ("2026-06-01", "20260601;093105", "13:31:05"),
        ("", "", "NaT"),
    ],
)
def test_a_time_of_day_of_its_own_belongs_to_the_date(
    date: str, time: str, utc: str, read_text: Read
) -> None:
    book = read_text(f"symbol,quantity,TradeDate,TradeTime\nAAPL,1,{date},{time}\n")
    assert book.problems == ()
    assert book.legs["traded_at"].dt.strftime("%H:%M:%S").fillna("NaT").tolist() == [utc]


@pytest.mark.parametrize(
    ("date", "time", "message"),
    [
        (
            "20260601",
            "soon",
            "TradeTime: 'soon' is no time of day. Fix: write a time such as 15:30 or 15:30:05.",
        ),
        ("20260601", "17", "TradeTime: '17' is no time of day. Fix: write a time such as 15:30 or 15:30:05."),
        (
            "20260601",
            "096105",
            (
                "TradeTime: '096105' has a time of day that is not on the clock. "
                "Fix: write a time such as 15:30 or 15:30:05."
            ),
        ),
        ("2026060", "0931", "TradeDate: '2026060' is not a date. Fix: write a date such as 2026-11-27."),
        ("", "0931", "TradeDate: '' is missing beside a time of day. Fix: write a date such as 2026-11-27."),
    ],
)
def test_the_column_at_fault_is_blamed_for_a_trade_time(
    date: str, time: str, message: str, read_text: Read
) -> None:
    book = read_text(f"symbol,quantity,TradeDate,TradeTime\nAAPL,1,{date},{time}\n")
    assert [str(problem) for problem in book.problems] == [f"book.csv:2: {message}"]


@pytest.mark.parametrize(
    ("expiry", "instant"),
    [
        ("2026-10-16", "2026-10-16 20:00"),
        ("2026-10-16 00:00", "2026-10-16 20:00"),
        ("2026-10-16T00:00:00Z", "2026-10-16 20:00"),
        ("2026-10-16 00:00:00+00:00", "2026-10-16 20:00"),
        ("2026-10-15T20:00:00-04:00", "2026-10-16 00:00"),
        ("2026-10-16T08:00:00+08:00", "2026-10-16 00:00"),
        ("2026-10-15 20:00 EDT", "2026-10-16 00:00"),
    ],
)
def test_only_a_midnight_that_is_written_is_a_bare_day(expiry: str, instant: str, read_text: Read) -> None:
    """Eight in the evening in New York is midnight in UTC, and is meant."""
    legs = read_text(_row(underlying="AAPL", expiry=expiry)).legs
    assert legs["expiry"].dt.strftime("%Y-%m-%d %H:%M").tolist() == [instant]


STATEMENT = """Statement,Data,BrokerName,Interactive Brokers
Trades,Header,DataDiscriminator,Currency,Symbol,Date/Time,Quantity
Trades,Data,Order,USD,NVDA,"2026-05-20, 10:15:00",50
Trades,Data,Order,USD,NVDA,"2026-06-02, 15:44:10",-50
Trades,Data,ClosedLot,USD,NVDA,"2026-05-20, 10:15:00",-50
Trades,SubTotal,,USD,NVDA,,0
"""


@pytest.mark.parametrize("dialect", ["auto", "generic"])
def test_a_statement_that_counts_trades_twice_is_refused(dialect: str, read_text: Read) -> None:
    with pytest.raises(ReadError) as caught:
        read_text(STATEMENT, dialect=dialect)
    assert str(caught.value) == (
        "book.csv: is an Interactive Brokers activity statement, which counts a trade in several rows. Fix: keep only "
        "the Order rows of the Trades section, without the column DataDiscriminator."
    )
    rows = [line.split(",", 3) for line in STATEMENT.splitlines() if ",Order," in line or ",Header," in line]
    mended = read_text("\n".join(row[3] for row in rows))
    assert (mended.legs["quantity"].tolist(), mended.problems) == ([50, -50], ()), "the fix works"


def test_one_slash_date_proves_the_order_of_its_column(read_text: Read) -> None:
    text = HEADER + "\nMIU,call,24,11/02/2026,1\nMIU,call,24,11/27/2026,1\n"
    text = text.replace(",1\n", ",1,,,,,\n")
    assert read_text(text).legs["expiry"].dt.strftime("%m-%d").tolist() == ["11-02", "11-27"]
    ambiguous = _row(expiry="11/02/2026")
    assert read_text(ambiguous, date_order="dmy").legs["expiry"].dt.strftime("%m-%d").tolist() == ["02-11"]


def test_a_group_that_lost_a_row_is_named(read_text: Read) -> None:
    book = read_text(
        "symbol,quantity,group\nMIU 27NOV26 24 C,1,A\nMIU 27NOV26 2x C,1,A\nMIU 27NOV26 25 C,1,B\n"
    )
    assert book.notices[-1] == "book.csv: groups that lost a row to a problem: A."


def test_a_spreadsheet_s_total_row_is_no_stock(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("symbol,quantity,currency\nAAPL,200,USD\nTotal,200,USD\n")
    book = ol.read(str(path))
    assert book.legs["underlying"].tolist() == ["AAPL"]
    assert dict(book.files[0].ignored) == {"total": 1}


def test_stock_in_a_cash_account_is_stock(tmp_path: Path) -> None:
    """Some brokers' Type is the account's; cash is cash only where a currency is held."""
    path = tmp_path / "book.csv"
    path.write_text("symbol,type,quantity,currency\nAAPL,Cash,200,USD\nHKD,Cash,5000,HKD\n")
    assert ol.read(str(path)).legs["kind"].tolist() == ["stock", "cash"]


def test_a_company_s_name_leads_to_its_class(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("underlying,kind,strike,expiry,quantity\nXiaomi,call,24,2026-11-27,1\n")
    leg = ol.read(str(path)).legs.iloc[0]
    assert (leg["underlying"], leg["multiplier"], leg["currency"]) == ("MIU", 1000, "HKD")
