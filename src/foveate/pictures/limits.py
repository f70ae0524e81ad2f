"""Limits: what a picture may cost before it is refused."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from foveate.deadline import OutOfTimeError, UnwantedError, deadline
from foveate.errors import OptionError, PictureError
from foveate.pictures.file_bytes import MAX_FILE_BYTES
from foveate.pictures.over_limits import over_time
from foveate.pictures.picture import MAX_PIXELS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

AnyLimits = TypeVar("AnyLimits", bound="DataclassInstance")

MAX_SCANS = 500
"""Encoders write about ten scans; those that store each coefficient alone write 192."""
MAX_COUNTED = 1000
_LARGEST = 1 << 40


def _is_number(value: object) -> bool:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return fits and math.isfinite(value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Limits:
    """What one picture may cost. A picture over a limit is refused with a PictureError.

    Attributes:
        pixels: the most pixels, width times height.
        bytes: the largest file.
        scans: the most scans of a JPEG; each one makes a decoder go through the whole picture.
        counted: how many frames or pages of a file are counted at most. The first one is used in
            any case, and a note tells how many there are.
        seconds: how long a picture may take, from its first byte to the result; None for as long
            as it takes. It can be passed by one call of a decoder or a network, which nothing here
            can stop.
    """

    pixels: int = MAX_PIXELS
    bytes: int = MAX_FILE_BYTES
    scans: int = MAX_SCANS
    counted: int = MAX_COUNTED
    seconds: float | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "seconds":
                fits = value is None or (_is_number(value) and 0 < value <= _LARGEST)
                wanted = "a number above 0, or None"
            else:
                fits = _is_number(value) and value == int(value) and 1 <= value <= _LARGEST
                wanted = "a whole number of 1 or more"
            if not fits:
                raise OptionError(f"`Limits.{field.name}` is {value!r}; give {wanted}")

    @classmethod
    def untrusted(cls) -> Limits:
        """Limits for files of strangers: 50 megapixels, 256 MiB, 100 scans, 1 page, 20 seconds."""
        return cls(pixels=50_000_000, bytes=256 << 20, scans=100, counted=1, seconds=20)

    def but(self, **limits: float | None) -> Self:
        """The same with other values of the limits named. Raises OptionError."""
        return with_limits(self, limits)


def with_limits(known: AnyLimits, limits: Mapping[str, float | None]) -> AnyLimits:
    """A value of limits with other values of those named. Raises OptionError for other names."""
    names = [field.name for field in dataclasses.fields(known)]
    for name in limits:
        if name not in names:
            raise OptionError(f"there is no limit {name!r}; there are {', '.join(names)}")
    return dataclasses.replace(known, **limits)


DEFAULT_LIMITS = Limits()


@contextlib.contextmanager
def within_time(limits: Limits, name: str) -> Iterator[None]:
    """Ends the block with a PictureError that names the picture, once its seconds are over."""
    try:
        with deadline(limits.seconds):
            yield
    except UnwantedError:
        raise
    except OutOfTimeError as error:
        if limits.seconds is None:  # the deadline is of a block around this one
            raise
        raise PictureError(f"{name}: {over_time(limits.seconds)}") from error
