"""What people read after a batch: a table, notes, where results are, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foveate.cli.batch.run import Outcome
from foveate.cli.batch.task import Done
from foveate.cli.output_files import where_written
from foveate.cli.readable_numbers import readable_bytes, readable_saving
from foveate.errors import printable

if TYPE_CHECKING:
    from rich.table import Table

    from foveate.plain_comparison import PlainComparison
    from foveate.report import Report

GAIN = "Salient gain: PSNR and SSIMULACRA 2 above plain JPEG of as many bytes, where the map looks."
_STATES = {
    "written": "written",
    "kept": "kept, since they cannot be made smaller",
    "left": "left as they are",
    "smaller": "can be made smaller",
    "done before": "done before",
}


def show(outcome: Outcome, names: str) -> None:
    """Prints the table, the notes and the summary. names: what results are called in general."""
    from foveate.cli.terminal import console, print_table

    out = console()
    results = [done for done in outcome.done if done.report is not None]
    if results:
        print_table(out, _table(results))
        if any(done.report and done.report.comparison is not None for done in results):
            out.print(GAIN, style="dim", soft_wrap=True)
    for done in outcome.done:
        for note in _notes(done):
            out.print(f"{printable(done.source)}: {note}", style="dim", soft_wrap=True)
    places = [(done.source, [done.output]) for done in results if done.output is not None]
    if places:
        out.print(where_written(places, names), soft_wrap=True)
    if outcome.total > 1 and len(results) < outcome.total:
        out.print(_counts(outcome), soft_wrap=True)
    elif outcome.count("done before"):
        out.print("It was done before; there is nothing to do.")


def _counts(outcome: Outcome) -> str:
    """One line: how many pictures there were, and what became of them."""
    parts = [f"{n} {words}" for state, words in _STATES.items() if (n := outcome.count(state))]
    if outcome.failed:
        parts.append(f"{outcome.failed} failed")
    if missing := outcome.total - len(outcome.done) - outcome.failed:
        parts.append(f"{missing} not done")
    return f"{outcome.total} pictures: {', '.join(parts)}."


def _table(results: list[Done]) -> Table:
    from foveate.cli.terminal import name_cell, table

    rows = table("picture", "before", "after", "saved", "salient gain", "map")
    reports = [done.report for done in results if done.report is not None]
    for done, report in zip(results, reports, strict=True):
        before = report.source_bytes
        rows.add_row(
            name_cell(printable(done.source)),
            "–" if before is None else readable_bytes(before),
            readable_bytes(report.bytes),
            "kept" if report.is_copy else readable_saving(before, report.bytes),
            _gain(report.comparison),
            name_cell(printable(report.map)),
        )
    if len(reports) > 1:
        before, after = sum(r.source_bytes or 0 for r in reports), sum(r.bytes for r in reports)
        rows.add_section()
        total = f"{len(reports)} pictures"
        saving = readable_saving(before, after)
        rows.add_row(total, readable_bytes(before), readable_bytes(after), saving, "", "")
    return rows


def _notes(done: Done) -> tuple[str, ...]:
    if done.left is not None:
        return (f"is left as it is: it {done.left}",) if done.state == "left" else ()
    report: Report | None = done.report
    if report is None:
        return ()
    if report.copied_source:
        said = any("the result is a copy of it" in note for note in report.notes)
        said = said or bool(report.coder.get("restored") and report.notes)
        kept = _KEPT if report.is_copy else _REWRITTEN
        if report.coder.get("restored"):
            kept = _RESTORED
        return report.notes if said else (kept, *report.notes)
    return report.notes


_KEPT = "cannot be made smaller; the result is a copy of it"
_RESTORED = "the result has the picture of the JPEG that it held, coefficient by coefficient"
_REWRITTEN = "its picture is kept as it was, and only coded in fewer bytes"


def _gain(comparison: PlainComparison | None) -> str:
    if comparison is None or comparison.salient_gain_db is None:
        return "–"
    return f"{comparison.salient_gain_db:+.1f} dB, {comparison.salient_gain_ssimulacra2:+.1f}"
