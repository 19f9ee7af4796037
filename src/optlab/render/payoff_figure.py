"""The profit of strategies as a picture for a note: PNG, SVG or PDF by matplotlib, the same bytes for the same input."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from optlab.errors import PricingError, ReadError
from optlab.render.payoff_labels import SIZE, WIDTH
from optlab.render.payoff_panel import Drawing, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawing", "figure_bytes"]

SUFFIXES = (".png", ".svg", ".pdf")
MOST_PANELS = 12
"""How many pictures one PNG or SVG holds, one above the other."""

SETTINGS: Any = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": False,
    "svg.hashsalt": "optlab",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


def figure_bytes(suffix: str, drawing: Drawing | Sequence[Drawing]) -> bytes:
    """Draw one or several payoffs as the bytes of a picture file.

    Parameters
    ----------
    suffix : str
        ``.png``, ``.svg`` or ``.pdf``.
    drawing : Drawing or sequence of Drawing
        Several become a page each in PDF, and panels below each other in PNG and SVG.

    Returns
    -------
    bytes
        The same for the same input and version of matplotlib, on any day.

    Raises
    ------
    ReadError
        For another suffix, or when matplotlib is not installed.
    PricingError
        When there is nothing to draw, or more than fits one PNG or SVG.
    """
    drawings = [drawing] if isinstance(drawing, Drawing) else list(drawing)
    if suffix not in SUFFIXES:
        raise ReadError(f"{suffix or 'no suffix'} is no picture format. Fix: end in {', '.join(SUFFIXES)}.")
    if not drawings:
        raise PricingError("there is nothing to draw. Fix: name a strategy that is in the book.")
    if len(drawings) > MOST_PANELS and suffix != ".pdf":
        raise PricingError(
            f"{len(drawings)} pictures are too many for one {suffix} file, which holds {MOST_PANELS}. Fix: choose one "
            "by --strategy, or write .pdf."
        )
    with _matplotlib():
        return _pages(drawings) if suffix == ".pdf" else _sheet(suffix, drawings)


@contextmanager
def _matplotlib() -> Iterator[None]:
    """Draw by our settings alone, whatever the user's are, and put them back; say how to get a missing matplotlib."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - half a second that only a picture pays for
    except ImportError as error:
        raise ReadError("a picture needs matplotlib. Fix: pip install 'optlab[plot]'.") from error
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def _pages(drawings: Sequence[Drawing]) -> bytes:
    """Write a PDF with a page for each drawing."""
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - see _matplotlib

    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"CreationDate": None, "Creator": "optlab"}) as pages:
        for drawing in drawings:
            pages.savefig(_figure([drawing]))
    return buffer.getvalue()


def _sheet(suffix: str, drawings: Sequence[Drawing]) -> bytes:
    """Write a PNG or SVG with all drawings below each other."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": "optlab"} if suffix == ".svg" else {"Software": "optlab"}
    _figure(drawings).savefig(buffer, format=suffix[1:], dpi=150, metadata=metadata)
    return buffer.getvalue()


def _figure(drawings: Sequence[Drawing]) -> Figure:
    """Set panels below each other on a figure that is as high as they need."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - see _matplotlib

    panels = [Panel(drawing) for drawing in drawings]
    figure = Figure(figsize=(WIDTH, sum(panel.height for panel in panels)))
    top = figure.get_figheight()
    for panel in panels:
        panel.draw(figure, top)
        top -= panel.height
    return figure
