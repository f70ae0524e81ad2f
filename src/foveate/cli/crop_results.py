"""What became of a picture's crops: values for JSON, and rows for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foveate.cli.output_files import where_written
from foveate.cli.readable_numbers import readable_bytes
from foveate.errors import printable

if TYPE_CHECKING:
    from foveate._crop import Crop
    from foveate.report import Report

KEPT = "Kept: the share of the map that lies in the window; position: CSS's object-position."


@dataclass(frozen=True)
class Written:
    """One crop, and the file that was made of it where one was."""

    crop: Crop
    output: Path | None
    report: Report | None

    def to_dict(self) -> dict[str, Any]:
        values = self.crop.to_dict()
        values["output"] = None if self.output is None else str(self.output)
        values["bytes"] = None if self.report is None else self.report.bytes
        values["notes"] = list(self.notes)
        return values

    @property
    def notes(self) -> tuple[str, ...]:
        return self.crop.notes if self.report is None else (*self.crop.notes, *self.report.notes)


@dataclass(frozen=True)
class Done:
    """A picture whose crops were made."""

    source: Path
    width: int
    height: int
    model: str
    confidence: float
    crops: tuple[Written, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        from foveate.saliency.windows import in_css

        first = self.crops[0].crop
        return {
            "source": str(self.source),
            "width": self.width,
            "height": self.height,
            "map": self.model,
            "confidence": round(self.confidence, 3),
            "focal_point": list(first.focal_point),
            "object_position": in_css(first.any_position),
            "crops": [each.to_dict() for each in self.crops],
            "seconds": round(self.seconds, 3),
        }


def show(results: list[Done]) -> None:
    """Prints a row a crop, their notes, and where they were written."""
    from foveate.cli.terminal import console, name_cell, table

    out = console()
    rows = table("picture", "shape", "window x,y,w,h", "kept", "position", "bytes")
    for done in results:
        for each in done.crops:
            rows.add_row(
                name_cell(printable(done.source)),
                each.crop.shape.text,
                ",".join(map(str, each.crop.box)),
                f"{100 * each.crop.kept:.0f} %",
                each.crop.object_position,
                "–" if each.report is None else readable_bytes(each.report.bytes),
            )
    out.print(rows)
    out.print(KEPT, style="dim", soft_wrap=True)
    for done in results:
        for each in done.crops:
            for note in each.notes:
                line = f"{printable(done.source)}, {each.crop.shape.text}: {note}"
                out.print(line, style="dim", soft_wrap=True)
    places = [(done.source, [w.output for w in done.crops if w.output]) for done in results]
    if places[0][1]:
        out.print(where_written(places, "NAME.SHAPE.foveate.jpg"), soft_wrap=True)
