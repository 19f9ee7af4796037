"""The command line: streams, exit statuses, and one line for every mistake."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import optlab as ol
from command import optlab
from optlab.cli import run as command_line

ROOT = Path(__file__).parents[1]
ONE_LEG = "symbol,quantity,entry\nMIU 27NOV26 24 C,1,1.79\n"
SAMPLES = ROOT / "sample_positions"
QUOTES = "--spot MIU=24.24 --vol 43% --rate 2.7% --dividend-yield 0 --as-of 2026-10-02"


@pytest.fixture
def one_leg(tmp_path: Path) -> Path:
    path = tmp_path / "one_leg.csv"
    path.write_text(ONE_LEG)
    return path


def test_data_goes_to_standard_output_and_all_else_to_standard_error(one_leg: Path) -> None:
    """A pipe gets CSV and nothing but CSV."""
    run = optlab(f"price {one_leg} {QUOTES}")
    table = pd.read_csv(io.StringIO(run.out))
    assert table["price"].tolist() == pytest.approx([1.7907], abs=1e-4)
    assert run.err == ""
    assert run.status == 0


def test_quiet_is_quiet(one_leg: Path) -> None:
    assert optlab(f"price {one_leg} {QUOTES} -q").err == ""


def test_standard_input_is_a_dash() -> None:
    run = optlab(f"bias - {QUOTES} --format json", stdin=ONE_LEG)
    assert json.loads(run.out)["shares"][0]["bullish"] == 1.0


def test_without_a_date_today_is_used_and_said(one_leg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only clock is in the command line."""
    import datetime as dt

    monkeypatch.setattr(command_line, "today", lambda: dt.date(2026, 10, 2))
    run = optlab(f"price {one_leg} --spot 24.24 --vol 0.43 --rate 0.027 --dividend-yield 0")
    assert run.err.startswith(
        "note: valued as of today, 2026-10-02: neither the market nor --as-of says when\n"
    )
    assert run.status == 0


def test_what_has_no_price_is_listed_with_its_place_and_fix(one_leg: Path) -> None:
    run = optlab(f"price {one_leg} --vol 0.43 --as-of 2026-10-02")
    assert (
        f"{one_leg}:2: MIU: no price of the underlying (no_spot). Fix: add the underlying to the market, or say "
        "--spot MIU=PRICE." in run.err
    )
    assert run.status == 3
    assert len(run.out.splitlines()) == 2, "the leg stays in the result"


@pytest.mark.parametrize("verb", ["price", "greeks", "bias", "verify"])
def test_strict_refuses_before_any_output(verb: str, one_leg: Path) -> None:
    run = optlab(f"{verb} {one_leg} --vol 0.43 --as-of 2026-10-02 --strict")
    assert run.out == ""
    assert run.status == 1


@pytest.mark.parametrize("verb", ["check", "convert", "price", "bias"])
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(verb: str, tmp_path: Path) -> None:
    path = tmp_path / "fills.csv"
    path.write_text("symbol,quantity\nMIU 27NOV26 24 C,1\nMIU 27NOV26 25 C,two\n")
    arguments = f"{verb} {path}" + ("" if verb in ("check", "convert") else f" {QUOTES}")
    run = optlab(arguments)
    message = f"{path}:3: quantity: 'two' is not a number. Fix: write a signed number, such as 2 or -2."
    assert message in (run.out if verb == "check" else run.err)
    assert run.status == 3
    assert optlab(f"{arguments} --strict").status == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("price nowhere.csv", "nowhere.csv"),
        (f"price {ROOT}", "directory"),
        ("price {one_leg} --as-of tomorrow", "as-of 'tomorrow' is not a date. Fix: write 2026-10-02 or"),
        ("price {one_leg} --vol MIU=lots", "--vol 'MIU=lots' is not a number. Fix: write MIU=0.43, or 0.43"),
        ("price {one_leg} --vol 43", "vol 43 is no volatility from 0 to 500%. Fix: write 43% or 0.43"),
        ("price {one_leg} --spot MIU=-3", "spot MIU=-3 is no price. Fix: write one such as 24.24"),
        ("price {one_leg} -m nowhere.csv", "nowhere.csv"),
        ("greeks {one_leg} --as-of 2026-10-02 --by sector", "can't total by sector. Fix: total by columns"),
        ("greeks {one_leg} --as-of 2026-10-02 --currency USD", "no exchange rate from HKD to USD. Fix:"),
        ("bias {one_leg} --as-of 2026-10-02 --neutral 7", "a neutral band of 7 can't be meant. Fix:"),
        ("bias {one_leg} --window 0d", "--window '0d' is no number of trading days. Fix: write 5d."),
        ("bias {one_leg} --as-of 2026-10-02 --window 2d", "no row says when it was traded"),
        ("bias {one_leg} --as-of 2026-10-02 --by day", "Fix: add the column traded_at"),
        ("bias {one_leg} --self-financing dear", "--self-financing 'dear' is not a number. Fix: write 0.1%"),
        ("bias {one_leg} --as-of 2026-10-02 --top -1", "a top of -1 can't be meant. Fix: use one from 0 to"),
        ("bias {one_leg} --as-of 2026-10-02 --beta-to HSI", "no price of the index HSI. Fix:"),
        ("bias {one_leg} --as-of 2026-10-02 --tape --within soon", "'soon' is no duration. Fix: write one"),
        ("context {one_leg}", "there is no column for spot or forward"),
        (
            "price {one_leg} --as-of 2026-10-02 -o out.doc",
            "out.doc: .doc is no output format. Fix: end in .csv",
        ),
        ("price {one_leg} --as-of 2026-10-02 -o nowhere/out.csv", "Fix: write to a folder that exists"),
    ],
)
def test_a_mistake_is_one_line_and_status_one(
    arguments: str, message: str, one_leg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = optlab(arguments.format(one_leg=one_leg) + " -q")
    assert message in run.err
    assert run.err.startswith("optlab: ")
    assert run.err.count("\n") == 1
    assert (run.out, run.status) == ("", 1)


def test_a_call_that_makes_no_sense_is_status_two() -> None:
    assert optlab("price").status == 2
    assert optlab("fly me").status == 2


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet", ".xlsx"])
def test_output_files_hold_the_same_numbers(suffix: str, one_leg: Path, tmp_path: Path) -> None:
    path = tmp_path / f"legs{suffix}"
    run = optlab(f"price {one_leg} {QUOTES} -o {path}")
    assert run.out == ""
    assert f"note: wrote {path}\n" in run.err
    readers = {
        ".csv": pd.read_csv,
        ".json": pd.read_json,
        ".parquet": pd.read_parquet,
        ".xlsx": pd.read_excel,
    }
    assert readers[suffix](path)["price"].tolist() == pytest.approx([1.7907], abs=1e-4)  # type: ignore[operator]


def test_the_same_input_gives_the_same_bytes(one_leg: Path, tmp_path: Path) -> None:
    """XLSX too: no time of writing inside."""
    for suffix in (".csv", ".json", ".parquet", ".xlsx"):
        first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
        for path in (first, second):
            optlab(f"bias {one_leg} {QUOTES} -o {path}")
        assert first.read_bytes() == second.read_bytes(), suffix


def test_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "one_leg.csv.gz"
    path.write_bytes(gzip.compress(ONE_LEG.encode()))
    assert optlab(f"convert {path}").status == 0


def test_verify_fails_where_the_numbers_differ(one_leg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that is off by a millionth is caught, and the leg is named."""
    from optlab.pricing import american

    kernel = american.evaluate
    monkeypatch.setattr(
        american, "evaluate", lambda *inputs: (g := kernel(*inputs))._replace(delta=g.delta * (1 + 1e-6))
    )
    run = optlab(f"verify {one_leg} {QUOTES}")
    assert run.status == 1
    assert "DIFFERS" in run.out
    assert f"{one_leg}:2: delta: " in run.err


def test_verify_lists_what_it_cannot_judge(tmp_path: Path) -> None:
    path = tmp_path / "expiring.csv"
    path.write_text("symbol,quantity\nMIU 02OCT26 24 C,1\nMIU 27NOV26 24 C,1\n")
    run = optlab(f"verify {path} {QUOTES}")
    assert f"{path}:2: not judged: expired, or no volatility: no model is needed" in run.err
    assert run.status == 0


def test_the_version() -> None:
    assert optlab("--version").out == f"optlab {ol.__version__}\n"


def test_help_names_every_verb_under_a_heading_and_shows_examples() -> None:
    whole = optlab("--help").out
    for heading in ("Reading", "Pricing", "Leaning", "Looking things up"):
        assert heading in whole
    for verb in ("check", "convert", "price", "greeks", "verify", "bias", "columns"):
        assert verb in whole
        text = optlab(f"{verb} --help").out
        assert text.count(f"optlab {verb}") >= 3, f"{verb}: usage and two examples"


def test_completion_can_be_installed() -> None:
    assert "--install-completion" in optlab("--help").out


def test_help_imports_no_pandas() -> None:
    """A fresh process answers --help with neither pandas nor numpy."""
    code = (
        "import sys; sys.argv = ['optlab', 'bias', '--help']\nfrom optlab import cli\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_error(one_leg: Path) -> None:
    """`optlab price ... | head -1` ends quietly."""
    command = f"{sys.executable} -m optlab price {one_leg} {QUOTES} -q | head -c 5"
    done = subprocess.run(command, shell=True, capture_output=True, check=False)  # noqa: S602 - the pipe is the test
    assert done.stderr == b""


@pytest.mark.parametrize("verb", ["check", "convert", "price", "greeks", "bias", "verify"])
@pytest.mark.parametrize("shape", ["table", "csv", "json"])
def test_a_book_without_legs_is_no_error(verb: str, shape: str, tmp_path: Path) -> None:
    """A header and no rows; and a file whose every row is bad."""
    quotes = "" if verb in ("check", "convert") else QUOTES
    for rows, status in (("", 0), ("MIU 27NOV26 24 C,two\n", 3)):
        path = tmp_path / "empty.csv"
        path.write_text(f"symbol,quantity\n{rows}")
        assert optlab(f"{verb} {path} {quotes} --format {shape}").status == status


@pytest.mark.parametrize("column", ["value", "delta", "spot", "years", "quantity"])
def test_numbers_are_nothing_to_total_by(column: str, one_leg: Path) -> None:
    run = optlab(f"greeks {one_leg} {QUOTES} --by {column}")
    assert f"can't total by {column}. Fix:" in run.err
    assert run.status == 1


def test_columns_to_total_by_come_in_one_word_or_several(one_leg: Path) -> None:
    once = optlab(f"greeks {one_leg} {QUOTES} --by underlying,kind --format csv")
    twice = optlab(f"greeks {one_leg} {QUOTES} --by underlying --by kind --format csv")
    assert once.out == twice.out
    assert once.out.startswith("underlying,kind,currency,")


def test_currencies_may_be_typed_small(one_leg: Path) -> None:
    assert optlab(f"greeks {one_leg} {QUOTES} --currency hkd").status == 0


def test_a_file_that_is_read_is_never_written_over(one_leg: Path, in_project: Path) -> None:
    before = one_leg.read_text()
    for target in (one_leg, in_project / "sample_positions" / "xiaomi_market.csv"):
        run = optlab(f"price {one_leg} -m sample_positions/xiaomi_market.csv -o {target}")
        assert "is one of the files that are read. Fix: write to another name." in run.err
        assert run.status == 1
    assert one_leg.read_text() == before


def test_what_is_said_of_an_underlying_that_nobody_holds_is_noted(one_leg: Path) -> None:
    """A typing error changes nothing, and is not passed over in silence."""
    run = optlab(f"price {one_leg} {QUOTES} --spot MUI=30")
    assert "note: spot of MUI is used for no leg: none is on MUI\n" in run.err


def test_several_numbers_in_one_word_are_refused(one_leg: Path) -> None:
    run = optlab(f"price {one_leg} {QUOTES} --spot MIU=24,TCH=600")
    assert "names several at once. Fix: write MIU=24.24" in run.err


def test_a_settlement_price_needs_a_name(one_leg: Path) -> None:
    run = optlab(f"price {one_leg} {QUOTES} --settle 24.2")
    assert (
        run.err
        == "optlab: --settle '24.2' names no underlying. Fix: write MIU=24.2; say --settle again for more.\n"
    )


@pytest.mark.parametrize("option", ["--rate 3", "--dividend-yield 2", "--vol 43", "--spot 0"])
def test_a_percent_typed_as_a_number_is_refused(option: str, one_leg: Path) -> None:
    assert optlab(f"price {one_leg} --as-of 2026-10-02 {option}").status == 1


def test_strict_says_why_even_when_quiet(tmp_path: Path) -> None:
    path = tmp_path / "fills.csv"
    path.write_text("symbol,quantity\nMIU 27NOV26 24 C,two\n")
    run = optlab(f"check {path} --strict -q")
    assert run.err == (
        "optlab: nothing is printed, because of --strict. "
        "Fix: mend what is set aside, or leave --strict out\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's own")
def test_a_full_disk_is_one_line(one_leg: Path) -> None:
    command = f"{sys.executable} -m optlab price {one_leg} {QUOTES} -q > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 - a shell's redirection
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr
    assert done.returncode == 1


def test_a_file_beside_the_output_is_no_less_safe(one_leg: Path, in_project: Path, tmp_path: Path) -> None:
    """`bias -o o.csv` also writes o.shares.csv, which may be the market."""
    market = tmp_path / "o.shares.csv"
    market.write_bytes((in_project / "sample_positions" / "xiaomi_market.csv").read_bytes())
    before = market.read_bytes()
    run = optlab(f"bias {one_leg} -m {market} -o {tmp_path / 'o.csv'}")
    assert "o.shares.csv: is one of the files that are read." in run.err
    assert (run.status, market.read_bytes()) == (1, before)
    assert not (tmp_path / "o.csv").exists()


def test_text_that_is_no_unicode_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    path.write_text('[{"symbol": "MIU 27NOV26 24 C", "quantity": 1, "group": "\\ud800"}]')
    run = optlab(f"convert {path}")
    assert run.status == 1
    assert run.err.startswith("optlab: some text is no Unicode")


def test_an_exchange_rate_may_be_said(one_leg: Path) -> None:
    run = optlab(f"greeks {one_leg} {QUOTES} --spot USDHKD=7.9 --currency USD --format json")
    assert json.loads(run.out)[0]["value"] == pytest.approx(1790.66 / 7.9, rel=1e-4)


# --- strategies ---------------------------------------------------------------------------------------------

LOOSE = f"strategies {ROOT / 'sample_positions' / 'loose_legs.csv'} --as-of 2026-10-02"
IN_MARKET = f"-m {ROOT / 'sample_positions' / 'xiaomi_market.csv'}"


def listed(arguments: str) -> pd.DataFrame:
    """Read what a run of the verb prints in a pipe."""
    run = optlab(f"{LOOSE} {arguments}")
    assert run.status == 0
    return pd.read_csv(io.StringIO(run.out), keep_default_na=False)


def test_strategies_need_no_market() -> None:
    """A pipe gets CSV and nothing but CSV: the solver is silent, and what has no price is no fault."""
    run = optlab(LOOSE)
    table = pd.read_csv(io.StringIO(run.out))
    assert run.out.startswith("strategy_id,strategy,tag,venue_name,")
    assert table["strategy_id"].tolist() == [f"MIU-{number}" for number in range(1, len(table) + 1)]
    assert set(table["reading"]) == {"proven"}
    assert table["value"].isna().all()
    assert (run.err, run.status) == ("", 0)


def test_the_solver_is_silent_in_a_process_of_its_own() -> None:
    """What it would print itself passes by the streams of Python."""
    done = subprocess.run(
        [sys.executable, "-m", "optlab", *LOOSE.split()], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (optlab(LOOSE).out, "", 0)


def test_a_market_adds_value_and_profit() -> None:
    table = listed(IN_MARKET)
    assert set(table["status"]) == {"ok"}
    assert pd.to_numeric(table["value"]).notna().all()


@pytest.mark.parametrize("shape", ["table", "csv", "json"])
def test_strategies_come_in_every_shape(shape: str) -> None:
    run = optlab(f"{LOOSE} --format {shape} --width 200")
    assert run.status == 0
    assert "covered call" in run.out
    if shape == "json":
        assert json.loads(run.out)[0]["strategy_id"] == "MIU-1"


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet", ".xlsx"])
def test_strategies_are_written_to_a_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"strategies{suffix}"
    run = optlab(f"{LOOSE} -o {path}")
    assert (run.out, run.err, run.status) == ("", f"note: wrote {path}\n", 0)
    assert path.stat().st_size > 0


def test_the_same_book_gives_the_same_strategies() -> None:
    assert len({optlab(f"{LOOSE} {IN_MARKET}").out for _ in range(3)}) == 1


def test_given_groups_are_kept_or_ignored(tmp_path: Path) -> None:
    path = tmp_path / "grouped.csv"
    path.write_text(
        "symbol,quantity,group\nMIU 27NOV26 24 C,1,a\nMIU 27NOV26 27 C,-1,b\nMIU 27NOV26 22 P,1,b\n"
    )
    names = [
        pd.read_csv(io.StringIO(optlab(f"strategies {path} --as-of 2026-10-02 {option}").out))["strategy"]
        for option in ("", "--group keep", "--group ignore")
    ]
    assert names[0].tolist() == names[1].tolist() == ["long call", "bearish risk reversal"]
    assert names[2].tolist() != names[0].tolist()
    assert optlab(f"strategies {path} --group nonsense").status == 2


def test_a_venue_s_names_are_shown_beside_ours() -> None:
    table = listed("--venue hkex")
    spread = table[table["strategy"] == "bull call spread"].iloc[0]
    assert spread["venue_name"] == "Call Spread"
    assert set(listed("")["venue_name"]) == {""}


@pytest.mark.parametrize(("option", "days"), [("27d", 27), ("4w", 28), ("56", 56), ("0d", 0), ("100w", 700)])
def test_only_what_expires_soon(option: str, days: int) -> None:
    """Of a calendar the near expiry counts; numbers are those of the whole list."""
    whole = listed("")
    soon = whole[pd.to_numeric(whole["days_nearest"]) <= days]
    assert listed(f"--expiring {option}")["strategy_id"].tolist() == soon["strategy_id"].tolist()


def test_cash_may_be_said() -> None:
    """Beside the account's own: a put that it did not secure is secured."""
    source = "symbol,quantity\nMIU 27NOV26 24 P,-1\n"
    run = "strategies - --as-of 2026-10-02 --format json"
    for cash, cover in (("HKD=24000", "cash-secured"), ("HKD=23999", "naked"), ("USD=1e6", "naked")):
        assert json.loads(optlab(f"{run} --cash {cash}", stdin=source).out)[0]["cover"] == cover
    several = json.loads(optlab(f"{run} --cash USD=5 --cash HKD=24000", stdin=source).out)
    assert several[0]["cover"] == "cash-secured"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--venue nonsense", "venue 'nonsense' is not known. Fix: use one of "),
        ("--expiring nonsense", "'nonsense' is no number of days. Fix: write 7d, 2w or 7."),
        ("--expiring=-7d", "'-7d' is no number of days. Fix:"),
        ("--cash nonsense", "--cash 'nonsense' names no currency. Fix: write HKD=100000;"),
        ("--cash 1000", "--cash '1000' names no currency. Fix: write HKD=100000;"),
        ("--cash HKD=lots", "--cash 'HKD=lots' is not a number. Fix: write HKD=100000;"),
        ("--cash HKD=10%", "--cash 'HKD=10%'"),
        ("--explain nonsense", "no strategy is called 'nonsense'. Fix: use one of MIU-1, MIU-2,"),
        ("-o strategies.doc", ".doc is no output format. Fix: end in .csv"),
    ],
)
def test_a_mistake_about_strategies_is_one_line(arguments: str, message: str) -> None:
    run = optlab(f"{LOOSE} {arguments}")
    assert message in run.err
    assert run.err.startswith("optlab: ")
    assert run.err.count("\n") == 1
    assert (run.out, run.status) == ("", 1)


def test_a_strategy_is_explained() -> None:
    run = optlab(f"{LOOSE} --explain MIU-1 --format table")
    assert run.out.startswith("MIU-1: ")
    assert "  why " in run.out
    assert "What these contracts and their neighbours could be, the cheapest first:\n  1. cost " in run.out
    assert (run.err, run.status) == ("", 0)


def test_an_explanation_for_programs_is_the_table_of_readings(tmp_path: Path) -> None:
    records = json.loads(optlab(f"{LOOSE} --explain MIU-1 --format json").out)
    assert {record["explains"] for record in records} == {"MIU-1"}
    assert records[0]["reading"] == 1
    table = pd.read_csv(io.StringIO(optlab(f"{LOOSE} --explain MIU-1 --format csv").out))
    assert table["legs"].str.lstrip("'").tolist() == [record["legs"] for record in records]
    path = tmp_path / "why.csv"
    assert optlab(f"{LOOSE} --explain MIU-1 -o {path}").status == 0
    assert pd.read_csv(path)["reading"].tolist() == table["reading"].tolist()


def test_strict_takes_missing_prices_but_no_bad_row(tmp_path: Path) -> None:
    """Strategies can do without prices; a row that was set aside may belong to one."""
    assert optlab(f"{LOOSE} --strict").status == 0
    path = tmp_path / "fills.csv"
    path.write_text("symbol,quantity\nMIU 27NOV26 24 C,1\nMIU 27NOV26 25 C,two\n")
    run = optlab(f"strategies {path} --as-of 2026-10-02 --strict")
    assert (run.out, run.status) == ("", 1)
    assert f"{path}:3: quantity: 'two' is not a number." in run.err
    assert optlab(f"strategies {path} --as-of 2026-10-02").status == 3


@pytest.mark.parametrize("shape", ["table", "csv", "json"])
@pytest.mark.parametrize("rows", ["", "HKD,cash,,,80000\n"])
def test_a_book_without_strategies_is_no_error(rows: str, shape: str, tmp_path: Path) -> None:
    path = tmp_path / "cash.csv"
    path.write_text(f"underlying,kind,strike,expiry,quantity\n{rows}")
    assert optlab(f"strategies {path} --as-of 2026-10-02 --format {shape}").status == 0
    run = optlab(f"strategies {path} --as-of 2026-10-02 --explain MIU-1 -q")
    assert "no strategy is called 'MIU-1'. Fix: " in run.err
    assert run.status == 1


# --- the lean and the context ---------------------------------------------------------------------------------

XIAOMI = f"{SAMPLES}/xiaomi_top_trades.csv -m {SAMPLES}/xiaomi_market.csv"
LEAN_TABLES = (
    *("strategies", "summary", "shares", "stability", "disagreements", "trend"),
    *("families", "names", "views", "stand_outs", "totals"),
)


def test_a_lean_is_one_document_in_json_with_every_table() -> None:
    document = json.loads(optlab(f"bias {XIAOMI} --window 2d --format json").out)
    assert set(document) == {"headline", "range", "left_out", *LEAN_TABLES}
    assert all(row["reason"] for row in document["strategies"])
    assert document["trend"][0]["n_before"] == 8


def test_a_lean_is_a_folder_of_csv_files_or_files_beside_each_other(tmp_path: Path) -> None:
    optlab(f"bias {XIAOMI} -o {tmp_path}")
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.csv" for name in LEAN_TABLES}
    optlab(f"bias {XIAOMI} -o {tmp_path}/x.csv")
    assert (tmp_path / "x.csv").read_text() == (tmp_path / "strategies.csv").read_text()
    assert (tmp_path / "x.trend.csv").read_text() == (tmp_path / "trend.csv").read_text()


def test_a_lean_is_a_workbook_with_a_sheet_for_each_table(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    optlab(f"bias {XIAOMI} -o {tmp_path}/lean.xlsx")
    assert openpyxl.load_workbook(tmp_path / "lean.xlsx").sheetnames == list(LEAN_TABLES)


def test_the_other_side_swaps_the_lean() -> None:
    """What is bullish for the buyer is bearish for the seller; rolls stay apart."""
    buyer, seller = (
        json.loads(optlab(f"bias {XIAOMI} --side {side} --format json").out)["shares"][0]
        for side in ("buy", "sell")
    )
    assert (buyer["bullish"], buyer["bearish"]) == (seller["bearish"], seller["bullish"])


def test_a_page_without_a_chain_has_no_line_about_one() -> None:
    assert "ATM IV" in optlab(f"bias {XIAOMI} --format table").out
    assert "ATM IV" not in optlab(f"bias {SAMPLES}/us_book.csv -m {SAMPLES}/us_market.csv --format table").out


def test_a_tape_is_put_together_and_says_what_it_could_not_sign() -> None:
    run = optlab(f"bias {SAMPLES}/us_prints.csv --tape -m {SAMPLES}/us_market.csv --format json")
    names = [row["strategy"] for row in json.loads(run.out)["strategies"]]
    assert {"bull put spread", "iron condor", "bull call diagonal", "long straddle"} <= set(names)
    assert "note: 41 prints: 12 packages of 29 prints, and 10 single prints" in run.err
    assert "unsigned: net price at the midpoint" in run.err


def test_a_context_is_never_written_over_its_history(tmp_path: Path) -> None:
    history = tmp_path / "history.csv"
    history.write_text(Path(f"{SAMPLES}/xiaomi_history.csv").read_text())
    run = optlab(f"context {SAMPLES}/xiaomi_chain.csv --history {history} -o {history}")
    assert "is one of the files that are read" in run.err
    assert run.status == 1


def test_a_chain_that_says_nothing_does_not_stop_the_lean(one_leg: Path, tmp_path: Path) -> None:
    """Three listed options without a price of their underlying: no line under the headline, and no error."""
    chain = tmp_path / "chain.csv"
    rows = "".join(f"2026-10-02,MIU,HKD,2026-10-29,{strike},call,0.4\n" for strike in (24, 25, 26))
    chain.write_text(f"as_of,underlying,currency,expiry,strike,kind,iv\n{rows}")
    run = optlab(f"bias {one_leg} -m {chain} --as-of 2026-10-02 --format table")
    assert run.status == 3
    assert "ATM IV" not in run.out


def test_a_tape_that_is_not_called_one_is_noticed() -> None:
    run = optlab(f"bias {SAMPLES}/us_prints.csv -m {SAMPLES}/us_market.csv --format json")
    assert "looks like a tape of single prints" in run.err


def test_a_missing_beta_is_listed_by_the_lean_too() -> None:
    run = optlab(f"bias {XIAOMI} --spot HSI=26000 --beta-to HSI --format json")
    assert "note: no beta for MIU: no beta delta where they are" in run.err


def test_csv_of_a_lean_says_where_the_other_tables_are() -> None:
    assert "-o FOLDER or --format json has the other tables" in optlab(f"bias {XIAOMI} --format csv").err
