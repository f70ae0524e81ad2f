"""What `compress` gives back: the file, the map that steered it, and what became of the picture."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from foveate.pictures import write_atomically
from foveate.saliency import SaliencyMap


@dataclass(frozen=True)
class MosaicQualities:
    """How a mosaic came out; salient blocks are those at or above the mean level."""

    salient: float
    """Mean quality that salient blocks were first coded at."""
    other: float | None
    """The same of all other blocks; None where every block is salient."""
    final: float
    """Of the one final coding, by its tables."""


@dataclass(frozen=True)
class Report:
    """What became of a picture. dB are of luma (BT.601); None where a number does not apply."""

    source: str
    width: int
    height: int
    source_bytes: int | None
    """Bytes of the file that came in; None for arrays."""
    bytes: int
    bpp: float
    method: str
    tune: str | None
    """What the method rdo was tuned for."""
    target: str
    """What was asked for, in words."""
    target_bytes: int | None
    at_ceiling: bool
    """Fewer bytes than asked for, since the picture holds no more."""
    subsampling: str
    """Of the file given back: "444", "420" or "grey"; a copied source may be "422", or another."""
    progressive: bool
    """Whether the file given back is."""
    map: str
    confidence: float
    """How sure the map is, in [0, 1]; 0 moves no bytes."""
    psnr: float | None
    psnr_salient: float | None
    """Over the blocks in the map's top fifth."""
    plain_quality: int | None
    """Quality at which Pillow's default JPEG takes as many bytes."""
    plain_psnr: float | None
    plain_psnr_salient: float | None
    """Of that plain JPEG."""
    mosaic: MosaicQualities | None
    copied_source: bool
    """The result would have been larger than the JPEG that came in, so `data` is that JPEG."""
    notes: tuple[str, ...]
    """What was done to the picture that a user should know; none where the source was copied."""
    seconds: float

    @property
    def salient_gain_db(self) -> float | None:
        """How much sharper the salient fifth is than in plain JPEG of the same bytes."""
        if self.psnr_salient is None or self.plain_psnr_salient is None:
            return None
        return self.psnr_salient - self.plain_psnr_salient

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; dB to three decimals."""
        values = dataclasses.asdict(self)
        values["notes"] = list(self.notes)
        values["salient_gain_db"] = self.salient_gain_db
        return {k: _rounded(v) for k, v in values.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, 3) if isinstance(value, float) else value


@dataclass(frozen=True)
class Compressed:
    """A finished JPEG file, its report and the map that steered it."""

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
