"""libaom behind Pillow: pixels, a level and the numbers of blocks to an AVIF file."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from foveate.coders.avif.levels import quality_of
from foveate.coders.avif.steering import SUPERBLOCK, Steering
from foveate.errors import MissingExtraError, OutputError

_LEAST_THREADS = 2
"""With two threads or more libaom codes rows side by side, and writes other bytes than with one."""
_PILLOW_SUBSAMPLING = {"444": "4:4:4", "420": "4:2:0", "grey": "4:0:0"}
_FASTEST = 10


@dataclass(frozen=True)
class AvifOptions:
    """What stays the same while a level is searched. speed: libaom's, 0 to 10."""

    speed: int
    subsampling: str = "420"
    threads: int = 1
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None

    @property
    def metadata_bytes(self) -> int:
        """How many bytes of the files are metadata."""
        return sum(len(part) for part in (self.icc, self.exif, self.xmp) if part)


def encode(
    image: Image.Image, level: int, options: AvifOptions, numbers: Steering | None = None
) -> bytes:
    """An AVIF of an RGB, L, RGBA or LA image at a level. More threads never change its bytes.

    Alpha is coded at the same level as colours: on the background that differs most from them an
    error of alpha then shows as much as one of theirs. What steers colours leaves alpha alone.

    numbers: what steers libaom; None lets it spread bits by its own rule, which gives more of them
    to smooth superblocks.

    Raises:
        OutputError: there is no folder for the file that steers libaom.
    """
    advanced = {"color:tune": "iq", "sb-size": str(SUPERBLOCK)}
    metadata = {"icc_profile": options.icc, "exif": options.exif, "xmp": options.xmp}
    is_grey = image.mode in ("L", "LA")
    given: dict[str, Any] = {name: value for name, value in metadata.items() if value}
    given["subsampling"] = _PILLOW_SUBSAMPLING["grey" if is_grey else options.subsampling]
    file = io.BytesIO()
    with contextlib.ExitStack() as stack:
        if numbers is not None:
            advanced |= {
                "color:deltaq-mode": "3",
                "color:enable-rate-guide-deltaq": "1",
                "color:rate-distribution-info": stack.enter_context(_file_of(numbers)),
            }
        image.save(
            file,
            "AVIF",
            codec="aom",
            quality=quality_of(level),
            speed=options.speed,
            max_threads=max(options.threads, _LEAST_THREADS),
            autotiling=False,
            advanced=advanced,
            **given,
        )
    return file.getvalue()


def check_encoder() -> None:
    """Raises MissingExtraError where Pillow has no libaom, or one without the tune that is used."""
    if not _usable():
        raise MissingExtraError("writing AVIF", "pillow>=11.3")


@functools.cache
def _usable() -> bool:
    try:
        encode(Image.new("RGB", (8, 8)), 32, AvifOptions(_FASTEST))
    except (KeyError, ValueError, OSError):  # no AVIF at all, no libaom, no such option
        return False
    return True


@functools.cache
def takes_numbers(speed: int) -> bool:
    """Whether this libaom heeds what it is given, found out by two files of a small picture.

    One that does not heed it says nothing; none does at speeds above 7.
    """
    rows = np.random.default_rng(0).integers(0, 256, (SUPERBLOCK, 2 * SUPERBLOCK), np.uint8)
    image = Image.fromarray(rows)
    flat = np.full((SUPERBLOCK // 16, 2 * SUPERBLOCK // 16), 100_000, np.int64)
    halves = np.arange(flat.shape[1]) < flat.shape[1] // 2
    try:
        left, right = (
            encode(image, 32, AvifOptions(speed), np.where(half, 2 * flat, flat))
            for half in (halves, ~halves)
        )
    except (ValueError, OSError, OutputError):  # an option that it does not know, or no folder
        return False
    return left != right


@contextlib.contextmanager
def _file_of(numbers: Steering) -> Iterator[str]:
    """A file of the numbers, which is gone afterwards."""
    try:
        handle, path = tempfile.mkstemp(prefix="foveate-", suffix=".txt", dir=_plain_folder())
    except OSError as error:
        raise OutputError(
            "AVIF needs a folder for a small file: none can be written; set TMPDIR to one"
        ) from error
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            np.savetxt(file, numbers, fmt="%d")
        yield path
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _plain_folder() -> str:
    """A folder whose path libaom opens on every system: in ASCII."""
    for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if folder.isascii() and os.access(folder, os.W_OK):
            return folder
    raise FileNotFoundError("no temporary folder has a plain name")
