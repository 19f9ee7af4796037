"""What the README and the docs take from the program itself: help pages, examples, tables of words.

cog imports this module; `make generated` rewrites the pages, `make lint` fails where one is behind.
Everything is run in this process as on a plain terminal of 80 columns, so that the bytes are the same everywhere.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest import mock

import typer
from typer import rich_utils

from command import Run, optlab
from optlab import cli
from optlab.bias import DIRECTIONS, NOT_COUNTED
from optlab.columns import COLUMNS
from optlab.join import SOURCES
from optlab.pricing import FIXES, PRICED, STATUSES
from optlab.render.structures import chosen
from optlab.venues import CURRENCY_VENUES, VENUES

ROOT = Path(__file__).parents[1]
SAMPLES = "sample_positions"
WIDTH = 80

STAGES = {
    "read": ("Read from your file", "A leg is one row. These are the columns that `optlab convert` writes."),
    "name": ("Named", "Which legs belong together."),
    "join": (
        "Joined from the market",
        "What each leg is priced with. Beside a number stands where it came from.",
    ),
    "price": (
        "Priced",
        "`price`, `intrinsic` and `extrinsic` are for one unit; `value` and the greeks are for the whole position.",
    ),
    "sum": ("Totalled", "What `optlab greeks` adds to the sums of the columns above."),
    "describe": ("Described", "A row per strategy, by `optlab strategies`."),
    "lean": ("Leaned", "A row per strategy, by `optlab bias`."),
    "shares": (
        "Shares",
        "By `optlab bias` in its tables beside the strategies; with `-o lean.csv` in `lean.shares.csv` and so on.",
    ),
    "verify": ("Verified", "By `optlab verify -o numbers.csv`, a row per option and number."),
    "context": (
        "Context",
        "By `optlab context`: tables per expiry, strike, tenor and window, each with the columns it needs.",
    ),
    "payoff": (
        "Payoff",
        "By `optlab payoff`: a row for each position, and its curves, dates, levels and notes in tables beside it.",
    ),
    "scenario": (
        "Scenarios",
        "By `optlab scenario`: a row for each node, and for each scenario with `--stress`.",
    ),
}
"""The stages in order: a heading, and a sentence for people."""


def verbs() -> list[str]:
    """Return the verbs in the order of the help."""
    return list(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


def output_of(command: str, *, lines: int | None = None, given: Mapping[str, str] | None = None) -> str:
    """Run a command line and return it as a console block, as a terminal of 80 columns shows it.

    Parameters
    ----------
    command : str
        Such as ``optlab bias book.csv -m market.csv``; what it writes to standard error is left out. An exit
        status other than 0 is shown under the output.
    lines : int, optional
        Show that many lines, and three dots for the rest.
    given : mapping of str to str, optional
        Files that stand beside ``sample_positions`` when the command runs, by name.
    """
    width = "" if "--width" in command else f" --width {WIDTH}"
    run = _run(f"{command} --format table{width}", given or {})
    shown = run.out.splitlines()
    if lines is not None and len(shown) > lines:
        shown = [*shown[:lines], "..."]
    status = ["$ echo $?", str(run.status)] if run.status else []
    return _fenced("console", [f"$ {command}", *shown, *status])


def file_block(name: str, text: str) -> str:
    """Return a file's text as a block; the comment before it tells the tests to write the file."""
    return f"<!-- file: {name} -->\n{_fenced('text', text.splitlines())}"


def help_of(verb: str = "") -> str:
    """Return a verb's help, or the program's own, as a text block."""
    return _fenced("text", _run(f"optlab {verb} --help", {}).out.splitlines())


def _fenced(language: str, lines: list[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return f"```{language}\n{text}\n```\n"


def columns_tables() -> str:
    """Return every column with its unit and meaning: a section and a table for each stage."""
    sections = []
    for stage, (heading, sentence) in STAGES.items():
        rows = [
            (f"`{name}`", column.type, column.unit, column.meaning)
            for name, column in COLUMNS.items()
            if column.stage == stage
        ]
        table = _table(("column", "type", "unit", "meaning"), rows)
        sections.append(f"## {heading}\n\n{sentence}\n\n{table}")
    return "\n".join(sections)


def strategies_tables() -> str:
    """Return every named structure: a section and a table for each family, the common ones first."""
    families = itertools.groupby(chosen(), key=lambda line: line.family)
    sections = []
    for family, lines in families:
        rows = [
            (line.name, f"`{line.legs}`", line.direction, line.volatility, "; ".join(line.aliases))
            for line in lines
        ]
        table = _table(("name", "legs", "direction", "volatility", "aliases"), rows)
        sections.append(f"## {family.replace('/', ' and ').capitalize()}\n\n{table}")
    return "\n".join(sections)


def statuses_table() -> str:
    """Return every status, whether such a leg has a value, and the fix where it has none."""
    rows = [
        (
            f"`{word}`",
            "yes" if word in PRICED else "no",
            meaning,
            FIXES.get(word, "").format(underlying="NAME"),
        )
        for word, meaning in STATUSES.items()
    ]
    return _table(("status", "valued", "meaning", "fix"), rows)


def sources_table() -> str:
    """Return every word of the ``_source`` columns."""
    return _vocabulary("source", SOURCES)


def directions_table() -> str:
    """Return every word of the ``direction`` columns."""
    meanings = {
        "bullish": "its delta ratio or scenario lean is the neutral band or above, or its name says so",
        "bearish": "its delta ratio or scenario lean is minus the band or below, or its name says so",
        "neutral": "the number is inside the band, it has no exposure, or its name says so",
        "unclassified": "the rule cannot say: a leg has no value, the name no direction; it is in the share's base",
        NOT_COUNTED: "a roll, a closing or compression trade, an unsigned print or an expired contract: in no share",
    }
    return _vocabulary("direction", {word: meanings[word] for word in (*DIRECTIONS, NOT_COUNTED)})


def venues_table() -> str:
    """Return each market's closing time, and the currencies whose contracts keep it."""
    rows = [
        (
            f"`{name}`",
            venue.timezone,
            f"{venue.close:%H:%M}",
            f"{venue.open:%H:%M}",
            ", ".join(code for code, home in CURRENCY_VENUES.items() if home == name),
        )
        for name, venue in VENUES.items()
    ]
    return _table(("market", "time zone", "close", "open", "currencies"), rows)


def _vocabulary(name: str, words: Mapping[str, str]) -> str:
    return _table((name, "meaning"), [(f"`{word}`", meaning) for word, meaning in words.items()])


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [header, ["---"] * len(header), *escaped]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _run(command: str, given: Mapping[str, str]) -> Run:
    program, *arguments = shlex.split(command)
    if program != "optlab":
        raise ValueError(f"{command!r} does not start with optlab")
    with _plain_terminal(given):
        return optlab(arguments)


@contextlib.contextmanager
def _plain_terminal(given: Mapping[str, str]) -> Iterator[None]:
    """Stand in a folder with the samples, with 80 columns and no colours, whatever the surroundings say."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, {"COLUMNS": str(WIDTH), "NO_COLOR": "1"}),
        mock.patch.multiple(rich_utils, MAX_WIDTH=WIDTH, FORCE_TERMINAL=False),
    ):
        shutil.copytree(ROOT / SAMPLES, SAMPLES)
        for name, text in given.items():
            Path(name).write_text(text.lstrip(), encoding="utf-8")
        yield
