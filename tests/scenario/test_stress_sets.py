"""Stress sets: what a file says, and every mistake with its file, its scenario and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from optlab.errors import ReadError
from optlab.scenario.moves import Axis
from optlab.scenario.stress_sets import EXAMPLE, parse_stress, read_stress

FULL = """
[[scenario]]
name = "crash"
about = "made up"
spot = "-20%"
vol = "+30"
rate = "-50bp"
days = 5
vol_term = true
sigma_days = 10

[scenario.underlying.miu]
spot = "-3s"
vol = "+50%"

[[scenario]]
name = "calm"
vol = "-20%"
"""


def test_everything_that_can_be_said_is_read() -> None:
    crash, calm = parse_stress(FULL, "my.toml")
    assert (crash.name, crash.about, crash.days) == ("crash", "made up", 5.0)
    assert (crash.vol_term, crash.sigma_days) == (True, 10.0)
    assert crash.moves == (Axis("percent", (-0.2,)), Axis("points", (0.3,)), Axis("rate", (-0.005,)))
    assert crash.own["MIU"] == (Axis("sigmas", (-3.0,)), Axis("relative", (0.5,)), Axis("rate", (-0.005,)))
    assert calm.moves.spot.sizes == (0.0,)
    assert (calm.vol_term, calm.own) == (False, {})


def test_the_shipped_set_has_the_crashes_and_the_deviations() -> None:
    """1987, 2008, 2020, China 2015, one to four standard deviations either way; each says where it is from."""
    found = {one.name: one for one in read_stress()}
    assert {"1987", "2008", "2020", "2015 China"} <= set(found)
    deviations = [one.moves.spot.sizes[0] for one in found.values() if one.moves.spot.unit == "sigmas"]
    assert deviations == [-4, -3, -2, -1, 1, 2, 3, 4]
    assert found["1987"].moves.spot.sizes == (-0.205,)
    assert found["1987"].moves.vol.sizes == pytest.approx([1.5019 - 0.3637], abs=1e-3)
    assert all(one.about for one in found.values())


def test_the_example_of_the_messages_can_be_read() -> None:
    written = EXAMPLE.removeprefix("write ").replace(" with ", "\n").replace(", ", "\n")
    assert parse_stress(written, "my.toml")[0].moves.spot.sizes == (-0.2,)


ONE = '[[scenario]]\nname = "crash"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "my.toml: holds no scenario. Fix: write [[scenario]]"),
        ("scenario = 5", "my.toml: holds no scenario"),
        ("[[scenario]", "my.toml: is no TOML: "),
        ("[[szenario]]\nname = 'a'", "my.toml: szenario is not known"),
        ("[[scenario]]\nspot = '-20%'", "my.toml: scenario 1: has no name. Fix: write name"),
        (ONE, "my.toml: scenario 1 (crash): moves nothing"),
        (ONE + "spott = '-20%'", "my.toml: scenario 1 (crash): spott is not known. Fix: use name, about, spot"),
        (ONE + "spot = -0.2", "my.toml: scenario 1 (crash): spot -0.2 has no unit. Fix: "),
        (ONE + "spot = '-20'", "my.toml: scenario 1 (crash): spot '-20': '-20' has no unit"),
        (ONE + "spot = '-120%'", "is outside -100% to 1000%"),
        (ONE + "spot = '-20%,20%'", "is more than one move. Fix: write one scenario for each"),
        (ONE + "spot = true", "spot is no move"),
        (ONE + "vol = '0.3'", "could be +0.3 or +30 points"),
        (ONE + "spot = '1%'\nvol_term = 'yes'", "vol_term 'yes' is neither. Fix: write vol_term = true or false"),
        (ONE + "spot = '1s'\nsigma_days = 0", "sigma_days 0 is no number of days. Fix: write sigma_days = 10"),
        (ONE + "spot = '1s'\nabout = 5", "about is no text"),
        (ONE + "days = -1", "is no number of days from today on"),
        (ONE + "underlying = 5", "underlying is no table. Fix: write [scenario.underlying.AAPL]"),
        (ONE + "[scenario.underlying.MIU]\ndays = 5", "underlying MIU: days is not known. Fix: use spot, vol, rate"),
        (ONE + "[scenario.underlying]", "my.toml: scenario 1 (crash): moves nothing"),
        (ONE + "[scenario.underlying.MIU]", "underlying MIU: has no move. Fix: write spot = "),
        (
            ONE + "[scenario.underlying.BBB]\nspot = '-1%'\n[scenario.underlying.bbb]\nvol = '+5'",
            "underlying bbb: is a second table for BBB. Fix: write all its moves in one",
        ),
        (
            ONE + "[scenario.underlying.MIU]\nspot = '-1%'\n[scenario.underlying.1810]\nvol = '+5'",
            "underlying 1810: is a second table for MIU. Fix: ",
        ),
        (2 * (ONE + "spot = '1%'\n"), "my.toml: two scenarios are called 'crash'"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_place_and_the_fix(text: str, reason: str) -> None:
    with pytest.raises(ReadError) as error:
        parse_stress(text, "my.toml")
    assert reason in str(error.value)
    assert " Fix: " in str(error.value)
    assert str(error.value).startswith("my.toml: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nowhere.toml: No such file .* Fix: name a TOML file"):
        read_stress(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(ReadError, match=r"latin.toml: is no text in UTF-8"):
        read_stress(tmp_path / "latin.toml")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(FULL, encoding="utf-8-sig")
    assert len(read_stress(tmp_path / "my.toml")) == 2
