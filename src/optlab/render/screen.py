"""What each verb prints: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pandas as pd

from optlab.bias import Bias
from optlab.book import Book, Valuation
from optlab.context import Context
from optlab.errors import PricingError
from optlab.payoff import Payoff
from optlab.pricing import STATUSES
from optlab.pricing.verify import Verification
from optlab.render import structures, tables, terminal
from optlab.render.check_tables import check_document, check_table, problem_table
from optlab.render.context_page import context_page, context_tables
from optlab.render.csv_text import CsvStyle, csv_text
from optlab.render.explanations import explanation_page, explanation_record
from optlab.render.files import json_text, write
from optlab.render.lean_page import lean_page
from optlab.render.payoff_page import payoff_page
from optlab.render.progress import Step, progress
from optlab.render.scenario_page import scenario_page, stress_page
from optlab.render.verdict import reservations, verdict
from optlab.scenario import Scenario, Stress
from optlab.strategy.catalog import find_structures
from optlab.strategy.explain import Explanation

MOST_LISTED = 20
"""Problems listed on standard error before the rest is counted."""

DEFAULT_WIDTH = 80

DAY_S_REST = 0.9
"""What expires later on the last day counts too."""

STRATEGIES_LEGEND = (
    "prem %: the options' net premium per lot in % of spot, negative received; lots are packages;\n"
    "days: to the nearest expiry; textbook: the view of the name, not of these legs (optlab bias has that)."
)


class Screen:
    """Where a run prints: the shape and place of its data, and whether it may speak beside it.

    Parameters
    ----------
    shape : {"table", "csv", "json"} or None
        How data is printed; None: a table on a terminal, else CSV, or a table for verbs that print text.
    output : Path or None
        Write the data to this file instead.
    width : int or None
        Width of tables; None: the window's.
    style : CsvStyle
        How CSV is written.
    quiet : bool
        Whether standard error stays empty.
    text_in_pipe : bool
        Whether the verb prints text where standard output is no terminal.
    inputs : sequence of Path
        The files that are read, which are never written over.
    """

    def __init__(
        self,
        shape: str | None,
        output: Path | None,
        width: int | None,
        style: CsvStyle,
        *,
        quiet: bool = False,
        text_in_pipe: bool = False,
        inputs: Sequence[Path] = (),
    ) -> None:
        self.inputs = inputs
        in_pipe = "table" if text_in_pipe else "csv"
        self.shape = shape or ("table" if _is_terminal() else in_pipe)
        self.output = output
        self.width = width or shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        self.style = style
        self.quiet = quiet
        self.colour = _is_terminal() and "NO_COLOR" not in os.environ

    # --- verbs -----------------------------------------------------------------------------------------

    def check(self, book: Book) -> None:
        """Show each file's count of rows, and every problem."""
        if self.output is not None:
            self._write(problem_table(book))
        elif self.shape == "json":
            _out(json.dumps(check_document(book), ensure_ascii=False, indent=1) + "\n")
        elif self.shape == "csv":
            _out(csv_text(problem_table(book), self.style))
        else:
            self._draw("check", check_table(book))
            for problem in book.problems:
                _out(f"{problem}\n")

    def convert(self, book: Book) -> None:
        """Show the canonical table."""
        self._show("convert", book)

    def price(self, valuation: Valuation) -> None:
        """Show a row per leg."""
        self._show("price", valuation)
        self._statuses(valuation)

    def greeks(
        self, valuation: Valuation, by: Sequence[str], *, currency: str | None, beta_to: str | None
    ) -> None:
        """Show totals by columns, with the whole book's under them on a terminal."""
        columns = tuple(name.strip().lower() for part in by for name in part.split(",") if name.strip())
        totals = valuation.greeks(columns, currency=currency, beta_to=beta_to)
        whole = valuation.greeks((), currency=currency, beta_to=beta_to) if columns else None
        self._show("greeks", totals, by=columns, totals=whole)
        self._statuses(valuation)
        self._missing_betas(valuation, beta_to)

    def verify(self, verification: Verification) -> None:
        """Show the largest difference per judge and number, and what could not be judged."""
        if self.output is not None:
            self._write(verification.numbers)
        elif self.shape != "table":
            self._print(verification.numbers)
        else:
            table = verification.summary
            table["largest_difference"] = table["largest_difference"].map("{:.2g}".format)
            table["tolerance"] = table["tolerance"].map("{:.2g}".format)
            self._draw("verify", table)
            _out(f"{verdict(verification)}\n")
        self.notices(*reservations(verification))
        worst = verification.numbers[~verification.numbers["agrees"]]
        for row in worst.head(MOST_LISTED).itertuples():
            _err(
                f"{row.source_file}:{row.source_line}: {row.number}: {row.optlab!r}, {row.judge} {row.reference!r}"
            )

    def strategies(
        self, valuation: Valuation, *, venue: str, cash: Mapping[str, float], expiring: float | None
    ) -> None:
        """Show a row per strategy, or those of which an option expires within so many days."""
        table = valuation.strategies(venue=venue, cash=cash)
        if expiring is not None:
            table = table[table["days_nearest"].between(0, expiring + DAY_S_REST)]
        first = ("strategy_id", "strategy", *(["venue_name"] if venue else []))
        self._show("strategies", table, by=first)
        unused = sorted(set(cash) - set(valuation.legs["currency"]))
        modelled = int((table["premium_source"] == "model").sum())
        self.notices(
            *(f"cash in {', '.join(unused)} is used for nothing: no leg is in it" for _ in unused[:1]),
            *([f"nothing expires within {expiring:g} days"] if expiring is not None and table.empty else []),
            *([f"the premium of {modelled} is the model's, for want of an entry"] if modelled else []),
        )
        if self.output is None and self.shape == "table" and len(table):
            _out(f"\n{STRATEGIES_LEGEND}\n")

    def explain(self, explanation: Explanation) -> None:
        """Show why a strategy has its name, and what else it could be."""
        if self.output is not None or self.shape != "table":
            self._show("explain", explanation_record(explanation))
        else:
            _out(explanation_page(explanation))

    def bias(self, bias: Bias, valuation: Valuation, *, beta_to: str | None = None) -> None:
        """Show the headline, the tables behind it, and what is not in the share."""
        self._missing_betas(valuation, beta_to)
        if self.output is not None or self.shape != "table":
            self._show("bias", bias)
            if self.output is None and self.shape == "csv":
                self.notices("these are the strategies; -o FOLDER or --format json has the other tables")
            return
        page, dropped = lean_page(bias, valuation, width=self.width, colour=self.colour)
        _out(page)
        self._no_room(dropped)
        self._statuses(valuation)

    def payoff(self, payoff: Payoff, valuation: Valuation) -> None:
        """Show a row per position, or the whole of one with its picture."""
        if self.output is not None or self.shape != "table":
            self._show("payoff", payoff)
            if self.output is None and self.shape == "csv":
                self.notices("one row each; -o FOLDER has the curves, the table of dates and more")
            self.notices(*payoff.notes)
            return
        page, dropped = payoff_page(payoff, width=self.width, colour=self.colour)
        _out(page)
        self._no_room(dropped)
        self._statuses(valuation)

    def contexts(self, found: Mapping[str, Context]) -> None:
        """Show what each chain says, a page for each."""
        if self.output is None and self.shape == "table":
            pages = [context_page(one, width=self.width, colour=self.colour) for one in found.values()]
            _out("\n".join(pages))
            return
        for one in found.values():
            self.notices(*one.notices)
        self._show("context", context_tables(found))

    def scenario(self, result: Scenario, *, wide: bool) -> None:
        """Show profits on a grid: heat maps, or its tables, the long one first unless the wide one is wanted."""
        self.notices(*result.notices)
        if self.output is None and self.shape == "table":
            _out(scenario_page(result, width=self.width, colour=self.colour))
        elif self.output is None and self.shape == "csv":
            self._print(result.wide if wide else result.long)
        else:
            first = {"wide": result.wide} if wide else {}
            self._show("scenario", {**first, **result.tables})

    def stress(self, result: Stress) -> None:
        """Show the profit in every named scenario, and the worst."""
        self.notices(*result.notices)
        if self.output is None and self.shape == "table":
            _out(stress_page(result, width=self.width, colour=self.colour))
        else:
            self._show("stress", result)

    def columns(self) -> None:
        """Show every column with its unit and meaning."""
        self._show("columns", tables.columns_table())

    def catalog(self, family: str | None, venue: str | None) -> None:
        """Show the named structures, or a venue's own names for them."""
        listed = structures.chosen(family)
        if venue is None:
            self._show_structures("catalog", structures.catalog_table(listed))
        else:
            self._show_structures("venue", structures.venue_table(venue, listed))

    def structure(self, wanted: str) -> None:
        """Explain the structure that has a name, or list those that share it."""
        found = find_structures(wanted)
        table = structures.meanings_table(wanted, found)
        records = pd.DataFrame([structures.record(line) for line in found])
        if self.output is not None:
            self._write(records if self.output.suffix.lower() == ".json" else table)
        elif self.shape != "table":
            self._print(records if self.shape == "json" else table)
        elif len(found) == 1:
            _out(structures.page(found[0], self.width))
        else:
            _out(f"{wanted} is said of {len(found)} structures; optlab catalog NAME explains one.\n\n")
            self._draw("meanings", structures.drawn(table))

    # --- beside the data -------------------------------------------------------------------------------

    def notices(self, *sentences: str) -> None:
        """Say on standard error what was assumed."""
        if not self.quiet:
            for sentence in sentences:
                _err(f"note: {sentence}")

    def error(self, sentence: str) -> None:
        """Say why nothing was done; not even --quiet hides it."""
        _err(f"optlab: {sentence}")

    def problems(self, book: Book, valuation: Valuation | None = None) -> None:
        """List on standard error the rows set aside and the legs without a price."""
        lines = [str(problem) for problem in book.problems]
        if valuation is not None:
            lines += [
                f"{leg['source_file']}:{leg['source_line']}: {leg['underlying']}: "
                f"{STATUSES[leg['status']]} ({leg['status']}). Fix: {leg['fix']}."
                for leg in valuation.unpriced.to_dict("records")
            ]
        if self.quiet or not lines:
            return
        rows = {(problem.file, problem.line) for problem in book.problems}
        count = len(rows) + (0 if valuation is None else len(valuation.unpriced))
        _err(f"{count} {'row or leg was' if count == 1 else 'rows or legs were'} set aside:")
        for line in lines[:MOST_LISTED]:
            _err(f"  {line}")
        if len(lines) > MOST_LISTED:
            _err(f"  and {len(lines) - MOST_LISTED} more; check lists all rows, price -o FILE.csv all legs")

    def progress(self, *stages: str) -> AbstractContextManager[Step]:
        """Show progress on standard error if the work takes long and someone watches."""
        return progress(stages, shown=sys.stderr.isatty() and not self.quiet)

    def _missing_betas(self, valuation: Valuation, beta_to: str | None) -> None:
        missing = valuation.missing_betas(beta_to) if beta_to else ()
        if missing:
            self.notices(f"no beta for {', '.join(missing)}: no beta delta where they are")

    def _statuses(self, valuation: Valuation) -> None:
        """Count the legs that are priced with a reservation."""
        counts = valuation.legs["status"].value_counts().sort_index()
        for status, count in counts.items():
            if status in ("expired", "at_strike_expiry"):
                self.notices(f"{count} {'leg' if count == 1 else 'legs'} {status}: {STATUSES[str(status)]}")

    # --- shapes ----------------------------------------------------------------------------------------

    def _show(
        self,
        name: str,
        result: tables.Result,
        *,
        by: tuple[str, ...] = (),
        totals: pd.DataFrame | None = None,
    ) -> None:
        if self.output is not None:
            self._write(result)
        elif self.shape == "table":
            self._draw(name, next(iter(tables.tables_of(result).values())), by=by, totals=totals)
        else:
            self._print(result)

    def _show_structures(self, name: str, table: pd.DataFrame) -> None:
        if self.output is None and self.shape == "table":
            self._draw(name, structures.drawn(table))
        else:
            self._show(name, table)

    def _print(self, result: tables.Result) -> None:
        if self.shape == "json":
            _out(json_text(result))
        else:
            _out(csv_text(next(iter(tables.tables_of(result).values())), self.style))

    def _write(self, result: tables.Result) -> None:
        if self.output is None:
            raise PricingError("no place to write to. Fix: say -o PATH.")
        for path in write(result, self.output, style=self.style, keep=self.inputs):
            self.notices(f"wrote {path}")

    def _draw(
        self,
        name: str,
        table: pd.DataFrame,
        *,
        by: tuple[str, ...] = (),
        totals: pd.DataFrame | None = None,
    ) -> None:
        chosen = tables.view(name, table, by=by)
        drawing, dropped = terminal.draw(chosen, width=self.width, colour=self.colour, totals=totals)
        _out(drawing)
        self._no_room(dropped)

    def _no_room(self, dropped: Sequence[str]) -> None:
        if dropped:
            labels = ", ".join(tables.label(column) for column in dropped)
            self.notices(f"no room for {labels}: a wider --width or -o FILE.csv has them")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _out(text: str) -> None:
    if sys.stdout is None:
        raise OSError("standard output is closed")
    sys.stdout.write(text)


def _err(line: str) -> None:
    sys.stderr.write(f"{line}\n")
