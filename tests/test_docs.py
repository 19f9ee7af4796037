"""The README and the docs: their examples run, their lists are complete, their links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from command import optlab
from optlab import cli
from optlab.bias import DIRECTIONS, NOT_COUNTED, SHARE_COLUMNS
from optlab.columns import COLUMNS
from optlab.join import SOURCES
from optlab.legs import KINDS, STYLES
from optlab.pricing import STATUSES

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
EXAMPLES = [
    "README.md",
    "docs/tutorial.md",
    "docs/api.md",
    "docs/methods/bias.md",
    "docs/methods/context.md",
    "docs/methods/payoff.md",
    "docs/methods/scenario.md",
    "docs/methods/tape.md",
]
VERBS = [command.callback.__name__ for command in cli.app.registered_commands if command.callback]
FILE, NOT_RUN, PRINTS = (
    re.compile(r"<!-- file: (\S+) -->"),
    re.compile(r"<!-- not run: .+ -->"),
    "<!-- prints -->",
)


class Block(NamedTuple):
    """A fenced block: where it stands, its language, the comment before it, and its text."""

    line: int
    language: str
    comment: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page; code in HTML comments is not among them."""
    found: list[Block] = []
    lines = page.splitlines()
    start, comment, is_hidden = 0, "", False
    for number, line in enumerate(lines, start=1):
        if start and line == "```":
            text = "\n".join(lines[start : number - 1])
            found.append(Block(start, lines[start - 1].removeprefix("```").strip(), comment, text))
            start, comment = 0, ""
        elif not start and not is_hidden and line.startswith("```"):
            start = number
        elif not start:
            is_hidden = (is_hidden or line.startswith("<!--")) and "-->" not in line
            comment = line if line.startswith("<!--") else comment if not line.strip() else ""
    return found


# --- examples ----------------------------------------------------------------------------------------------


class Command(NamedTuple):
    """A command of a console block, what the page shows under it, and its exit status."""

    line: str
    shown: list[str]
    status: int


def commands(text: str) -> list[Command]:
    """Split a console block into its commands; ``$ echo $?`` shows the status of the one before it."""
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line.removeprefix("$ "), [], 0))
        else:
            found[-1].shown.append(line)
        if len(found) > 1 and found[-1].line == "echo $?" and found[-1].shown:
            status = int(found.pop().shown[0])
            found[-1] = found[-1]._replace(status=status)
    return found


def run_console(text: str) -> None:
    """Run a block's optlab commands, and compare what they print with what the page shows."""
    for command in commands(text):
        line, _, target = command.line.partition(" > ")
        program, *arguments = shlex.split(line, comments=True)
        if program == "make":
            continue
        assert program == "optlab", f"{command.line}: only optlab is run"
        is_drawn = command.shown and "--version" not in arguments and "--format" not in arguments
        run = optlab(
            [
                *arguments,
                *(
                    ["--format", "table", *([] if "--width" in arguments else ["--width", "80"])]
                    if is_drawn
                    else []
                ),
            ]
        )
        assert run.status == command.status, f"{command.line}: {run.err}"
        if target:
            Path(target.strip()).write_text(run.out, encoding="utf-8")
        if command.shown:
            compare(run.out, command.shown)


def compare(seen: str, shown: list[str]) -> None:
    """Compare lines; three dots at the end stand for the rest."""
    lines = [line.rstrip() for line in seen.strip().splitlines()]
    if shown[-1] == "...":
        assert lines[: len(shown) - 1] == shown[:-1]
        assert len(lines) >= len(shown)
    else:
        assert lines == shown


def run_page(page: str) -> list[str]:
    """Run every example of a page, top to bottom; returns the languages of the blocks that were run."""
    names: dict[str, object] = {"__name__": "example"}
    printed = ""
    ran = []
    for block in blocks(page):
        file = FILE.fullmatch(block.comment)
        if file:
            Path(file[1]).write_text(f"{block.text}\n", encoding="utf-8")
        elif NOT_RUN.fullmatch(block.comment):
            continue
        elif block.comment == PRINTS:
            assert printed.strip() == block.text.strip(), f"line {block.line}"
        elif block.language == "console":
            run_console(block.text)
        elif block.language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block.text, f"line {block.line}", "exec"), names)  # noqa: S102 - our own pages
            printed = out.getvalue()
        else:
            continue
        ran.append(block.language)
    return ran


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with the samples, where an example may write."""
    shutil.copytree(ROOT / "sample_positions", tmp_path / "sample_positions")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name: str, folder: Path) -> None:
    assert folder
    assert "python" in run_page((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ optlab check nowhere.csv\n```",
        "```console\n$ optlab check sample_positions/one_leg.csv\nsomething else\n```",
        "```console\n$ optlab check sample_positions/broken.csv\n$ echo $?\n0\n```",
        "```console\n$ rm book.csv\n```",
        "```python\nassert 1 == 2\n```",
        "```python\nprint(1)\n```\n\n<!-- prints -->\n```text\n2\n```",
    ],
)
def test_an_example_that_is_wrong_is_seen(page: str, folder: Path) -> None:
    assert folder
    with pytest.raises(AssertionError):
        run_page(page)


def test_an_example_may_write_files_and_be_left_alone(folder: Path) -> None:
    page = (
        "<!-- file: book.csv -->\n```text\nsymbol,quantity\nMIU 27NOV26 24 C,1\n```\n\n"
        "```console\n$ optlab convert book.csv > again.csv\n$ optlab check again.csv\n```\n\n"
        "<!-- not run: there is no such file -->\n```console\n$ optlab check nowhere.csv\n```\n\n"
        "<!-- [[[cog\n```python\nassert False\n```\n]]] -->\n"
    )
    assert run_page(page) == ["text", "console"]
    assert (folder / "again.csv").exists()


# --- lists -------------------------------------------------------------------------------------------------


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_on_its_pages(verb: str) -> None:
    assert f"\n## {verb}\n" in text_of("docs/cli.md")
    assert re.search(rf"^\| `{verb}\b.*` \|", text_of("README.md"), re.MULTILINE), (
        "a row in the README's table"
    )


def test_every_word_a_column_can_hold_is_on_one_page() -> None:
    words = (*COLUMNS, *STATUSES, *SOURCES, *DIRECTIONS, NOT_COUNTED, *SHARE_COLUMNS, *KINDS, *STYLES)
    page = text_of("docs/columns.md")
    assert [word for word in words if f"`{word}`" not in page] == []


@pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_every_generated_part_has_something_in_it(path: Path) -> None:
    """A part whose code returns its text instead of printing it would be empty, and up to date."""
    assert not re.search(r"^\]\]\] -->\n<!-- \[\[\[end", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_page_is_in_the_contents() -> None:
    contents = text_of("docs/index.md")
    pages = [
        path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")
    ]
    listed = [page for page in pages if page != "index" and not page.startswith(("decisions/", "_build/"))]
    assert [page for page in listed if f"\n{page}\n" not in contents] == []


# --- links -------------------------------------------------------------------------------------------------


def without_code(page: str) -> str:
    """Take out fenced blocks and code in a line, where brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL))


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and Sphinx make them."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path, page: str) -> list[str]:
    """Return the links of a page that lead to no file, or to no heading in it."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        place, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        file = path.parent / place if place else path
        is_there = file.exists() and (not anchor or anchor in anchors(file.read_text(encoding="utf-8")))
        broken += [] if is_there else [target]
    return broken


@pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_seen() -> None:
    page = "# One heading\n[a](CHANGELOG.md) [b](nowhere.md) [c](#one-heading) [d](#another) `[e](f)` [g](https://h.org)"
    assert broken_links(ROOT / "README.md", page.replace("#one-heading", "CHANGELOG.md#changes")) == [
        "nowhere.md",
        "#another",
    ]
