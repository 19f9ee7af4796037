"""`optlab payoff` as it is typed: tables, one with its picture, files, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from command import optlab

XIAOMI = "sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv"


def test_every_strategy_has_a_row() -> None:
    """The sample's 22, in its order, with the rules under them."""
    run = optlab(f"payoff {XIAOMI} --width 110")
    rows = [line for line in run.out.splitlines() if line.startswith("MIU-")]
    assert len(rows) == 22
    assert "Rules: as of 2026-10-02; all is closed at the first expiry" in run.out
    assert run.status == 0


def test_one_strategy_has_its_page() -> None:
    """In a pipe it is text too, without colour."""
    run = optlab(f"payoff {XIAOMI} --strategy MIU-4")
    assert run.out.startswith("MIU-4 bull call spread: paid 243,000 HKD; breakeven 25.81 on 2026-11-27")
    assert "\x1b" not in run.out


def test_csv_has_a_row_each_and_json_everything() -> None:
    """The CSV says where the rest is."""
    run = optlab(f"payoff {XIAOMI} --format csv")
    table = pd.read_csv(io.StringIO(run.out))
    assert len(table) == 22
    assert table["max_loss"].tolist().count("unlimited") == 3
    assert "the curves" in run.err
    document = json.loads(optlab(f"payoff {XIAOMI} --strategy MIU-16 --format json").out)
    assert document[0]["breakevens"] == pytest.approx([20.16, 29.84])
    assert document[0]["max_loss"] == "unlimited"


def test_a_folder_has_every_table(tmp_path: Path) -> None:
    """One file each."""
    optlab(f"payoff {XIAOMI} -o {tmp_path} -q")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["assignments.csv", "curves.csv", "dates.csv", "payoff.csv", "touched.csv"]


def test_a_csv_file_has_the_numbers_of_the_picture_beside_it(tmp_path: Path) -> None:
    """The curves in a file of their own."""
    optlab(f"payoff {XIAOMI} --strategy MIU-1 -o {tmp_path / 'p.csv'} -q")
    curves = pd.read_csv(tmp_path / "p.curves.csv")
    assert curves["curve"].unique().tolist() == ["today", "2026-11-27"]
    assert curves["profit"].max() == pytest.approx(380_515.9, abs=1.0)


def test_the_options_say_which_day_story_and_law(tmp_path: Path) -> None:
    """Each is heard."""
    line = f"payoff {XIAOMI} --strategy MIU-1 --format json"
    plain, *others = (
        json.loads(optlab(f"{line} {more}").out)[0]
        for more in (
            *("", "--on 2026-10-30", "--after held", "--vol-shift +5", "--law lognormal", "--drift 20%"),
            "--sticky moneyness",
        )
    )
    on, held, shifted, lognormal, drifted, sticky = others
    assert (plain["law"], lognormal["law"]) == ("smile", "lognormal")
    assert on["horizon_day"] == "2026-10-30"
    assert held["max_profit"] == "unlimited"
    assert shifted["max_profit"] > plain["max_profit"]
    assert drifted["expected_profit"] > plain["expected_profit"]
    assert sticky["breakevens"] != plain["breakevens"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("--strategy MIU-99", "there is no strategy 'MIU-99'. Fix: optlab strategies lists their ids"),
        (
            "--on 2026-02-30",
            "--on '2026-02-30' is not in the calendar. Fix: write a date such as 2026-11-27.",
        ),
        ("--on 2026-10-01", "the day 2026-10-01 lies before 2026-10-02"),
        ("--on soon", "--on 'soon' is"),
        ("--vol-shift much", "--vol-shift 'much'"),
        ("--vol-shift 5%", "--vol-shift '5%' could be a quote or a move"),
        ("--vol-shift -5,+5", "--vol-shift '-5,+5' is several moves. Fix: write one such as +5 or +10%."),
        ("--vol-shift +200", "vol shift 2 can't be meant"),
        ("--underlying ABC", "there is nothing on ABC. Fix: name one of MIU."),
        ("--drift 5000%", "drift 50 can't be meant"),
        ("--strategy MIU-1 --by book", "by book and a strategy can't be chosen together"),
        (
            "-o payoff.gif",
            ".gif is no output format. Fix: end in .csv, .json, .parquet, .xlsx, .png, .svg, .pdf",
        ),
        (
            "-o payoff.png",
            "22 pictures are too many for one .png file, which holds 12. Fix: choose one by --strategy",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(more: str, message: str) -> None:
    """Status 1, nothing on standard output, and no traceback."""
    run = optlab(f"payoff {XIAOMI} {more}")
    assert (run.status, run.out) == (1, "")
    assert message in run.err


def test_a_strategy_without_a_price_is_listed_and_the_status_says_so() -> None:
    """Exit status 3, and the fix."""
    run = optlab(
        "payoff sample_positions/one_leg.csv --spot 24.24 --rate 2.7% --as-of 2026-10-02 --format csv"
    )
    assert run.status == 3
    assert pd.read_csv(io.StringIO(run.out))["status"].tolist() == ["no_vol"]
    assert "no volatility from any source" in run.err
