"""What `compress` gives back: the file, the map that steered it, and what became of the picture."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from foveate.pictures import write_atomically
from foveate.plain_comparison import PlainComparison
from foveate.saliency import SaliencyMap
from foveate.settings import Format


@dataclass(frozen=True)
class Report:
    """What became of a picture. A value is None where it does not apply."""

    source: str
    width: int
    height: int
    source_bytes: int | None
    """How many bytes the file that came in has; None for arrays."""
    bytes: int
    bpp: float
    """Bits a pixel."""
    format: Format
    method: str
    target: str
    """What was asked for, in words."""
    target_bytes: int | None
    """The most bytes that the file was allowed; None where a quality was the target."""
    at_ceiling: bool
    """The file takes fewer bytes than asked for, since the picture holds no more."""
    map: str
    """The name of the model or file that said where people look."""
    confidence: float
    """How sure the map is, in [0, 1]; at 0 the map moves no bytes."""
    copied_source: bool
    """`data` holds the picture that came in, coefficient by coefficient.

    Its coded data may be rewritten in fewer bytes, which `coder` then tells by `lossless`.
    """
    coder: dict[str, Any]
    """What the coder tells of the file given back.

    Both JPEG coders tell `subsampling` ("444", "420" or "grey"; a copied source may have "422" or
    another) and `progressive`. The method rdo adds `tune`, and with the tune
    vision `effort`. The mosaic adds the mean quality at
    which it first coded salient blocks, `salient_quality`, and all others, `other_quality` (None
    where every block is salient), and the quality of its one final coding, `final_quality`. AVIF
    tells `subsampling`, `effort`, libaom's `speed` and quality (`libaom_quality`, 0 to 100), and
    whether the map steered it (`steered`). JPEG XL tells what the JPEG coder does, and how many
    bytes the JPEG has that it holds, `jpeg_bytes`. A JPEG that a JPEG XL held is told by
    `restored`. WebP tells libwebp's quality, `libwebp_quality`. Where the format was to be
    chosen, `tried` lists each with its `bytes` and what is `seen` of it: the error that models of
    the eye see, as a share of what the target allows; or why it was `left_out`.
    """
    comparison: PlainComparison | None
    """The file beside plain JPEG; None where that was not asked for, or the source was copied."""
    notes: tuple[str, ...]
    """What a user should know of what was done to the picture."""
    seconds: float

    @property
    def is_copy(self) -> bool:
        """Whether the picture that came in is kept, in as many bytes as its file had."""
        if self.coder.get("restored"):  # the file that came in was another one
            return False
        return self.copied_source and self.bytes >= (self.source_bytes or 0)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; fractions are rounded to three decimals."""
        values = dataclasses.asdict(self)
        if self.comparison is not None:
            values["comparison"]["salient_gain_db"] = self.comparison.salient_gain_db
            gain = self.comparison.salient_gain_ssimulacra2
            values["comparison"]["salient_gain_ssimulacra2"] = gain
        values["notes"] = list(self.notes)
        return {name: _rounded(value) for name, value in values.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(value, 3) if isinstance(value, float) else value


@dataclass(frozen=True)
class Compressed:
    """A finished file, its report and the map that steered it."""

    data: bytes
    report: Report
    map: SaliencyMap

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the file whole or not at all.

        Raises:
            OutputError: it exists and `overwrite` is false, or it cannot be written.
        """
        target = Path(path)
        write_atomically(target, self.data, overwrite=overwrite)
        return target
