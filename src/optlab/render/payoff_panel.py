"""One payoff on a matplotlib figure: headline, key figures, curves with their marks, legend and small print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optlab.render.payoff_axes import LEAST, MoneyAxis, money_axis, price_text
from optlab.render.payoff_labels import (
    FACT_SIZE,
    GAP,
    LEFT,
    LINE,
    PLOT,
    PLOT_WIDTH,
    PROSE,
    SIZE,
    SMALL,
    TITLE_SIZE,
    WIDTH,
    Box,
    Name,
    fact_rows,
    place_label,
    place_names,
    printable,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

INK, GREY, PALE, TODAY = "#1a1a1a", "#666666", "#c8c8c8", "#0072b2"
GAIN, LOSS, DENSITY = "#009e73", "#d55e00", "#8a8a8a"
"""Bluish green and vermilion of Okabe and Ito (2008), which colour-blind readers tell apart."""
BETWEEN = ((0, (6, 2)), (0, (4, 2, 1, 2)), (0, (1, 1.5)))
"""Strokes of the curves between the horizon and today, so that they differ without colour."""

TICKS, LEGEND, EDGE = 0.52, 0.2, 0.2
TITLE_LINE, FACTS, NAME_ROW = 0.27, 0.45, 0.145
"""Measures of a panel in inches."""
CAPTION_GAP = 0.06
HANDLE = 0.65
"""Inches of a curve's sample in the legend, with the gaps around it."""
MOST_BREAKEVENS, MONEY_ROWS, SAMPLES = 6, 18, 800
BESIDE = 0.2
"""Inches from which on a number is joined to its point by a line."""
MARGIN = 0.06
"""Room above and below the curves, as a part of their range."""
DENSITY_HEIGHT = 0.2
"""The part of the picture's height that the density's peak reaches."""
DENSITY_NAME = "probability at the horizon"


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What is drawn of one strategy or book.

    Parameters
    ----------
    title : str
        One line in bold; long ones are wrapped.
    currency : str
        Of the profits.
    spots : ndarray, shape (spots,)
        From low to high: the picture's range.
    curves : tuple of (str, ndarray)
        Name and profit at each spot: first the main one, at the horizon; then those between; last today's. A profit
        that is NaN leaves a gap.
    subtitle : tuple of str
        Lines below the title, such as the legs.
    strikes : tuple of (float, str)
        Strike and label of each leg; labels of one strike stand above each other.
    breakevens : tuple of float
        Spots at which the main curve changes sides.
    spot : float
        Spot now; NaN for none.
    density : ndarray, shape (spots,), optional
        Probability density of spot at the horizon, in any unit.
    probability_of_profit : float
        As a fraction; NaN for unknown.
    max_profit, max_loss : str
        As they are to be read; empty for unknown.
    caption : str
        The rules that were used, in small print.
    axis : str
        What the axis of spots is called.
    """

    title: str
    currency: str
    spots: Floats
    curves: tuple[tuple[str, Floats], ...]
    subtitle: tuple[str, ...] = ()
    strikes: tuple[tuple[float, str], ...] = ()
    breakevens: tuple[float, ...] = ()
    spot: float = math.nan
    density: Floats | None = None
    probability_of_profit: float = math.nan
    max_profit: str = ""
    max_loss: str = ""
    caption: str = ""
    axis: str = "spot"


class Panel:
    """A drawing with its measures: how its texts are broken, and how high it is."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.title = wrapped([drawing.title], TITLE_SIZE)
        self.subtitle = wrapped(drawing.subtitle, SIZE)
        self.facts = fact_rows(_facts(drawing))
        self.names = place_names(_names(drawing), PLOT_WIDTH)
        self.name_rows = max((row + len(name.lines) for name, _, row in self.names), default=1)
        self.legend_columns = _legend_columns(drawing)
        self.caption = wrapped([drawing.caption], SMALL, PROSE)

    @property
    def head(self) -> float:
        """Inches from the panel's top to the plot's."""
        texts = len(self.title) * TITLE_LINE + len(self.subtitle) * LINE
        return EDGE + texts + len(self.facts) * FACTS + self.name_rows * NAME_ROW + GAP

    @property
    def height(self) -> float:
        """Inches of the whole panel."""
        legend = math.ceil(len(_legend_items(self.drawing)) / self.legend_columns) * LEGEND
        return self.head + PLOT + TICKS + legend + CAPTION_GAP + len(self.caption) * LINE + EDGE

    def draw(self, figure: Figure, top: float) -> None:
        """Draw on a figure, `top` inches above its lower edge."""
        high = figure.get_figheight()
        axes = figure.add_axes(
            (LEFT / WIDTH, (top - self.head - PLOT) / high, PLOT_WIDTH / WIDTH, PLOT / high)
        )
        money = money_axis([profits for _, profits in self.drawing.curves], MONEY_ROWS)
        self._headline(figure, top - EDGE)
        _axes(axes, self.drawing, money)
        _curves(axes, self.drawing)
        _density(axes, self.drawing)
        _breakevens(axes, self.drawing)
        self._names(axes)
        self._foot(figure, axes, top - self.head - PLOT - TICKS)

    def _headline(self, figure: Figure, top: float) -> None:
        """Write the title, the lines below it and the key figures."""
        for line in self.title:
            _write(figure, LEFT, top, line, size=TITLE_SIZE, weight="bold")
            top -= TITLE_LINE
        for line in self.subtitle:
            _write(figure, LEFT, top, line, color=GREY)
            top -= LINE
        for row in self.facts:
            for left, label, value in row:
                _write(figure, LEFT + left, top - 0.05, label, size=SMALL, color=GREY)
                _write(figure, LEFT + left, top - 0.05 - LINE * 0.85, value, size=FACT_SIZE, weight="bold")
            top -= FACTS

    def _names(self, axes: Axes) -> None:
        """Write spot and the strikes above their lines."""
        for name, middle, row in self.names:
            axes.text(
                middle / PLOT_WIDTH,
                1 + (GAP / 2 + row * NAME_ROW) / PLOT,
                "\n".join(name.lines),
                transform=axes.transAxes,
                ha="center",
                va="bottom",
                size=SMALL,
                color=INK if name.is_spot else GREY,
                weight="bold" if name.is_spot else "normal",
                linespacing=1.15,
            )

    def _foot(self, figure: Figure, axes: Axes, top: float) -> None:
        """Set the legend and the small print."""
        high = figure.get_figheight()
        figure.legend(
            handles=axes.get_legend_handles_labels()[0],
            loc="upper left",
            bbox_to_anchor=(LEFT / WIDTH, top / high),
            ncols=self.legend_columns,
            frameon=False,
            borderaxespad=0.0,
            borderpad=0.0,
            columnspacing=2.0,
            handlelength=2.6,
        )
        for place, line in enumerate(reversed(self.caption)):
            low = top - (self.height - self.head - PLOT - TICKS) + EDGE + (place + 1) * LINE
            _write(figure, LEFT, low, line, size=SMALL, color=GREY)


# --- texts ------------------------------------------------------------------------------------------------


def _facts(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the key figures that are known: what, and how much."""
    low, high = _ends(drawing)
    known = sorted(drawing.breakevens)
    texts = [price_text(breakeven, high - low) for breakeven in known[:MOST_BREAKEVENS]]
    more = [f"{len(known) - len(texts)} more"] if len(known) > len(texts) else []
    probability = drawing.probability_of_profit
    facts = [
        ("max profit", drawing.max_profit),
        ("max loss", drawing.max_loss),
        ("probability of profit", "" if math.isnan(probability) else f"{probability:.1%}"),
        ("breakeven" if len(known) == 1 else "breakevens", ", ".join([*texts, *more])),
    ]
    return [(label, value) for label, value in facts if value]


def _names(drawing: Drawing) -> list[Name]:
    """Return what is written above the lines of spot and the strikes, as far as they are in the picture."""
    low, high = _ends(drawing)
    inch = PLOT_WIDTH / (high - low)
    labels: dict[float, list[str]] = {}
    for strike, label in sorted(drawing.strikes):
        if low <= strike <= high:
            labels.setdefault(strike, []).append(printable(label))
    names = [Name((strike - low) * inch, tuple(lines)) for strike, lines in labels.items()]
    if low <= drawing.spot <= high:
        text = f"spot {price_text(drawing.spot, high - low)}"
        return [Name((drawing.spot - low) * inch, (text,), is_spot=True), *names]
    return names


def _legend_items(drawing: Drawing) -> list[str]:
    return [name for name, _ in drawing.curves] + [DENSITY_NAME] * (drawing.density is not None)


def _legend_columns(drawing: Drawing) -> int:
    """Return how many entries of the legend stand side by side: all, or as many of the widest as there is room for."""
    widths = [text_width(name, SIZE) + HANDLE for name in _legend_items(drawing)]
    return len(widths) if sum(widths) <= PLOT_WIDTH else max(int(PLOT_WIDTH / max(widths)), 1)


def _write(
    figure: Figure,
    left: float,
    top: float,
    text: str,
    *,
    size: float = SIZE,
    color: str = INK,
    weight: str = "normal",
) -> None:
    """Write a line whose upper left corner is so many inches from the figure's lower left one."""
    high = figure.get_figheight()
    figure.text(left / WIDTH, top / high, text, size=size, color=color, weight=weight, va="top", ha="left")


# --- the plot ----------------------------------------------------------------------------------------------


def _ends(drawing: Drawing) -> tuple[float, float]:
    """Return the picture's first and last spot; a single one gets 1.00 on either side."""
    low, high = float(drawing.spots.min()), float(drawing.spots.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _limits(drawing: Drawing) -> tuple[float, float]:
    """Return the least and largest money shown: all profits, zero, and a margin."""
    every = np.concatenate([*(profits[np.isfinite(profits)] for _, profits in drawing.curves), np.zeros(1)])
    low, high = float(every.min()), float(every.max())
    margin = MARGIN * (high - low) if high - low > LEAST else 1.0
    return low - margin, high + margin


def _axes(axes: Axes, drawing: Drawing, money: MoneyAxis) -> None:
    """Set limits, round money on the left, spots below, and the lines of zero, strikes and spot."""
    axes.set_xlim(*_ends(drawing))
    axes.set_ylim(*_limits(drawing))
    ticks = [(money.zero_row - row) * money.per_row for row in money.labels]
    axes.set_yticks(ticks, list(money.labels.values()))
    axes.set_ylim(*_limits(drawing))
    axes.xaxis.set_major_formatter(lambda spot, _: f"{spot:,.10g}")
    axes.tick_params(colors=GREY, labelcolor=INK, length=3)
    axes.set_xlabel(drawing.axis, color=GREY, size=SMALL)
    axes.annotate(
        f"profit ({drawing.currency})",
        (0.0, 1.0),
        xytext=(-4, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        size=SMALL,
        color=GREY,
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
    axes.grid(visible=True, axis="y", color=PALE, linewidth=0.5, alpha=0.6)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    for strike in sorted({strike for strike, _ in drawing.strikes}):
        axes.axvline(strike, color=GREY, linewidth=0.7, linestyle=(0, (2, 3)))
    if math.isfinite(drawing.spot):
        axes.axvline(drawing.spot, color=INK, linewidth=0.9, linestyle=(0, (7, 3)))


def _curves(axes: Axes, drawing: Drawing) -> None:
    """Draw the main curve thick with its sides tinted, today's thin, and the others between in strokes."""
    spots, (name, main), others = drawing.spots, drawing.curves[0], drawing.curves[1:]
    for side, tint in ((main >= 0, GAIN), (main <= 0, LOSS)):
        axes.fill_between(spots, 0.0, main, where=side, interpolate=True, color=tint, alpha=0.16, linewidth=0)
    axes.plot(spots, main, color=INK, linewidth=2.3, label=name, zorder=3)
    for place, (name, profits) in enumerate(others[:-1]):
        stroke = BETWEEN[place % len(BETWEEN)]
        axes.plot(spots, profits, color=GREY, linewidth=1.1, linestyle=stroke, label=name)
    for name, profits in others[-1:]:
        axes.plot(spots, profits, color=TODAY, linewidth=1.3, label=name)


def _density(axes: Axes, drawing: Drawing) -> None:
    """Shade the probability of each spot at the picture's foot, on a scale of its own that is not shown."""
    if drawing.density is None:
        return
    low, high = _limits(drawing)
    peak = float(np.nanmax(drawing.density, initial=0.0)) or 1.0
    tops = low + drawing.density / peak * DENSITY_HEIGHT * (high - low)
    axes.fill_between(
        drawing.spots, low, tops, color=DENSITY, alpha=0.24, linewidth=0, label=DENSITY_NAME, zorder=1.5
    )


def _breakevens(axes: Axes, drawing: Drawing) -> None:
    """Mark each breakeven in the picture, with its number where it covers least."""
    (low, high), (bottom, top) = _ends(drawing), _limits(drawing)
    inside = sorted({at for at in drawing.breakevens if low <= at <= high})
    axes.plot(inside, [0.0] * len(inside), "o", color="white", markeredgecolor=INK, markersize=6, zorder=4)
    points = _points(drawing)
    boxes: list[Box] = []
    for at in inside:
        text = price_text(at, high - low)
        place = ((at - low) / (high - low) * PLOT_WIDTH, -bottom / (top - bottom) * PLOT)
        boxes.append(place_label(place, text_width(text, SIZE), points, boxes))
        _number(axes, text, place, boxes[-1])


def _points(drawing: Drawing) -> Floats:
    """Return points of all curves in inches from the plot's lower left corner: shape (points, 2)."""
    (low, high), (bottom, top) = _ends(drawing), _limits(drawing)
    fine = np.linspace(low, high, SAMPLES)
    curves = [np.interp(fine, drawing.spots, profits) for _, profits in drawing.curves]
    inch = np.array([PLOT_WIDTH / (high - low), PLOT / (top - bottom)])
    return np.concatenate([np.column_stack([fine - low, curve - bottom]) * inch for curve in curves])


def _number(axes: Axes, text: str, place: tuple[float, float], box: Box) -> None:
    """Write a breakeven's number in its box, joined to its point where it is not beside it."""
    left, low, right, top = box
    corner = (min(max(place[0], left), right), min(max(place[1], low), top))
    if math.dist(place, corner) > BESIDE:
        across, up = zip(place, corner, strict=True)
        part = (np.array(across) / PLOT_WIDTH, np.array(up) / PLOT)
        axes.plot(*part, color=INK, linewidth=0.7, transform=axes.transAxes, zorder=2.5)
    axes.text(
        (left + right) / 2 / PLOT_WIDTH,
        (low + top) / 2 / PLOT,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=INK,
        weight="bold",
        zorder=5,
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.0},
    )
