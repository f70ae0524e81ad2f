"""One picture of a batch: what is asked of it, the work on it, and what became of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foveate.cli.batch import leaving, placing
from foveate.cli.batch.manifest import Manifest, Record, content_hash, settings_key
from foveate.cli.streams import input_bytes, input_name, to_stdout
from foveate.coders.names import of_format, possible_targets
from foveate.errors import OutputError
from foveate.pictures.limits import DEFAULT_LIMITS, Limits
from foveate.settings import Settings

if TYPE_CHECKING:
    from foveate.report import Report

STREAM = Path("-")
"""Stands for stdin as a source and for stdout as a target."""


@dataclass(frozen=True)
class Asked:
    """What is asked of every picture of a batch.

    backup: the folder that takes the originals of --in-place. min_saving: the share of its bytes
    that a picture must lose. allow_larger: whether a picture of few colours may grow. limits: what
    a picture may cost. check: whether only to tell what would be done.
    """

    settings: Settings
    in_place: bool = False
    backup: Path | None = None
    overwrite: bool = False
    keep_times: bool = True
    min_saving: float = 0.0
    allow_larger: bool = False
    limits: Limits = DEFAULT_LIMITS
    compare: bool = False
    check: bool = False

    @property
    def key(self) -> str:
        """The manifest's key of all that decides a result."""
        return settings_key(
            self.settings, min_saving=self.min_saving, allow_larger=self.allow_larger
        )


@dataclass(frozen=True)
class Task:
    """A picture's path and the path of its result.

    typed: whether the result's name was typed, which asks for it however large it is.
    folder: the folder of results whose manifest tells of it, where there is one. inside: the
    picture's folder, seen from the folder that was named on the command line. found: whether the
    picture was found in such a folder, and not named itself.
    """

    source: Path
    target: Path
    typed: bool = False
    folder: Path | None = None
    inside: Path = Path()
    found: bool = False

    def done_before(self, asked: Asked, key: str, manifests: dict[Path, Manifest]) -> Done | None:
        """What became of the picture in an earlier run, where its result is still good."""
        if self.folder is None:
            return None
        manifest = manifests.setdefault(self.folder, Manifest(self.folder))
        for target in possible_targets(self.target):
            record = manifest.done(self.source, target, key, in_place=asked.in_place)
            if record is not None:
                output = target if record.left is None else None
                return Done(self.source, output, "done before", left=record.left)
        return None


@dataclass(frozen=True)
class Done:
    """A picture that was dealt with.

    state: "written", "kept" (the result is a copy), "left" (there is no result, for the reason
    `left`), "smaller" (a check found that it can become so), or "done before". report: None for
    the last.
    """

    source: Path
    output: Path | None
    state: str
    report: Report | None = None
    left: str | None = None

    def to_dict(self) -> dict[str, Any]:
        values = {} if self.report is None else self.report.to_dict()
        values |= {
            "source": str(self.source),
            "output": None if self.output is None else str(self.output),
            "state": self.state,
        }
        return values if self.left is None else {**values, "left": self.left}


def do(task: Task, asked: Asked, key: str) -> Done:
    """Compresses a picture and puts the result in its place. Raises FoveateError."""
    from_stream, to_stream = task.source == STREAM, task.target == STREAM
    if not (to_stream or asked.in_place):
        placing.refuse_existing(task.target, overwrite=asked.overwrite)
        placing.refuse_unwritable(task.target)
    name = input_name(task.source)
    status = None if from_stream else placing.status_of(task.source)
    data = input_bytes(task.source, most=asked.limits.bytes)
    is_link = task.found and task.source.is_symlink()
    left = leaving.before_the_work(data, in_place=asked.in_place, is_link=is_link)
    if left is not None:  # nothing was done that could be remembered
        return Done(task.source, None, "left", left=left)
    result, report, left = _worked(data, name, task, asked)
    if report is not None and not to_stream:
        task = dataclasses.replace(task, target=of_format(task.target, report.format))
    if asked.check and left is None:
        state = "smaller" if len(result) < len(data) else "kept"
        return Done(task.source, None, state, report)
    if task.folder is not None and not asked.check:
        placing.make_folder(task.folder)
        manifest = Manifest(task.folder)
        content = None if left is not None else content_hash(result)
        manifest.add(Record(manifest.place(task.target), content_hash(data), key, content, left))
    if left is not None:
        if to_stream:
            raise OutputError(f"{name}: {left}; nothing is written")
        return Done(task.source, None, "left", left=left)
    if to_stream:
        to_stdout(result)
    elif not asked.in_place:
        times = placing.times_of(status) if asked.keep_times else None
        placing.beside(task.target, result, times, overwrite=asked.overwrite)
    elif result != data:
        backup = None if asked.backup is None else asked.backup / task.inside / task.source.name
        placing.in_place(task.source, result, status, backup, keep_times=asked.keep_times)
    kept = report is not None and report.is_copy
    return Done(task.source, task.target, "kept" if kept else "written", report)


def _worked(
    data: bytes, name: str, task: Task, asked: Asked
) -> tuple[bytes, Report | None, str | None]:
    """The result and its report; or no report, and why the picture is left as it is."""
    from foveate._compress import compress

    made = compress(
        data,
        settings=asked.settings,
        compare=asked.compare,
        limits=asked.limits,
        name=name,
    )
    left = leaving.after_the_work(
        data,
        made,
        min_saving=asked.min_saving,
        allow_larger=asked.allow_larger or task.typed,
        keeps_metadata=asked.settings.metadata == "all",
    )
    if left is None:
        return made.data, _with_growth_told(made.report, data), None
    if asked.in_place or asked.settings.format != "jpeg" or not leaving.is_jpeg(data):
        return data, None, left
    return data, _report_of_copy(made.report, data, left), None


def _with_growth_told(report: Report, data: bytes) -> Report:
    """The report, with a note where the result is larger than the picture.

    A JPEG that comes back out of JPEG XL is always larger, as whoever asks for it knows.
    """
    if report.bytes <= len(data) or report.coder.get("restored"):
        return report
    note = "the result is larger than the picture; --min-saving 1% leaves such pictures as they are"
    return dataclasses.replace(report, notes=(*report.notes, note))


def _report_of_copy(report: Report, data: bytes, why: str) -> Report:
    from foveate.coders.jpeg.headers import file_facts

    return dataclasses.replace(
        report,
        bytes=len(data),
        bpp=8 * len(data) / (report.width * report.height),
        copied_source=True,
        coder=file_facts(data),
        comparison=None,
        notes=(f"{why}; the result is a copy of it",),
    )
