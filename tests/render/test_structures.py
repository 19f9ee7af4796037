"""The catalogue as a person reads it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from command import optlab
from optlab.render.structures import HOW_COMMON, catalog_table, chosen, conditions_in_words, page, record
from optlab.strategy.catalog import STRATEGIES, find_structure


def rows(text: str) -> list[dict[str, str]]:
    """Read printed CSV."""
    return list(csv.DictReader(io.StringIO(text)))


# --- lists -------------------------------------------------------------------------------------------------


def test_every_structure_is_listed_once_with_all_that_is_known() -> None:
    found = rows(optlab("catalog --format csv --raw").out)
    assert sorted(row["name"] for row in found) == sorted(STRATEGIES)
    assert list(found[0]) == [
        *("name", "family", "rank", "legs", "direction", "volatility", "aliases", "mirror"),
        *("venue_names", "tags", "note", "group_only"),
    ]
    condor = next(row for row in found if row["name"] == "bull call spread")
    assert condor["legs"] == STRATEGIES["bull call spread"].legs
    assert "hkex: Call Spread" in condor["venue_names"]


def test_a_family() -> None:
    """Common structures first."""
    found = rows(optlab("catalog --family BUTTERFLY").out)
    assert {row["family"] for row in found} == {"butterfly"}
    ranks = [float(row["rank"]) for row in found]
    assert ranks == sorted(ranks)


def test_a_venue_has_its_own_names_only() -> None:
    found = rows(optlab("catalog --venue hkex").out)
    pairs = [(row["venue_name"], row["structure"]) for row in found]
    assert ("Call Spread", "bull call spread") in pairs
    assert {row["structure"] for row in found} == {
        name for name, line in STRATEGIES.items() if "hkex" in line.venue_names
    }
    narrowed = rows(optlab("catalog --venue hkex --family vertical").out)
    assert [row["venue_name"] for row in narrowed] == ["Call Spread", "Put Spread"]
    assert optlab("catalog --venue lean --family vertical --format table").status == 0


@pytest.mark.parametrize(("option", "words"), [("--family knots", "butterfly"), ("--venue mars", "hkex")])
def test_an_unknown_family_or_venue_is_one_line(option: str, words: str) -> None:
    run = optlab(f"catalog {option}")
    assert (run.out, run.status) == ("", 1)
    assert run.err.count("\n") == 1
    assert words in run.err


def test_names_are_never_cut_on_a_terminal() -> None:
    """What a person reads there is what can be typed."""
    shown = " ".join(optlab("catalog --format table --width 120").out.split())
    assert "…" not in shown


# --- one structure -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["iron condor", "IRON-CONDOR", "credit_iron_condor", "cohen:long iron condor"]
)
def test_any_name_explains_the_structure(words: str) -> None:
    run = optlab(f"catalog {words}")
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("iron condor: condor, everyday\n")
    assert "the gap from K1 to K2 equals the gap from K3 to K4" in run.out


def test_a_quoted_name_is_the_same() -> None:
    assert optlab(["catalog", "Iron Condor"]) == optlab("catalog iron condor")


def test_the_same_words_at_another_venue_are_told() -> None:
    text = " ".join(optlab("catalog iron condor --width 200").out.split())
    assert "short iron condor at cohen and lean is the reverse iron condor" in text


def test_a_name_of_several_structures_lists_them() -> None:
    run = optlab("catalog Long Combination --format table --width 120")
    assert run.out.startswith("Long Combination is said of 2 structures")
    assert ["long", "strangle"] in [line.split()[:2] for line in run.out.splitlines()]
    assert ["synthetic", "long", "stock"] in [line.split()[:3] for line in run.out.splitlines()]
    assert "optionsplaybook" in run.out


def test_an_unknown_name_is_one_line_with_suggestions() -> None:
    run = optlab("catalog irn condr")
    assert (run.out, run.status) == ("", 1)
    assert run.err.startswith("optlab: no structure is called 'irn condr'. Fix: did you mean iron condor")
    assert run.err.count("\n") == 1


def test_a_name_and_a_filter_make_no_sense_together() -> None:
    assert optlab("catalog iron condor --family condor").status == 2


def test_json_is_a_record_with_the_points_of_the_picture() -> None:
    (found,) = json.loads(optlab("catalog call calendar --format json").out)
    assert found == record(find_structure("long call calendar"))
    assert found["example"]["at"] == "2026-11-27"
    assert len(found["example"]["points"]) == 51
    assert found["venue_names"]["hkex"] == "Call Calendar Spread"


def test_a_file_has_the_same(tmp_path: Path) -> None:
    optlab(["catalog", "put diagonal", "-o", str(tmp_path / "two.json")])
    optlab(["catalog", "put diagonal", "-o", str(tmp_path / "two.csv")])
    found = json.loads((tmp_path / "two.json").read_text())
    names = ["bear put diagonal", "bull put diagonal"]
    assert [one["name"] for one in found] == names
    assert [row["name"] for row in rows((tmp_path / "two.csv").read_text())] == names


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("width", [72, 120])
def test_every_page_fits_its_width(name: str, width: int) -> None:
    lines = page(STRATEGIES[name], width).splitlines()
    assert max(len(line) for line in lines) <= width
    assert not [line for line in lines if line.rstrip().endswith("27NOV26")], "no leg is broken"
    assert STRATEGIES[name].mirror in " ".join(" ".join(lines).split())


def test_a_structure_that_is_not_looked_for_says_so() -> None:
    assert "only as a package that the file gives" in " ".join(optlab("catalog ratio straddle").out.split())
    assert "only as a package" not in optlab("catalog long straddle").out


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("K2-K1 = K3-K2", "the gap from K1 to K2 equals the gap from K2 to K3"),
        ("K3-K2 > K2-K1", "the gap from K2 to K3 is wider than the gap from K1 to K2"),
        ("K2-K1 = 2*(K3-K2)", "the gap from K1 to K2 equals twice the gap from K2 to K3"),
        ("a+c = b", "a plus c equals b"),
        ("a != c", "a differs from c"),
        ("0 < d", "0 is less than d"),
        ("repeat T 3..8", "the same legs at each of 3 to 8 expiries"),
    ],
)
def test_conditions_are_sentences(rules: str, words: str) -> None:
    assert conditions_in_words(f"+1C(K1,T1) [{rules}]") == [words]


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_condition_is_left_in_symbols(name: str) -> None:
    sentences = conditions_in_words(STRATEGIES[name].legs)
    assert not [sentence for sentence in sentences if set(sentence) & set("=<>*()")]


def test_every_rank_has_a_word() -> None:
    assert {line.rank for line in STRATEGIES.values()} <= set(HOW_COMMON)
    assert set(catalog_table(chosen("single"))["name"]) == {
        "long call",
        "short call",
        "long put",
        "short put",
    }
