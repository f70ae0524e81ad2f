"""The one place that joins picture, map, weights, coder and report; every front end calls it."""

from __future__ import annotations

import dataclasses
import inspect
import time
from collections.abc import Callable
from typing import TypeVar, Unpack

from foveate.coders.base import Coder
from foveate.coders.registry import get_coder
from foveate.deadline import check_time
from foveate.errors import OptionError, PictureError, TruncatedError
from foveate.pictures import (
    DEFAULT_LIMITS,
    MAX_SIDE,
    Limits,
    Picture,
    PictureSource,
    read_picture,
    source_name,
)
from foveate.pictures.limits import within_time
from foveate.pictures.metadata.keeping import with_metadata
from foveate.plain_comparison import compared_with_plain
from foveate.report import Compressed, Report
from foveate.saliency import MapSource, SaliencyMap, Weights, map_of
from foveate.settings import DEFAULTS, Choices, Settings, shown_format
from foveate.threads import usable_threads

QUICK_MAP = "foveate-s-quick"
"""What "auto" means with the effort "fast"."""

Function = TypeVar("Function", bound=Callable[..., object])


def _with_choices_spelled_out(function: Function) -> Function:
    """Lets help() and editors show each field of `Settings` as an argument with its default."""
    shown = inspect.signature(function)
    own = [p for p in shown.parameters.values() if p.kind is not p.VAR_KEYWORD]
    choices = [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default)
        for f in dataclasses.fields(Settings)
        if f.name not in shown.parameters
    ]
    setattr(function, "__signature__", shown.replace(parameters=[*own, *choices]))  # noqa: B010
    return function


@_with_choices_spelled_out
def compress(
    image: PictureSource,
    *,
    settings: Settings = DEFAULTS,
    map: MapSource | None = None,
    compare: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    name: str | None = None,
    **choices: Unpack[Choices],
) -> Compressed:
    """Write a smaller file that stays sharp where people look.

    `compress(image, quality=70, tune="eyes")` is short for
    `compress(image, settings=Settings(quality=70, tune="eyes"))`.

    Args:
        image: a path, a file's bytes, a Pillow or pyvips image, or a uint8 array (H, W),
            (H, W, 3) or (H, W, 4).
        settings: everything else that is asked; see `foveate.Settings`.
        map: where people look, also as an array or a `SaliencyMap`; `settings.map` by default.
        compare: whether the report tells how sharp plain JPEG of as many bytes is. To find that
            out takes a tenth to a fifth of the time.
        limits: what the picture may cost; `Limits.untrusted()` is for files of strangers.
        name: what messages and the report call an image that is given as bytes.
        choices: fields of `Settings` that are to differ from `settings`.

    Raises:
        PictureError, MapError, OptionError, TargetError, ModelError: the message is one line that
            says what would work.
    """
    started = time.perf_counter()
    asked = settings.but(**choices)
    if isinstance(map, str):
        asked, map = dataclasses.replace(asked, map=map), None
    asked = asked.checked()
    asked = dataclasses.replace(asked, threads=usable_threads(asked.threads))
    with within_time(limits, name or source_name(image)):
        keeps_alpha = asked.background is None and get_coder(asked.coder).keeps_alpha
        try:
            source = read_picture(
                image,
                limits=limits,
                name=name,
                tolerant=asked.tolerant,
                background=asked.background or "white",
                keep_alpha=keeps_alpha,
            )
        except TruncatedError as error:
            if asked.lossless:
                raise PictureError(
                    f"{error.cut}, and only a whole file can be rewritten without loss; take "
                    "another copy"
                ) from error
            raise
        if not keeps_alpha:  # a Picture comes as it was read
            source = source.on(asked.background or "white")
        return _compressed(
            source, asked, asked.map if map is None else map, compare, limits, started
        )


def _compressed(
    source: Picture, asked: Settings, map: MapSource, compare: bool, limits: Limits, started: float
) -> Compressed:
    """As `compress`, of a picture that was read, by checked settings."""
    coder = get_coder(asked.coder)
    _check_sides(source, coder, asked.format)
    boxes = asked.boxes_within(source.width, source.height, source.name)
    picture = with_metadata(source, asked.metadata)
    saliency = map_of(_sought(map, asked), picture, threads=asked.threads, limits=limits)
    check_time()
    made = coder.encode(picture, Weights(saliency, boxes), asked)
    comparison = None
    if compare and not made.copied_source:
        comparison = compared_with_plain(picture, made, saliency)
    report = Report(
        source=source.name,
        width=source.width,
        height=source.height,
        source_bytes=None if source.encoded is None else len(source.encoded),
        bytes=len(made.data),
        bpp=8 * len(made.data) / (source.width * source.height),
        format=made.format or asked.format,
        method=asked.method,
        target=asked.target,
        target_bytes=made.target_bytes,
        at_ceiling=made.at_ceiling,
        map=saliency.model,
        confidence=saliency.confidence,
        copied_source=made.copied_source,
        coder=dict(made.facts),
        comparison=comparison,
        notes=made.notes if made.copied_source else (*picture.notes, *made.notes),
        seconds=time.perf_counter() - started,
    )
    return Compressed(made.data, report, saliency)


def _sought(map: MapSource, asked: Settings) -> MapSource:
    """The map that the settings mean: none where nothing is chosen by it, and of the model for
    short looks where "auto" is to be fast."""
    if asked.lossless:
        return "none"
    quick = asked.effort == "fast" and isinstance(map, str) and map == "auto"
    return QUICK_MAP if quick else map


def _check_sides(picture: Picture, coder: Coder, file_format: str) -> None:
    """Raises OptionError for a picture that is longer than the coder's format can hold."""
    if max(picture.height, picture.width) > coder.longest_side:
        other = ", or write JPEG or AVIF" if coder.longest_side < MAX_SIDE else ""
        raise OptionError(
            f"{picture.name}: {picture.width} x {picture.height} is more than the"
            f" {coder.longest_side} pixels a side that {shown_format(file_format)} holds;"
            f" resize it first{other}"
        )


__all__ = ["Compressed", "Report", "SaliencyMap", "compress"]
