"""Pictures of payoffs: what can be read in them, the same bytes for the same input, and what is refused."""

from __future__ import annotations

import functools
import hashlib
import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from optlab.errors import PricingError, ReadError
from optlab.render.payoff_figure import MOST_PANELS, SUFFIXES, Drawing, figure_bytes

pytest.importorskip("matplotlib")

SPOTS = np.linspace(18.0, 34.0, 161)
CONDOR = 1000 * (0.756 - np.clip(23 - SPOTS, 0, 2) - np.clip(SPOTS - 28, 0, 2))
DRAWING = Drawing(
    title="MIU iron condor",
    currency="HKD",
    spots=SPOTS,
    curves=(("27NOV26", CONDOR), ("11NOV26", 0.5 * CONDOR), ("today", 0.2 * CONDOR)),
    subtitle=("+1 21P / -1 23P / -1 28C / +1 30C", "1 lot for 756 HKD"),
    strikes=((21.0, "+1 21P"), (23.0, "-1 23P"), (28.0, "-1 28C"), (30.0, "+1 30C")),
    breakevens=(22.244, 28.756),
    spot=25.4,
    density=np.exp(-((SPOTS - 25.4) ** 2) / 10),
    probability_of_profit=0.591,
    max_profit="+756 HKD",
    max_loss="-1,244 HKD",
    caption="European options by Black-Scholes.",
)
STARTS = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}


def texts(svg: bytes) -> list[str]:
    """Return the texts of an SVG, in their order."""
    root = ET.fromstring(svg)  # noqa: S314 - of our own making
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


@functools.cache
def two_panels(suffix: str) -> bytes:
    """Return a picture of two drawings; made once, since PDF takes a while."""
    return figure_bytes(suffix, [DRAWING, replace(DRAWING, title="the other")])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_suffix_is_its_format(suffix: str) -> None:
    assert two_panels(suffix).startswith(STARTS[suffix])


def test_everything_can_be_read_in_the_picture() -> None:
    said = texts(figure_bytes(".svg", DRAWING))
    for text in (
        "MIU iron condor",
        "1 lot for 756 HKD",
        *("+1 21P", "-1 23P", "-1 28C", "+1 30C"),
        *("max profit", "+756 HKD", "max loss", "-1,244 HKD"),
        *("probability of profit", "59.1%", "breakevens", "22.24, 28.76"),
        *("spot 25.40", "22.24", "28.76"),
        *("profit (HKD)", "+500", "0", "-1,000"),
        *("27NOV26", "11NOV26", "today", "probability at the horizon"),
        "European options by Black-Scholes.",
    ):
        assert text in said, text


def test_what_is_unknown_is_left_out() -> None:
    bare = Drawing("bare", "USD", SPOTS, (("27NOV26", CONDOR),))
    said = texts(figure_bytes(".svg", bare))
    assert "bare" in said
    for text in (
        "max profit",
        "max loss",
        "probability of profit",
        "breakevens",
        "probability at the horizon",
    ):
        assert text not in said, text
    assert not any(text.startswith("spot ") for text in said)


def test_dollars_in_names_are_dollars() -> None:
    """No text is taken for a formula, neither with one dollar sign nor with two."""
    name = "covered call $25 to $x^2_1$ \\frac <&>"
    drawing = replace(DRAWING, title=name, subtitle=(name,), strikes=((25.0, "$25$"),), caption="$5 a $lot")
    said = texts(figure_bytes(".svg", drawing))
    assert said.count(name) == 2
    assert "$25$" in said
    assert "$5 a $lot" in said


def test_control_characters_do_not_break_a_picture() -> None:
    assert "a b" in texts(figure_bytes(".svg", replace(DRAWING, title="a\x00b")))


DIGESTS = """
import hashlib
from test_payoff_figure import SUFFIXES, two_panels
print(*(hashlib.sha256(two_panels(suffix)).hexdigest() for suffix in SUFFIXES))
"""


def test_another_process_makes_the_same_bytes() -> None:
    """Neither the order of hashes, nor the day, nor a user's own settings change a picture."""
    here = [hashlib.sha256(two_panels(suffix)).hexdigest() for suffix in SUFFIXES]
    folder = os.path.dirname(__file__)  # noqa: PTH120 - as the environment wants it
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": folder, "SOURCE_DATE_EPOCH": "86400"}
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == here


def test_a_users_settings_change_nothing_and_stay() -> None:
    import matplotlib as mpl

    before = figure_bytes(".svg", DRAWING)
    with mpl.rc_context({"font.size": 20.0, "axes.facecolor": "black", "svg.fonttype": "path"}):
        assert figure_bytes(".svg", DRAWING) == before
        assert mpl.rcParams["font.size"] == 20.0


def test_another_drawing_makes_other_bytes() -> None:
    for other in (
        replace(DRAWING, spot=25.5),
        replace(DRAWING, breakevens=(22.3,)),
        replace(DRAWING, density=None),
    ):
        assert figure_bytes(".svg", other) != figure_bytes(".svg", DRAWING)


def test_several_drawings_are_pages_or_panels() -> None:
    assert two_panels(".pdf").count(b"/Type /Page ") == 2
    said = texts(two_panels(".svg"))
    assert said.index("MIU iron condor") < said.index("the other")
    pictures = (figure_bytes(".png", DRAWING), two_panels(".png"))
    heights = [int.from_bytes(picture[20:24], "big") for picture in pictures]
    assert heights[1] == pytest.approx(2 * heights[0], abs=2)


def test_too_many_panels_are_refused_with_a_fix() -> None:
    many = [DRAWING] * (MOST_PANELS + 1)
    for suffix in (".png", ".svg"):
        with pytest.raises(PricingError) as caught:
            figure_bytes(suffix, many)
        assert str(caught.value) == (
            f"13 pictures are too many for one {suffix} file, which holds 12. Fix: choose one by --strategy, or write "
            ".pdf."
        )


def test_nothing_to_draw_and_no_format_are_refused_with_a_fix() -> None:
    with pytest.raises(PricingError, match=r"nothing to draw\. Fix: "):
        figure_bytes(".png", [])
    with pytest.raises(ReadError, match=r"\.gif is no picture format\. Fix: end in \.png, \.svg, \.pdf\."):
        figure_bytes(".gif", DRAWING)


def test_a_missing_matplotlib_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ReadError) as caught:
        figure_bytes(".png", DRAWING)
    assert str(caught.value) == "a picture needs matplotlib. Fix: pip install 'optlab[plot]'."


def test_matplotlib_is_loaded_by_a_picture_alone() -> None:
    code = "import sys, optlab.render.payoff_figure; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "profits",
    [
        np.zeros(161),
        np.full(161, np.nan),
        np.where(SPOTS > 26, np.nan, CONDOR),
        1e9 * CONDOR,
        1e-6 * CONDOR,
    ],
    ids=["none", "unknown", "a gap", "billions", "fractions"],
)
def test_unusual_profits_are_drawn(profits: np.ndarray) -> None:
    drawing = Drawing(
        "unusual", "USD", SPOTS, (("27NOV26", profits),), breakevens=(22.0, 99.0), spot=math.nan
    )
    said = texts(figure_bytes(".svg", drawing))
    assert "0" in said
    assert "22.00" in said
    assert "22.00, 99.00" in said


def test_a_letter_that_the_font_lacks_is_no_warning() -> None:
    assert figure_bytes(".png", replace(DRAWING, title="小米 condor"))
