"""Previews: a reduced copy encoded at once, and how many bytes the whole file will take.

The copy has the size at which the page shows it, or less on slow machines. What the whole file
takes is foretold from it: Foveate's bytes of the copy, times what plain JPEG takes of the whole
picture and of the copy at the same quality. Each finished file then corrects what follows.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import numpy as np
from PIL import Image

from foveate._compress import compress
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.pictures.metadata.carried import Carried
from foveate.settings import DEFAULT_QUALITY, Settings
from foveate.web.asked import Asked
from foveate.web.held import HeldPicture
from foveate.web.plain_bytes import PlainBytes, bits_at
from foveate.web.subject import Subject

SIDES = (400, 520, 680, 880, 1150, 1500)
"""The longest sides of previews, in pixels."""
_SLOW, _QUICK = 0.38, 0.16
"""Seconds a preview beyond which the next one is smaller, or below which it may be larger."""
_OF_JPEG = ("jpeg", "jxl")
"""Formats whose files are JPEGs as asked, at least within."""
_LOOKED_AT, _SHARES = 0.92, {"avif": 0.82, "auto": 0.82, "webp": 0.98, "jxl": 0.92}
"""Bytes of files beside those of previews: of JPEGs that were looked at, and of other formats.

They are means of three to six photographs, and stand until a first file tells the picture's own.
"""


@dataclass(frozen=True)
class Preview:
    """A JPEG of a reduced copy.

    bytes: what the whole file will take, about; as asked for where a size is the target.
    """

    data: bytes
    bytes: int


class Previews:
    """Makes previews at the pace that the machine holds."""

    def __init__(self) -> None:
        self._place = 2

    def preview(self, held: HeldPicture, subject: Subject, asked: Asked, side: int) -> Preview:
        """The preview of what was asked, at most `side` pixels wide and high.

        Raises:
            TargetError: a copy cannot be so small; the whole file may yet be.
        """
        started = time.perf_counter()
        most = max(each for each in SIDES if each <= max(side, SIDES[0]))
        copy = _reduced(subject, min(most, SIDES[self._place]))
        plain = held.plain_bytes(subject.picture)
        scale = subject.picture.pixels.size / copy.pixels.size
        settings, quality = _settings(subject, copy, asked.settings, plain)
        ratio = plain.bits_at(quality) / bits_at(copy.pixels, quality)
        saliency = dataclasses.replace(subject.map, height=copy.height, width=copy.width)
        try:
            made = compress(copy, settings=settings, map=saliency)
        except TargetError as error:
            raise TargetError(
                f"{held.name}: the preview cannot be so small; the exact file tells whether the"
                " picture can"
            ) from error
        self._keep_pace(time.perf_counter() - started)
        if asked.settings.size_bytes is not None:
            return Preview(made.data, asked.settings.size_bytes)
        bare = made.report.bytes * scale * ratio * _scale(held, asked.settings)
        return Preview(made.data, round(bare) + _metadata_bytes(subject.picture, asked.settings))

    def _keep_pace(self, seconds: float) -> None:
        if seconds > _SLOW:
            self._place = max(self._place - 1, 0)
        elif seconds < _QUICK:
            self._place = min(self._place + 1, len(SIDES) - 1)


def learn(held: HeldPicture, settings: Settings, foretold: int, taken: int) -> None:
    """Notes how many bytes a file took beside what was foretold."""
    wrong = min(max(taken / max(foretold, 1), 0.3), 3.0)
    held.scale[_kind(settings)] = _scale(held, settings) * wrong


def _kind(settings: Settings) -> str:
    return f"{settings.format} {settings.tune} {settings.effort}"


def _scale(held: HeldPicture, settings: Settings) -> float:
    return held.scale.get(_kind(settings), _share(settings))


def _share(settings: Settings) -> float:
    share = _SHARES.get(settings.format, 1.0)
    looks = settings.tune == "vision" and settings.effort != "fast"
    return share * _LOOKED_AT if looks and settings.format in _OF_JPEG else share


def _settings(
    subject: Subject, copy: Picture, asked: Settings, plain: PlainBytes
) -> tuple[Settings, int]:
    """The settings of the copy, and the quality at which plain JPEG is compared."""
    width, height = copy.width / subject.picture.width, copy.height / subject.picture.height
    boxes = tuple(
        (
            min(int(x * width), copy.width - 1),
            min(int(y * height), copy.height - 1),
            max(1, int(across * width)),
            max(1, int(down * height)),
        )
        for x, y, across, down in subject.protect
    )
    tune = asked.tune if asked.format in _OF_JPEG else "vision"
    chosen = Settings(
        protect=boxes,
        tune=tune,
        effort="fast" if tune == "vision" else "default",
        subsampling=asked.subsampling,
        metadata="none" if asked.metadata == "none" else "all",
    )
    if asked.size_bytes is None:
        quality = DEFAULT_QUALITY if asked.quality is None else asked.quality
        return chosen.but(quality=quality), quality
    pixels = subject.picture.width * subject.picture.height
    bits = 8 * max(asked.size_bytes - _metadata_bytes(subject.picture, asked), 1) / pixels
    bits /= _share(asked)
    quality = plain.quality_at(bits)
    bits *= bits_at(copy.pixels, quality) / plain.bits_at(quality)
    return chosen.but(size_bytes=max(1, round(bits * copy.width * copy.height / 8))), quality


def _reduced(subject: Subject, side: int) -> Picture:
    """A copy of at most `side` pixels a side, without metadata but for its colours."""
    picture = subject.picture
    longest = max(picture.width, picture.height)
    pixels = picture.pixels
    if side in subject.reduced:
        return subject.reduced[side]
    if longest > side:
        width, height = (max(1, round(s * side / longest)) for s in (picture.width, picture.height))
        image = Image.fromarray(pixels)
        pixels = np.array(image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0))
    copy = Picture(pixels=pixels, name=picture.name, icc=picture.icc, carried=Carried())
    subject.reduced.clear()
    subject.reduced[side] = copy
    return copy


def _metadata_bytes(picture: Picture, settings: Settings) -> int:
    """About how many bytes the metadata take that are kept."""
    if settings.metadata == "none":
        return 0
    kept = len(picture.icc or b"")
    if settings.metadata == "all":
        appended = picture.carried.appended
        kept += len(picture.exif or b"") + len(picture.xmp or b"") + len(appended.video)
        kept += sum(map(len, appended.gain_maps))
    return kept
