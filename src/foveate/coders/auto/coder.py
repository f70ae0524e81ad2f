"""The formats that a client takes, all tried, and the best of them given back."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from foveate.coders.auto.accept import BROWSERS, formats_taken
from foveate.coders.base import Encoded, Weights
from foveate.coders.plain.asked_bytes import most_bytes_asked
from foveate.coders.plain.limits import Limits
from foveate.coders.plain.pillow_jpeg import plain_quality_of
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.coders.registry import get_coder
from foveate.errors import MissingExtraError, TargetError
from foveate.pictures import MAX_SIDE, Picture
from foveate.settings import FLOOR_BELOW_QUALITY, QUALITIES, Format, Settings, shown_format

_AS_GOOD = math.log(1.02)
"""What may be seen more than the limit: a JPEG's is measured by its encoder before rounding."""
_OPAQUE = "its transparency would be lost"
_HALVED = "it has no colours of full resolution"


@dataclass(frozen=True)
class _Tried:
    """A format with its file, or why there is none.

    excess: the log of what is seen of it over what the target allows.
    """

    format: Format
    made: Encoded | None = None
    excess: float = math.inf
    left_out: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        if self.made is None:
            return {"format": self.format, "left_out": self.left_out}
        seen = round(math.exp(self.excess), 3)
        return {"format": self.format, "bytes": len(self.made.data), "seen": seen}


class AutoCoder:
    """Chooses the smallest of the formats at a quality, or the best of them at a size."""

    suffix = ".auto"
    longest_side = MAX_SIDE
    keeps_alpha = True

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`.

        Raises:
            OptionError: the client takes none of the formats, or none holds the picture.
        """
        names = formats_taken(BROWSERS if settings.accept is None else settings.accept)
        limits = _limits(picture, weights, settings)
        tried = [
            _tried(name, picture, weights, settings, limits, alone=len(names) == 1)
            for name in names
        ]
        if all(each.made is None for each in tried):  # what cannot keep alpha is better than none
            tried = [_tried(n, picture, weights, settings, limits, alone=True) for n in names]
        found = [each for each in tried if each.made is not None]
        if not found:
            reasons = "; ".join(f"{shown_format(t.format)}: {t.left_out}" for t in tried)
            raise TargetError(f"no format can be written as asked: {reasons}")
        best = _best(found, by_bytes=settings.quality is not None)
        assert best.made is not None
        return dataclasses.replace(
            best.made,
            format=best.format,
            notes=(*best.made.notes, *_why(best, found, settings)),
            facts={**best.made.facts, "tried": [each.to_dict() for each in tried]},
        )


CODER = AutoCoder()


def _limits(picture: Picture, weights: Weights, settings: Settings) -> Limits:
    """What is seen of plain JPEG at the quality asked, or of as many bytes as were asked."""
    subsampling = chosen_subsampling(picture, settings)
    if settings.quality is None:
        size = most_bytes_asked(picture, settings)
        quality = plain_quality_of(picture.pixels, size, subsampling)
        floor = max(quality - FLOOR_BELOW_QUALITY, QUALITIES[0])
        settings = settings.but(quality=quality, floor=floor)
    return Limits.asked(picture, weights, settings, subsampling=subsampling)


def _tried(
    name: Format,
    picture: Picture,
    weights: Weights,
    settings: Settings,
    limits: Limits,
    *,
    alone: bool,
) -> _Tried:
    """A format's file. alone: whether it is taken although it keeps no transparency."""
    asked = settings.but(format=name, accept=None)
    coder = get_coder(asked.coder)
    if not coder.keeps_alpha and picture.transparency is not None:
        if not alone:
            return _Tried(name, left_out=_OPAQUE)
        picture = dataclasses.replace(picture, transparency=None)
    if max(picture.height, picture.width) > coder.longest_side:
        return _Tried(name, left_out=f"it holds {coder.longest_side} pixels a side")
    if name == "webp" and settings.subsampling == "444":
        return _Tried(name, left_out=_HALVED)
    try:
        made = coder.encode(picture, weights, asked)
    except (MissingExtraError, TargetError) as error:
        return _Tried(name, left_out=str(error))
    return _Tried(name, made, limits.excess(made.data))


def _best(found: list[_Tried], *, by_bytes: bool) -> _Tried:
    """The smallest of those that are as good as asked; the best where none is, or bytes are set."""
    good = [each for each in found if each.excess <= _AS_GOOD]
    if by_bytes and good:
        return min(good, key=lambda each: len(each.made.data) if each.made else 0)
    return min(found, key=lambda each: each.excess)


def _why(best: _Tried, found: list[_Tried], settings: Settings) -> tuple[str, ...]:
    """A note on what was chosen of several."""
    if len(found) < 2:
        return ()
    if settings.quality is not None:
        sizes = [f"{shown_format(t.format)} {len(t.made.data):,}" for t in found if t.made]
        return (f"{shown_format(best.format)} was chosen: {', '.join(sizes)} bytes",)
    seen = [f"{shown_format(t.format)} {100 * math.exp(t.excess):.0f} %" for t in found]
    said = "of the error that is seen in plain JPEG of as many bytes"
    return (f"{shown_format(best.format)} was chosen: {', '.join(seen)} {said}",)
