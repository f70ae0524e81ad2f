"""A standard JPEG of a given size: Annex K's tables scaled in real numbers, coded by Pillow."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from foveate.annex_k import Table
from foveate.coders.jpeg.metadata import spliced
from foveate.coders.jpeg.tables import COARSEST_PERCENT, ZIGZAG, percent_quality, tables_at_percent
from foveate.coders.plain.asked_bytes import too_few_bytes
from foveate.coders.plain.pillow_jpeg import pillow_jpeg

_BISECTIONS = 14
_ENOUGH = 0.995
"""The share of the target, without metadata, that ends the search: the rest is hardly seen."""


@dataclass(frozen=True)
class SizedJpeg:
    """A finished file, and the real-valued quality whose tables are its own, within a step."""

    data: bytes
    quality: float
    at_ceiling: bool
    """The tables are all ones, so no more bytes could be spent."""


class _Files:
    """Files of one image with any tables."""

    def __init__(
        self, image: Image.Image, subsampling: str | None, progressive: bool, app_segments: bytes
    ) -> None:
        self._image = image
        self._subsampling = subsampling
        self._progressive = progressive
        self._segments = app_segments

    @property
    def metadata_bytes(self) -> int:
        """How many bytes of each file are metadata."""
        return len(self._segments)

    def with_tables(self, tables: tuple[Table, Table]) -> bytes:
        data = pillow_jpeg(
            self._image,
            tables=tables,
            subsampling=self._subsampling,
            progressive=self._progressive,
        )
        return spliced(data, self._segments)

    def at(self, percent: float) -> bytes:
        return self.with_tables(tables_at_percent(percent))


def _between(coarse: float, fine: float, entries: int) -> tuple[Table, Table]:
    """Tables at percentage `coarse` whose first `entries`, in zigzag order, are those at `fine`."""
    mixed = []
    for base, finer in zip(tables_at_percent(coarse), tables_at_percent(fine), strict=True):
        table = base.reshape(64).copy()
        first = ZIGZAG[:entries]
        table[first] = finer.reshape(64)[first]
        mixed.append(table.reshape(8, 8))
    return mixed[0], mixed[1]


def jpeg_of_size(
    image: Image.Image,
    target_bytes: int,
    *,
    subsampling: str | None = None,
    progressive: bool = False,
    app_segments: bytes = b"",
) -> SizedJpeg:
    """A file of at most `target_bytes`, metadata included, and hardly less.

    Within 1 % unless quality is at its ceiling, or the picture is so small that one step of one
    table moves its size by more.

    Args:
        image: mode RGB or L.
        target_bytes: the most that the file may take.
        subsampling: "444", "420", or None for Pillow's default, 4:2:0.
        progressive: by libjpeg's script, with Huffman tables of the picture's own.
        app_segments: whole APP segments, put after JFIF's.

    Raises:
        TargetError: even the coarsest tables take more; names what they take.
    """
    files = _Files(image, subsampling, progressive, app_segments)
    least = target_bytes - (1 - _ENOUGH) * max(target_bytes - files.metadata_bytes, 0)
    percent, data = _largest_within(files, math.ceil(least), target_bytes)
    return SizedJpeg(data, percent_quality(percent), percent == 0.0)


def _largest_within(files: _Files, least: int, most: int) -> tuple[float, bytes]:
    """Percentage and file of at most `most` bytes, the first found with `least` or the largest."""
    coarse, fine = COARSEST_PERCENT, 0.0
    finest = files.at(fine)
    if len(finest) <= most:
        return fine, finest
    best = files.at(coarse)
    if len(best) > most:
        raise too_few_bytes(most, len(best), files.metadata_bytes)
    for _ in range(_BISECTIONS):
        # Sizes go about as 1 / steps: halve in the logarithm, but let steps of one be reached.
        middle = math.sqrt((coarse + 1) * (fine + 1)) - 1
        data = files.at(middle)
        if len(data) > most:
            fine = middle
            continue
        coarse = middle
        if len(data) >= len(best):
            best = data
        if len(data) >= least:
            return middle, data
    # Steps are whole numbers, and many move at the same percentage: move them one by one.
    few, many = 0, 64
    while many - few > 1:
        entries = (few + many) // 2
        data = files.with_tables(_between(coarse, fine, entries))
        if len(data) > most:
            many = entries
            continue
        few = entries
        if len(data) >= len(best):
            best = data
        if len(data) >= least:
            break
    return coarse, best
