"""A set of scenes and how it is gone through: what all experiments with coders share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate_research.coders.codecs import usable
from foveate_research.coders.coding import CodedScene, Measure, Plan, code_scenes
from foveate_research.coders.scenes import SceneFiles
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head

PACKAGES = (
    *("foveate", "numpy", "pillow", "onnxruntime"),
    *("pyvips", "pyvips-binary", "pyjpegli", "ajpegli", "jpeglib", "imagecodecs"),
)
_PARTS_OF_A_SET = ("images", "Stimuli")


@dataclass(frozen=True)
class Study:
    """What is gone through.

    images: the folder or picture that the scenes are from, for the record. model: of the map that
    steers and that marks the salient fifth. codecs: names; an experiment's own where there are
    none. workers: processes.
    """

    images: Path
    files: Sequence[SceneFiles]
    model: str = "auto"
    codecs: Sequence[str] = ()
    workers: int = 1
    tick: Tick = ignore

    @property
    def name(self) -> str:
        """The set's: its folder's, or of a part of it the folder's above."""
        path = self.images.resolve()
        return path.parent.name if path.name in _PARTS_OF_A_SET else path.stem

    @property
    def has_viewers(self) -> bool:
        """Whether fixations are known."""
        return any(each.fixations for each in self.files)

    def coded(
        self, codecs: Sequence[str], measures: Mapping[int, Measure]
    ) -> tuple[list[CodedScene], list[str]]:
        """Every scene through the study's coders, or else these; and notes on the left out.

        Raises:
            OptionError: no such coder. MissingExtraError: a rival is not installed.
            PictureError, DatasetError, ModelError: a scene cannot be opened.
        """
        chosen, notes = usable(self.codecs or codecs, viewers=self.has_viewers)
        plan = Plan(tuple(codec.name for codec in chosen), measures, self.model)
        return code_scenes(self.files, plan, workers=self.workers, tick=self.tick), notes

    def facts(self) -> dict[str, Any]:
        """The first fields of a record: what ran, on which data."""
        return {
            **head(PACKAGES),
            "set": self.name,
            "count": len(self.files),
            "sha256": files_hash(list(dict.fromkeys(each.picture for each in self.files))),
            "pictures": [each.key for each in self.files],
            "map": self.model,
        }

    def picture_notes(self) -> list[str]:
        """What the pictures are that a reader of the numbers has to know.

        JPEGs before: their grid flatters a trellis by decibels. Lossy WebP: smoothed by a coder
        already. Sizes of one picture: intervals over them are not over pictures.
        """
        notes = []
        whole = [each.picture for each in self.files if each.size is None]
        jpegs = sum(path.suffix.lower() in (".jpg", ".jpeg") for path in whole)
        if jpegs:
            notes.append(
                f"{jpegs} of {len(whole)} pictures were JPEGs before: on its own grid a trellis "
                "finds the old tables, which flatters it; better measure pictures without that "
                "history"
            )
        webps = sum(path.suffix.lower() == ".webp" and _is_lossy_webp(path) for path in whole)
        if webps:
            notes.append(
                f"{webps} of {len(whole)} pictures were lossy WebP before: what a coder has "
                "smoothed already is easier to code again"
            )
        if len(self.files) > 1 and len({each.picture for each in self.files}) == 1:
            notes.append("sizes of one picture: intervals are over sizes, not over pictures")
        return notes


def _is_lossy_webp(path: Path) -> bool:
    """Whether a WebP file holds a lossy frame: the chunk "VP8 ", after VP8X and its like or not."""
    with path.open("rb") as file:
        file.seek(12)  # RIFF, size, WEBP
        while len(head := file.read(8)) == 8:
            if head[:4] in (b"VP8 ", b"VP8L"):
                return head[:4] == b"VP8 "
            size = int.from_bytes(head[4:], "little")
            file.seek(size + size % 2, 1)
    return False
