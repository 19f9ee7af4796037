"""A panel: as high as its texts need, gains and losses on their sides, and no text over another as it is drawn."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optlab.render.payoff_labels import LINE, WIDTH
from optlab.render.payoff_panel import DENSITY, FACTS, GAIN, LOSS, NAME_ROW, TITLE_LINE, Drawing, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

pytest.importorskip("matplotlib")

SPOTS = np.linspace(18.0, 34.0, 161)
STRADDLE = 1000 * (np.abs(SPOTS - 25) - 3.6)
DRAWING = Drawing("straddle", "HKD", SPOTS, (("27NOV26", STRADDLE), ("today", 0.3 * STRADDLE)))
CROWDED = Drawing(
    title="MIU ratio of many legs, " * 4,
    currency="HKD",
    spots=SPOTS,
    curves=(("27NOV26", 100 * np.sin(SPOTS)), ("11NOV26", 60 * np.sin(SPOTS)), ("today", 20 * np.sin(SPOTS))),
    subtitle=(" / ".join(f"+1 27NOV26 {strike}C" for strike in range(20, 32)),),
    strikes=tuple((float(strike), f"+1 27NOV26 {strike}C") for strike in range(20, 32)),
    breakevens=(18.85, 21.99, 25.13, 28.27, 31.42),
    spot=25.4,
    density=np.exp(-((SPOTS - 25.4) ** 2) / 10),
    probability_of_profit=0.5,
    max_profit="+100 HKD at 20.42",
    max_loss="-100 HKD at 23.56 and 29.85",
    caption="European options by Black-Scholes; later legs at their own volatility. " * 3,
)


def drawn(drawing: Drawing) -> Figure:
    """Return a figure with one panel on it, its texts placed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panel = Panel(drawing)
    figure = Figure(figsize=(WIDTH, panel.height))
    FigureCanvasAgg(figure)
    panel.draw(figure, panel.height)
    figure.draw_without_rendering()
    return figure


def tints(figure: Figure, colour: str) -> list[np.ndarray]:
    """Return the outlines of the areas of a colour, as spots and money."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    return [
        np.asarray(path.vertices)
        for area in figure.axes[0].collections
        if isinstance(area, PolyCollection)
        and tuple(np.asarray(area.get_facecolor())[0][:3]) == to_rgb(colour)
        for path in area.get_paths()
    ]


def test_gains_and_losses_are_tinted_on_their_sides() -> None:
    figure = drawn(DRAWING)
    gains, losses = tints(figure, GAIN), tints(figure, LOSS)
    assert [len(gains), len(losses)] == [2, 1]
    assert all(area[:, 1].min() >= -1e-9 and area[:, 1].max() > 1000 for area in gains)
    assert losses[0][:, 1].max() <= 1e-9
    assert (losses[0][:, 0].min(), losses[0][:, 0].max()) == pytest.approx((21.4, 28.6))


def test_the_density_stands_at_the_foot() -> None:
    figure = drawn(replace(DRAWING, density=np.exp(-((SPOTS - 25.4) ** 2) / 10)))
    (area,) = tints(figure, DENSITY)
    low, high = figure.axes[0].get_ylim()
    assert area[:, 1].min() == pytest.approx(low)
    assert area[:, 1].max() < low + 0.25 * (high - low)
    assert area[np.argmax(area[:, 1]), 0] == pytest.approx(25.4, abs=0.1)


def test_the_main_curve_is_thick_and_the_others_thin() -> None:
    lines = {line.get_label(): line.get_linewidth() for line in drawn(CROWDED).axes[0].get_lines()}
    assert lines["27NOV26"] > 1.5 * max(lines["today"], lines["11NOV26"])


def test_a_panel_is_as_high_as_its_texts_need() -> None:
    plain = Panel(DRAWING).height
    assert Panel(replace(DRAWING, title="word " * 20)).height == pytest.approx(plain + TITLE_LINE)
    assert Panel(replace(DRAWING, subtitle=("one", "two"))).height == pytest.approx(plain + 2 * LINE)
    assert Panel(replace(DRAWING, max_loss="unlimited")).height == pytest.approx(plain + FACTS)
    both = ((25.0, "+1 25C"), (25.0, "+1 25P"))
    assert Panel(replace(DRAWING, strikes=both)).height == pytest.approx(plain + NAME_ROW)
    assert Panel(replace(DRAWING, caption="one line")).height == pytest.approx(plain + LINE)


@pytest.mark.parametrize("drawing", [DRAWING, CROWDED], ids=["plain", "crowded"])
def test_no_text_covers_another_or_leaves_the_page(drawing: Drawing) -> None:
    """Measured in the font as it is drawn, axes and legend included."""
    from matplotlib.text import Text

    figure = drawn(drawing)
    texts = [
        text
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_text() and text.get_visible()
    ]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    assert len(boxes) > 10
    page = figure.bbox
    outside = [
        name for name, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    assert outside == []
    covered = [
        (name, other)
        for (name, box), (other, its) in itertools.combinations(boxes, 2)
        if min(box.x1, its.x1) - max(box.x0, its.x0) > 1 and min(box.y1, its.y1) - max(box.y0, its.y0) > 1
    ]
    assert covered == []


def test_breakevens_in_the_picture_have_their_numbers() -> None:
    figure = drawn(CROWDED)
    said = [text.get_text() for text in figure.axes[0].texts]
    assert {"18.85", "21.99", "25.13", "28.27", "31.42"} <= set(said)
    outside = drawn(replace(DRAWING, breakevens=(21.4, 99.0)))
    assert [text.get_text() for text in outside.axes[0].texts if text.get_text()[0].isdigit()] == ["21.40"]
