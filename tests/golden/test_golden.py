"""Every verb on every sample book, as text that a person can open and compare.

`make golden` writes the files anew. Numbers that depend on the last bit of a machine's arithmetic are rounded.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command import optlab

HERE = Path(__file__).parent
SAMPLES = "sample_positions"
XIAOMI = f"{SAMPLES}/xiaomi_top_trades.csv -m {SAMPLES}/xiaomi_market.csv"
US = f"{SAMPLES}/us_book.csv -m {SAMPLES}/us_market.csv"
ONE = f"{SAMPLES}/one_leg.csv -m {SAMPLES}/xiaomi_market.csv"
BROKEN = f"{SAMPLES}/broken.csv -m {SAMPLES}/xiaomi_market.csv"
TABLE = "--format table --width 80"
PAID = "--dividend AAPL=0.27@2026-11-09 --dividend MSFT=0.91@2026-11-19 --dividend-yield AAPL=0"

CASES = {
    "check_xiaomi": f"check {SAMPLES}/xiaomi_top_trades.csv {TABLE}",
    "check_us": f"check {SAMPLES}/us_book.csv {TABLE}",
    "check_one_leg": f"check {SAMPLES}/one_leg.csv {TABLE}",
    "check_broken": f"check {SAMPLES}/broken.csv {TABLE}",
    "check_broken_json": f"check {SAMPLES}/broken.csv --format json",
    "convert_us": f"convert {SAMPLES}/us_book.csv",
    "convert_xiaomi": f"convert {SAMPLES}/xiaomi_top_trades.csv",
    "convert_one_leg": f"convert {SAMPLES}/one_leg.csv",
    "convert_broken": f"convert {SAMPLES}/broken.csv",
    "price_xiaomi": f"price {XIAOMI} {TABLE}",
    "price_us": f"price {US} {TABLE}",
    "price_us_wide": f"price {US} --format table --width 160",
    "price_one_leg": f"price {ONE} {TABLE}",
    "price_us_with_dividends": f"price {US} {PAID} --dividend-model escrowed --format table --width 160",
    "price_us_as_european": f"price {US} --model european {TABLE}",
    "price_broken": f"price {BROKEN} {TABLE}",
    "greeks_xiaomi": f"greeks {XIAOMI} --by expiry,kind {TABLE}",
    "greeks_us": f"greeks {US} {TABLE}",
    "greeks_us_in_dollars": f"greeks {US} --by account --currency USD --beta-to SPY --format table --width 120",
    "greeks_one_leg": f"greeks {ONE} {TABLE}",
    "greeks_broken": f"greeks {BROKEN} {TABLE}",
    "bias_xiaomi": f"bias {XIAOMI} {TABLE}",
    "bias_xiaomi_json": f"bias {XIAOMI} --format json",
    "bias_xiaomi_csv": f"bias {XIAOMI} --format csv",
    "bias_xiaomi_by_day": f"bias {XIAOMI} --by day --window 2d --rule scenario --weight premium {TABLE}",
    "bias_xiaomi_other_side": f"bias {XIAOMI} --side sell --rolls include --top 1 --format table --width 120",
    "bias_us_in_dollars": f"bias {US} --weight delta --by family --currency USD --beta-to SPY --format table --width 120",
    "bias_us_prints": f"bias {SAMPLES}/us_prints.csv --tape -m {SAMPLES}/us_market.csv {TABLE}",
    "context_xiaomi": f"context {SAMPLES}/xiaomi_chain.csv --history {SAMPLES}/xiaomi_history.csv --rate 2.7% {TABLE}",
    "context_xiaomi_json": f"context {SAMPLES}/xiaomi_chain.csv --format json",
    "bias_us": f"bias {US} {TABLE}",
    "bias_one_leg": f"bias {ONE} {TABLE}",
    "bias_broken": f"bias {BROKEN} {TABLE}",
    "payoff_xiaomi": f"payoff {XIAOMI} --format table --width 120",
    "payoff_xiaomi_diagonal": f"payoff {XIAOMI} --strategy MIU-5 --after held {TABLE}",
    "payoff_xiaomi_book": f"payoff {XIAOMI} --by underlying --sticky moneyness --vol-shift 5% {TABLE}",
    "payoff_us": f"payoff {US} {PAID} --format table --width 120",
    "payoff_us_csv": f"payoff {US} --on 2026-10-09 --law lognormal --drift 5% --format csv",
    "payoff_us_in_dollars": f"payoff {US} --by book --currency USD {TABLE}",
    "payoff_one_leg": f"payoff {ONE} {TABLE}",
    "payoff_broken": f"payoff {BROKEN} {TABLE}",
    "scenario_xiaomi": f"scenario {XIAOMI} {TABLE}",
    "scenario_xiaomi_csv": f"scenario {XIAOMI} --spot -2s:2s:1s --vol +10% --days 0,30 --vol-term --greeks --format csv",
    "scenario_us": f"scenario {US} --beta-to SPY --currency USD --spot -10%:10%:5% --days 0,7,30 {TABLE}",
    "scenario_us_stress": f"scenario {US} --stress --currency USD {TABLE}",
    "scenario_broken": f"scenario {BROKEN} {TABLE}",
    "verify_xiaomi": f"verify {XIAOMI} {TABLE}",
    "verify_us": f"verify {US} {TABLE}",
    "verify_one_leg": f"verify {ONE} {TABLE}",
    "verify_broken": f"verify {BROKEN} {TABLE}",
    "columns": f"columns {TABLE}",
    "catalog_condors": f"catalog --family condor {TABLE}",
    "catalog_hkex": "catalog --venue hkex --format table --width 120",
    "catalog_iron_condor": f"catalog iron condor {TABLE}",
    "catalog_calendar": f"catalog call calendar {TABLE}",
    "catalog_versus_underlying": f"catalog straddle versus underlying {TABLE}",
    "catalog_strip_json": "catalog exchange call strip --format json",
    "catalog_of_several": f"catalog put diagonal {TABLE}",
    "catalog_unknown": "catalog irn condr",
    "help": "--help",
}


@pytest.mark.parametrize("name", CASES)
def test_output_is_as_it_was(
    name: str, in_project: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard output, standard error and exit status of each case."""
    assert in_project
    monkeypatch.setenv("COLUMNS", "80")
    run = optlab(CASES[name])
    seen = f"$ optlab {CASES[name]}\n{steady(run.out)}--- standard error\n{run.err}--- exit status {run.status}\n"
    path = HERE / f"{name}.txt"
    if pytestconfig.getoption("--update-golden"):
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8")


def steady(text: str) -> str:
    """Round what hangs on a machine's last bit: differences in `verify`, long decimals in JSON."""
    rounded = re.sub(r"-?\d+\.\d{5,}(e-?\d+)?", lambda found: f"{float(found[0]):.9g}", text)
    return re.sub(r"^(\w+ +\w+ +\d+  )\S+ +(?=\S+ +True)", r"\1(tiny)  ", rounded, flags=re.MULTILINE)
