"""A set of scenes and how it is gone through: what all experiments with coders share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.experiments.codecs import usable
from foveate.experiments.coding import CodedScene, Measure, Plan, code_scenes
from foveate.experiments.measuring import Tick, ignore
from foveate.experiments.records import files_hash, head
from foveate.experiments.scenes import SceneFiles

PACKAGES = (
    *("foveate", "numpy", "pillow", "onnxruntime"),
    *("pyvips", "pyvips-binary", "pyjpegli", "jpeglib"),
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

    def history_notes(self) -> list[str]:
        """A warning where pictures were JPEGs before: their grid flatters a trellis by decibels."""
        suffixes = [each.picture.suffix.lower() for each in self.files if each.size is None]
        count = sum(suffix in (".jpg", ".jpeg") for suffix in suffixes)
        if not count:
            return []
        return [
            f"{count} of {len(suffixes)} pictures were JPEGs before: on its own grid a trellis "
            "finds the old tables, which flatters it; better measure pictures without that history"
        ]
