"""Condition codes: letters, names, vendor ids and words, several in one cell, and what is not known."""

from __future__ import annotations

import pandas as pd
import pytest

from optlab.tape.conditions import CLASSES, _lines, conditions_by_class, is_compression, read_conditions


def kinds(*cells: str) -> list[str]:
    """Return the class of each cell."""
    return read_conditions(pd.Series(cells, dtype="str")).kind.tolist()


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ("f g h i t L M Q", "multi_leg"),
        ("j l m", "multi_leg_single"),
        ("k n o p q r s P", "stock_tied"),
        ("a b c d e I S", "single"),
        ("B D F H", "late"),
        ("A C E G O", "cancel"),
        ("u", "compression"),
        ("v", "extended"),
        ("J K N R T X", "regular"),
    ],
)
def test_every_letter_has_its_class(codes: str, kind: str) -> None:
    """The case of a letter counts: a is a single order, A takes a print back."""
    assert kinds(*codes.split()) == [kind] * len(codes.split())


def test_a_name_a_letter_and_a_vendor_id_mean_the_same() -> None:
    for cells in (
        ("f", "MLET", "mlet", "232"),
        ("S", "ISOI", "219"),
        ("A", "canc", "201"),
        ("v", "Exht", "248"),
    ):
        assert len(set(kinds(*cells))) == 1


def test_ids_follow_the_letters() -> None:
    """Vendors number A to Z from 201 and a to v from 227."""
    lines = [line for line in _lines() if line["letter"]]
    assert len(lines) == 43
    for line in lines:
        letter = line["letter"]
        start = 201 + ord(letter) - ord("A") if letter.isupper() else 227 + ord(letter) - ord("a")
        assert int(line["vendor_id"]) == start
        assert line["class"] in CLASSES


def test_the_most_telling_of_several_conditions_counts() -> None:
    """A leg of a package that swept is a leg; a late one is late; a cancel is a cancel whatever else it says."""
    cells = ("232;219", "219,232", "[232, 219]", "f|D", "MLET LATE", "I A f", "v f", "j f", "n f")
    assert kinds(*cells) == [
        "multi_leg", "multi_leg", "multi_leg", "late", "late", "cancel", "multi_leg", "multi_leg_single", "stock_tied",
    ]  # fmt: skip


def test_words_of_other_exchanges() -> None:
    assert kinds("Late Trade", "buy write", "Off Market", "Late Trade | Buy Write", "LATE_TRADE") == [
        "late", "stock_tied", "regular", "late", "late",
    ]  # fmt: skip


def test_an_unknown_word_is_no_code_and_is_counted() -> None:
    found = read_conditions(pd.Series(["what", "f;what", "what", "", "zz", "999"]))
    assert found.kind.tolist() == ["", "multi_leg", "", "", "", ""]
    assert found.code.tolist() == ["", "f", "", "", "", ""]
    assert found.unknown == {"999": 1, "what": 3, "zz": 1}


def test_compression_is_known_in_any_table() -> None:
    """A file with groups can have compression trades as well."""
    assert is_compression(pd.Series(["u", "MCTP", "247", "U", "f", ""])).tolist() == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert is_compression(pd.Series([], dtype="str")).tolist() == []


def test_the_codes_of_each_class_are_listed_the_most_telling_first() -> None:
    found = conditions_by_class()
    assert tuple(found) == CLASSES
    assert found["compression"] == ("u MCTP",)
    assert "Late Trade" in found["late"]
