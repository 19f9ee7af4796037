"""What keeps the house in order: sizes, names, clocks, the public names, and what may stand in a file.

Each rule is a function of the project's sources, so that it can be tried on a source that breaks it.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import optlab as ol

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "optlab"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in MODULES]

LONGEST_FUNCTION, USUAL_FUNCTION, LONGEST_FILE = 60, 40, 400

LONG_FILES: dict[str, str] = {}
"""Files that may be longer, each with its reason: tables of data are read, not understood."""

VAGUE_WORDS = {"utils", "util", "helpers", "helper", "manager", "data", "info", "process", "common", "misc"}

TESTED_ELSEWHERE = {
    "__main__.py": "tests/test_cli.py starts it as a user does",
    **{
        f"cli/{name}.py": "tests/test_cli.py and tests/golden run the verbs as a user does"
        for name in ("run", "reading", "naming", "pricing", "leaning", "knowing")
    },
    "payoff/arrays.py": "tests/payoff/test_layout.py: positions are made of them there",
    "cli/profiting.py": "tests/payoff/test_payoff_verb.py runs the verb as a user does",
    "cli/risking.py": "tests/scenario/test_scenario_verb.py runs the verb as a user does",
    "bias/judged.py": "tests/bias/test_lean.py: every strategy is judged there",
    **{
        f"options/{name}.py": "tests/test_cli.py: options are seen through the verbs"
        for name in ("sources", "analyses", "output", "groups")
    },
    "book.py": "tests/test_aggregate.py and others reach every stage through it",
    "errors.py": "tests/test_cli.py: every error is read as a user reads it",
    "readers/contents.py": "tests/readers/test_files.py: formats are told apart there",
    "readers/contracts.py": "tests/readers/test_generic.py has the contracts of every style",
    "readers/delimited.py": "tests/readers/test_tables.py",
    "readers/distinct.py": "tests/readers/test_tables.py",
    "readers/overrides.py": "tests/test_cli.py: what is said on the command line",
    "readers/rows.py": "tests/readers/test_generic.py",
    "readers/structured.py": "tests/readers/test_tables.py",
    "render/screen.py": "tests/golden/test_golden.py: what every verb prints",
    **{
        f"render/{name}.py": "tests/golden/test_golden.py: what every verb prints"
        for name in ("tables", "styles", "views", "check_tables")
    },
}
"""Modules without a test file of their name, and where they are tested instead."""

WORKPLACE = ("/" + "work/", "../" + "shared", "/" + "tmp/", "/" + "home/", "/" + "root/")


# --- sizes -------------------------------------------------------------------------------------------------


def function_lengths(source: str) -> dict[str, int]:
    """Return the lines of each function of a source, its docstring counted."""
    return {
        f"{node.name} in line {node.lineno}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_no_function_is_longer_than_a_page(path: Path) -> None:
    lengths = function_lengths(path.read_text(encoding="utf-8"))
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_most_functions_are_short() -> None:
    """Of a hundred functions ninety-five have at most forty lines."""
    lengths = [n for path in MODULES for n in function_lengths(path.read_text(encoding="utf-8")).values()]
    assert np.percentile(lengths, 95) <= USUAL_FUNCTION


def test_no_file_is_longer_than_a_sitting() -> None:
    lines = {name: len(path.read_text().splitlines()) for name, path in zip(NAMES, MODULES, strict=True)}
    long = {name for name, count in lines.items() if count > LONGEST_FILE}
    assert long == set(LONG_FILES), "split the file, or say in LONG_FILES why not"


def test_the_measure_measures() -> None:
    source = "def long():\n" + "    x = 1\n" * LONGEST_FUNCTION
    assert function_lengths(source) == {"long in line 1": LONGEST_FUNCTION + 1}


# --- names and manners -------------------------------------------------------------------------------------


def vague_words(name: str) -> set[str]:
    """Return the words of a module's path that say nothing about what is in it."""
    return set(re.split(r"[/_]", name.removesuffix(".py"))) & VAGUE_WORDS


@pytest.mark.parametrize("name", NAMES)
def test_module_names_say_what_is_inside(name: str) -> None:
    assert not vague_words(name)


def test_a_vague_name_is_seen() -> None:
    assert vague_words("read/date_utils.py") == {"utils"}
    assert vague_words("pricing/data/tables.py") == {"data"}
    assert not vague_words("render/tables.py")


def calls(source: str) -> Iterator[str]:
    """Yield the dotted name of everything that a source calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def looks_at_a_clock(call: str) -> bool:
    """Say whether a call asks for the date or time of day."""
    return call.rpartition(".")[2] in ("now", "utcnow", "today", "localtime", "gmtime") or call == "time.time"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_only_the_command_line_looks_at_a_clock(path: Path) -> None:
    found = [call for call in calls(path.read_text(encoding="utf-8")) if looks_at_a_clock(call)]
    assert not found or path.relative_to(PACKAGE).as_posix() == "cli/run.py"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_prints(path: Path) -> None:
    """Data is written by render, and to the right stream."""
    assert "print" not in calls(path.read_text(encoding="utf-8"))


def test_a_clock_and_a_print_are_seen() -> None:
    for source in ("datetime.datetime.now()", "dt.date.today()", "time.time()", "pd.Timestamp.now('UTC')"):
        assert any(looks_at_a_clock(call) for call in calls(source)), source
    assert not any(looks_at_a_clock(call) for call in calls("unknown(); time.monotonic(); timer.time()"))
    assert list(calls("f(x)\nprint('hello')")) == ["f", "print"]


# --- the public names --------------------------------------------------------------------------------------

CONSTANTS = ("COLUMNS", "STRATEGIES", "__version__")


def is_documented(thing: object) -> bool:
    """Say whether a docstring has numpydoc's Parameters, as functions and classes with arguments need."""
    text = inspect.getdoc(thing) or ""
    if isinstance(thing, type) and issubclass(thing, Exception):
        return bool(text)
    return bool(re.search(r"^Parameters\n-{10}$", text, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(set(ol.__all__) - set(CONSTANTS)))
def test_every_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(ol, name)
    assert callable(thing), f"optlab.{name} is {thing!r}"
    assert is_documented(thing), f"optlab.{name} needs a docstring with Parameters"


def test_constants_are_there() -> None:
    assert len(ol.COLUMNS) > 50
    assert re.fullmatch(r"\d+\.\d+\.\d+", ol.__version__)


def test_a_public_name_stays_what_it_is() -> None:
    """Importing a module must not put it in the place of a function of the same name."""
    code = (
        "import optlab as ol, optlab.cli, optlab.readers.books, optlab.pricing, optlab.render.screen\n"
        "kinds = {name: type(getattr(ol, name)).__name__ for name in ol.__all__ for _ in range(2)}\n"
        "print([name for name, kind in kinds.items() if kind == 'module'])"
    )
    assert run_python(code) == "[]"


def test_a_missing_docstring_is_seen() -> None:
    def bare(x: int) -> int:
        """Return x."""
        return x

    assert not is_documented(bare)
    assert is_documented(ol.price)


def test_importing_optlab_is_instant() -> None:
    """Neither numpy nor pandas is loaded before it is needed."""
    code = "import sys, optlab; print(sorted({'numpy', 'pandas', 'scipy', 'typer'} & set(sys.modules)))"
    assert run_python(code) == "[]"
    assert run_python(code.replace("optlab;", "optlab; optlab.Market;")) != "[]", "the check can fail"


def run_python(code: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


# --- what stands where -------------------------------------------------------------------------------------


def place_of_tests(name: str) -> str:
    """Return where a module's tests belong."""
    path = Path(name)
    return (path.parent / f"test_{path.name}").as_posix()


def test_every_module_has_tests() -> None:
    """A test file of the same name, or a word on where it is tested instead."""
    modules = {name for name in NAMES if not name.endswith("__init__.py")}
    bare = {name for name in modules if not (ROOT / "tests" / place_of_tests(name)).exists()}
    assert bare - set(TESTED_ELSEWHERE) == set()
    assert set(TESTED_ELSEWHERE) - modules == set(), "these modules are gone"
    places = {place for reason in TESTED_ELSEWHERE.values() for place in re.findall(r"tests/[\w/.]+", reason)}
    assert [place for place in places if not (ROOT / place.rstrip(".")).exists()] == []


def tracked_texts() -> dict[str, str]:
    """Return the text files that git tracks or would track, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - whichever git
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    texts = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content:
            texts[name] = content.decode("utf-8")
    return texts


def strange_paths(text: str) -> list[str]:
    """Return the words in a text that are paths of somebody's machine."""
    words = re.findall(r"[\w./~-]+", text)
    return [word for word in words if any(word.startswith(place) for place in WORKPLACE)]


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = {name: strange_paths(text) for name, text in tracked_texts().items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_a_strange_path_is_seen() -> None:
    assert strange_paths(f"see {WORKPLACE[0]}main and '{WORKPLACE[1]}/notes.md'") == [
        f"{WORKPLACE[0]}main",
        f"{WORKPLACE[1]}/notes.md",
    ]
    assert strange_paths("https://example.org/work/of/art, docs/work/flow.md") == []


def test_every_sample_is_used() -> None:
    """A sample that no page and no test reads is a file to keep up for nobody."""
    texts = {name: text for name, text in tracked_texts().items() if name.endswith((".md", ".py"))}
    samples = [path.name for path in (ROOT / "sample_positions").iterdir()]
    assert [sample for sample in samples if not any(sample in text for text in texts.values())] == []


def test_the_version_has_its_changes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {project['project']['version']}" in changes.splitlines()
