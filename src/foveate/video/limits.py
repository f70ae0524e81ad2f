"""VideoLimits: what a video may cost before it is refused."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Self

from foveate.errors import OptionError, VideoError
from foveate.pictures.limits import with_limits

_LARGEST = 1 << 44


@dataclass(frozen=True)
class VideoLimits:
    """What one video may cost. A video over a limit is refused with a VideoError.

    Attributes:
        pixels: the most pixels of a frame, width times height.
        bytes: the largest file.
        frames: the most frames.
        duration: the longest video, in seconds of its own time.
        seconds: how long the work may take; None for as long as it takes. The time is looked at
            between frames.
    """

    pixels: int = 64_000_000
    bytes: int = 1 << 40
    frames: int = 10_000_000
    duration: float = 172_800.0
    seconds: float | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.name == "seconds":
                continue
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            if not fits or not math.isfinite(value) or not 0 < value <= _LARGEST:
                raise OptionError(f"`VideoLimits.{field.name}` is {value!r}; give a number above 0")

    @classmethod
    def untrusted(cls) -> VideoLimits:
        """Limits for files of strangers: 9 megapixels a frame, 1 GiB, 10 minutes, half an hour."""
        return cls(pixels=9_000_000, bytes=1 << 30, frames=36_000, duration=600, seconds=1800)

    def but(self, **limits: float | None) -> Self:
        """The same with other values of the limits named. Raises OptionError."""
        return with_limits(self, limits)

    def check(self, name: str, limit: str, value: float, words: str) -> None:
        """Raises VideoError where `value` is over the limit called `limit`; `words` tells it."""
        most = getattr(self, limit)
        if value > most:
            raise VideoError(
                f"{name}: {words}, over the limit of {most:g}; cut or scale it first, or raise"
                f" `VideoLimits.{limit}`"
            )


DEFAULT_VIDEO_LIMITS = VideoLimits()
