"""A JPEG file with the same coefficients and metadata in fewer bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from foveate import native
from foveate.coders.jpeg.headers import is_baseline
from foveate.coders.jpeg.stored.levels import StoredError, StoredPicture, stored_picture
from foveate.coders.jpeg.stored.scripts import (
    Coding,
    StoredScan,
    progressive_coding,
    sequential_coding,
)

_SOF_BASELINE, _SOF_EXTENDED, _SOF_PROGRESSIVE = 0xC0, 0xC1, 0xC2
_SOS, _EOI, _DRI, _DQT, _APP2 = 0xDA, 0xD9, 0xDD, 0xDB, 0xE2
_LONELY = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers without a length: TEM and restart markers."""
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)


def rewritten(jpeg: bytes, *, progressive: bool = True, threads: int = 1) -> bytes:
    """The smallest file found with the same coefficients, steps, metadata and trailing bytes.

    Where `progressive` is true it is baseline or progressive, whichever is smaller, and has restart
    markers only where it is baseline and the file had them. Otherwise it is baseline, with the
    file's restart markers. It is the file itself where that is of a kind that was asked for and
    nothing found is smaller.

    Raises:
        StoredError: the file's coefficients cannot be had, or not as baseline.
    """
    picture = stored_picture(jpeg)
    if not picture.complete:
        raise StoredError("it is not stored to its last bit")
    if not progressive and any(int(c.steps.max()) > 255 for c in picture.components):
        raise StoredError("its quantisation steps are larger than a baseline file holds")
    kept = kept_segments(jpeg, picture.end)
    trailer = jpeg[picture.end :]
    codings = [sequential_coding(picture, threads=threads)]
    if progressive:
        codings.append(progressive_coding(picture, threads=threads))
        codings += [Coding(scans, codings[1].classes, True, 0) for scans in _usual(picture)]
    files: list[bytes] = []
    refused: StoredError | None = None
    for coding in codings:
        try:
            files.append(_file(picture, coding, kept, threads) + trailer)
        except StoredError as error:
            refused = error
    if progressive or is_baseline(jpeg):
        files.append(jpeg)
    if not files:
        assert refused is not None
        raise refused
    # Of equals the file that came in, so that what was written here stays as it is.
    return min(reversed(files), key=len)


def _usual(picture: StoredPicture) -> list[tuple[StoredScan, ...]]:
    """The script that libjpeg writes, for YCbCr: byte stuffing may decide against a choice."""
    if len(picture.components) != 3 or sum(h * v for h, v in _samplings(picture)) > 10:
        return []
    return [
        (
            StoredScan((0, 1, 2), 0, 0, 0, 1),
            StoredScan((0,), 1, 5, 0, 2),
            StoredScan((2,), 1, 63, 0, 1),
            StoredScan((1,), 1, 63, 0, 1),
            StoredScan((0,), 6, 63, 0, 2),
            StoredScan((0,), 1, 63, 2, 1),
            StoredScan((0, 1, 2), 0, 0, 1, 0),
            StoredScan((2,), 1, 63, 1, 0),
            StoredScan((1,), 1, 63, 1, 0),
            StoredScan((0,), 1, 63, 1, 0),
        )
    ]


def _samplings(picture: StoredPicture) -> list[tuple[int, int]]:
    return [c.sampling for c in picture.components]


def kept_segments(jpeg: bytes, end: int) -> bytes:
    """APPn, COM and unknown segments, as they are, wherever they stand before EOI."""
    kept = [segment for marker, segment in _segments(jpeg, end) if not _is_coding(marker)]
    return b"".join(kept)


def has_further_pictures(jpeg: bytes) -> bool:
    """Whether a file says by their distance where further pictures lie (CIPA DC-007, MPF)."""
    return b"MPF\0" in jpeg and any(
        marker == _APP2 and segment[4:8] == b"MPF\0"
        for marker, segment in _segments(jpeg, len(jpeg))
    )


def _is_coding(marker: int) -> bool:
    """Whether a segment says how the picture is coded, so that it is written anew."""
    return 0xC0 <= marker <= 0xCF or marker in (_SOS, _DRI, _DQT)


def _segments(jpeg: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    """The segments of a file that has been read, without coded data; fill bytes are skipped."""
    at = 2
    while (found := _AFTER_SCAN.search(jpeg, at, end)) is not None:
        at = found.end()
        marker = jpeg[at - 1]
        if marker == _EOI:
            return
        if marker in _LONELY:
            continue
        length = int.from_bytes(jpeg[at : at + 2], "big")
        yield marker, b"\xff" + jpeg[at - 1 : at + length]
        at += length


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def _file(picture: StoredPicture, coding: Coding, kept: bytes, threads: int) -> bytes:
    components = picture.components
    tables: list[bytes] = []
    selectors, wide = [], False
    for component in components:
        wide = wide or int(component.steps.max()) > 255
        values = component.steps.tobytes()
        if values not in tables:
            tables.append(values)
        selectors.append(tables.index(values))
    if wide and not coding.progressive:
        # Steps of 16 bits go with extended sequential files (T.81 B.2.4.1).
        frame = _SOF_EXTENDED
    else:
        frame = _SOF_PROGRESSIVE if coding.progressive else _SOF_BASELINE
    try:
        scans = native.stored_scans(
            [c.levels for c in components],
            [c.used for c in components],
            [c.sampling for c in components],
            [c.id for c in components],
            coding.classes,
            coding.scans,
            coding.progressive,
            coding.restart_interval,
            threads,
        )
    except ValueError as error:
        raise StoredError(str(error)) from error
    header = bytes((8, *picture.height.to_bytes(2, "big"), *picture.width.to_bytes(2, "big")))
    header += bytes((len(components),))
    for component, selector in zip(components, selectors, strict=True):
        across, down = component.sampling
        header += bytes((component.id, across << 4 | down, selector))
    parts = [b"\xff\xd8", kept, _segment(_DQT, b"".join(map(_table, range(4), tables)))]
    parts.append(_segment(frame, header))
    if coding.restart_interval:
        parts.append(_segment(_DRI, coding.restart_interval.to_bytes(2, "big")))
    return b"".join([*parts, scans, b"\xff\xd9"])


def _table(place: int, values: bytes) -> bytes:
    """A quantisation table as DQT holds it."""
    steps = np.frombuffer(values, np.uint16)
    if int(steps.max()) > 255:
        return bytes((0x10 | place,)) + steps.astype(">u2").tobytes()
    return bytes((place,)) + steps.astype(np.uint8).tobytes()
