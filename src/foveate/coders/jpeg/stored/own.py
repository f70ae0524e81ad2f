"""Files that were written here are known by how they are coded, so that they need no mark."""

from __future__ import annotations

import numpy as np

from foveate import native
from foveate.coders.jpeg.scripts import baseline_script, progressive_script
from foveate.coders.jpeg.stored.levels import StoredError, StoredPicture, stored_picture

_BEFORE_SEGMENTS = 2 + 18
"""SOI and JFIF's APP0, after which a file's own metadata stand."""


def has_our_sampling(picture: StoredPicture) -> bool:
    """Whether the picture is grey, or of three components at 4:4:4 or 4:2:0."""
    sampling = [component.sampling for component in picture.components]
    return len(sampling) == 1 or sampling in ([(1, 1)] * 3, [(2, 2), (1, 1), (1, 1)])


def tables_as_written(picture: StoredPicture) -> list[list[int]] | None:
    """The steps of luma, and of both chroma components; None where these differ or exceed 255."""
    steps = [component.steps for component in picture.components]
    if not np.array_equal(steps[-1], steps[min(1, len(steps) - 1)]):
        return None
    if max(int(own.max()) for own in steps) > 255:
        return None
    return [own.tolist() for own in steps[:2]]


def written_here(jpeg: bytes) -> bool:
    """Whether this encoder writes these coefficients in just these bytes, but for metadata."""
    try:
        picture = stored_picture(jpeg)
    except StoredError:
        return False
    tables = tables_as_written(picture)
    if not has_our_sampling(picture) or tables is None:
        return False
    count = len(picture.components)
    chroma_420 = count > 1 and picture.components[0].sampling == (2, 2)
    script = (
        progressive_script(count)
        if picture.progressive
        else baseline_script(count, chroma_420=chroma_420)
    )
    try:
        again = native.write_jpeg(
            [component.levels for component in picture.components],
            picture.height,
            picture.width,
            chroma_420,
            tables,
            script.scans,
            script.progressive,
            b"",
        )
    except ValueError:  # levels that are never written here
        return False
    return jpeg[: picture.end].endswith(again[_BEFORE_SEGMENTS:])
