"""The verb: what it prints where, quotes beside moves, and one line for every mistake."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from command import Run, optlab

SAMPLES = Path(__file__).parents[2] / "sample_positions"
XIAOMI = f"{SAMPLES / 'xiaomi_top_trades.csv'} -m {SAMPLES / 'xiaomi_market.csv'}"
US = f"{SAMPLES / 'us_book.csv'} -m {SAMPLES / 'us_market.csv'}"
ONE = f"{SAMPLES / 'one_leg.csv'} --spot MIU=24.24 --vol MIU=43% --rate 2.7% --dividend-yield 0 --as-of 2026-10-02"


def scenario(line: str) -> Run:
    """Run the verb."""
    return optlab(f"scenario {line}")


def csv(run: Run) -> pd.DataFrame:
    """Read what was printed."""
    return pd.read_csv(io.StringIO(run.out))


def test_a_pipe_gets_the_long_table() -> None:
    run = scenario(f"{XIAOMI} --spot -10%:10%:10% --vol -5,0 --days 0,5")
    table = csv(run)
    assert table[["days_ahead", "vol_move", "spot_move"]].drop_duplicates().shape == (12, 3)
    assert table["currency"].unique().tolist() == ["HKD"]
    assert (run.err, run.status) == ("", 0)


def test_wide_has_a_column_for_every_move_of_spot() -> None:
    table = csv(scenario(f"{ONE} --spot -10%,0,10% --vol 0 --wide"))
    assert list(table.columns) == [
        "currency",
        "days_ahead",
        "rate_move",
        "vol_move",
        "unpriced",
        "-10%",
        "0%",
        "+10%",
    ]
    assert table["0%"].tolist() == [0.0]


def test_quotes_name_their_underlying_and_moves_do_not() -> None:
    """`--spot MIU=24.24` is what spot is, `--spot 10%` is how far it goes; both at once are meant."""
    low = csv(scenario(f"{ONE} --spot 10% --vol +5"))
    high = csv(scenario(f"{ONE.replace('24.24', '30')} --spot 10% --vol +5"))
    assert low["node_spot"].tolist() == pytest.approx([26.664])
    assert high["node_spot"].tolist() == pytest.approx([33.0])
    assert low[["spot_move", "vol_move"]].to_numpy().tolist() == [[0.1, 0.05]]


def test_files_have_all_tables(tmp_path: Path) -> None:
    """A folder of CSV, one JSON document, one workbook; in CSV the long table has the name, or the wide one."""
    assert scenario(f"{XIAOMI} -o {tmp_path}").status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"grid.csv", "wide.csv", "worst.csv"}
    assert scenario(f"{XIAOMI} -o {tmp_path / 'x.json'}").status == 0
    assert set(json.loads((tmp_path / "x.json").read_text())) == {"grid", "wide", "worst"}
    assert scenario(f"{XIAOMI} -o {tmp_path / 'x.xlsx'} --by strategy").status == 0
    assert pd.read_excel(tmp_path / "x.xlsx", sheet_name=None).keys() == {"grid", "wide", "worst"}
    assert scenario(f"{XIAOMI} -o {tmp_path / 'y.csv'}").status == 0
    assert "spot_move" in pd.read_csv(tmp_path / "y.csv").columns
    assert scenario(f"{XIAOMI} -o {tmp_path / 'z.csv'} --wide").status == 0
    assert "-20%" in pd.read_csv(tmp_path / "z.csv").columns
    document = json.loads(scenario(f"{ONE} --format json").out)
    assert len(document["grid"]) == 27


def test_a_table_is_a_map_and_the_worst() -> None:
    run = scenario(f"{XIAOMI} --format table --width 80")
    assert "[0]" in run.out
    assert "Worst, spot -20%, vol -10: -581,0" in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--wide", "note: --wide changes nothing on the screen: --format csv"),
        ("--greeks --wide --by strategy", "note: --greeks and --wide change nothing on the screen: --format csv"),
        ("--greeks --by account", ""),
    ],
)  # fmt: skip
def test_what_the_screen_does_not_show_is_said_in_one_note(options: str, said: str) -> None:
    run = scenario(f"{US} --currency USD --spot -5%,0 --vol 0 {options} --format table")
    assert run.err.startswith(said)
    assert len(run.err.splitlines()) == bool(said)


def test_a_book_without_rows_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("underlying,kind,strike,expiry,quantity\n")
    for options in ("", "--stress", "--by strategy", "--full --greeks"):
        run = scenario(f"{tmp_path / 'empty.csv'} --as-of 2026-10-02 --format table {options}")
        assert (run.out, run.status) == ("no legs to revalue\n", 0)


def test_every_option_reaches_the_grid() -> None:
    run = scenario(
        f"{US} --spot -1s,0,1s --sigma-days 10 --vol +20%,0 --vol-term --rate-shift -50bp,0 --days 0,7 "
        "--beta-to SPY --by underlying --currency USD --greeks"
    )
    table = csv(run)
    assert {"underlying", "spot_sigmas", "vol_relative", "rate_move", "days_ahead", "delta_cash"} <= set(
        table
    )
    assert len(table) == 6 * 3 * 2 * 2 * 2
    assert run.err.startswith("note: moves of spot are those of SPY")
    assert len(csv(scenario(f"{US} --spot 0 --vol 0 --full"))) == 17


def test_stress_prints_a_row_for_each_scenario(tmp_path: Path) -> None:
    shipped = csv(scenario(f"{US} --currency USD --stress"))
    assert {"1987", "2008", "2015 China", "4 sigma down", "4 sigma up"} <= set(shipped["scenario"])
    assert "Worst, 2008: -29,437 USD" in scenario(f"{US} --currency USD --stress --format table").out
    own = tmp_path / "my.toml"
    own.write_text('[[scenario]]\nname = "mine"\nspot = "-5%"\n')
    assert csv(scenario(f"{US} --stress-file {own}"))["scenario"].tolist() == ["mine", "mine"]
    assert scenario(f"{US} --stress -o {tmp_path}").status == 0
    assert (tmp_path / "causes.csv").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{ONE} --spot 5", "--spot '5': '5' has no unit. Fix: write 5% for percent, 5s for standard deviations"),
        (f"{ONE} --spot 25.1", "a quote is NAME=25.1"),
        (f"{ONE} --vol 43%", "--vol '43%' could be a quote or a move. Fix: write NAME=43% for a quote, +43%"),
        (f"{ONE} --vol 0.43", "could be a quote or a move. Fix: write NAME=0.43 for a quote, +43 for a move"),
        (f"{ONE} --vol -0.05,0", "could be -0.05 or -5 points. Fix: write -5 for points, -0.05pt for that part"),
        (f"{ONE} --days x", "--days 'x': 'x' is no move"),
        (f"{ONE} --rate-shift 1", "--rate-shift '1': '1' has no unit. Fix: write 1bp for basis points, or 1%"),
        (f"{XIAOMI} --beta-to HSI --spot HSI=26000", "no beta of MIU to HSI. Fix: "),
        (f"{US} --beta-to XXX", "no price of the index XXX. Fix: add it to the market, or say --spot XXX=PRICE"),
        (f"{US} --beta-to XXX --stress", "no price of the index XXX. Fix: "),
        (f"{XIAOMI} --beta-to MIU --spot 1s --sigma-days 0", "is no number of trading days"),
        (f"{XIAOMI} --currency CHF", "no exchange rate from HKD to CHF. Fix: "),
        (f"{XIAOMI} --full --by strategy", "full and by exclude each other"),
        (f"{XIAOMI} --stress --spot 5%", "leave out --spot, or --stress"),
        (f"{XIAOMI} --stress --greeks --rate-shift 1%", "leave out --rate-shift, --greeks, or --stress"),
        (f"{XIAOMI} --stress-file nowhere.toml", "nowhere.toml: No such file or directory. Fix: name a TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_fix(line: str, reason: str) -> None:
    run = scenario(line)
    assert (run.out, run.status) == ("", 1)
    assert reason in run.err.splitlines()[-1]


def test_a_word_that_is_no_scope_is_a_call_that_makes_no_sense() -> None:
    assert scenario(f"{XIAOMI} --by colour").status == 2


def test_legs_without_a_value_are_listed_and_the_status_says_so() -> None:
    run = scenario(f"{SAMPLES / 'one_leg.csv'} --spot MIU=24.24 --as-of 2026-10-02")
    assert run.status == 3
    assert "no volatility from any source (no_vol)" in run.err
    assert csv(run)["unpriced"].unique().tolist() == [1]


def test_the_stress_file_is_never_written_over(tmp_path: Path) -> None:
    own = tmp_path / "my.csv"
    own.write_text('[[scenario]]\nname = "mine"\nspot = "-5%"\n')
    run = scenario(f"{XIAOMI} --stress-file {own} -o {own}")
    assert run.status == 1
    assert "is one of the files that are read" in run.err
