"""A file and what is wanted of it -> the file that is sent: cut, resized, and compressed."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

from foveate._compress import compress
from foveate._crop import AUTO_MAP, cut_out, map_within, window_map
from foveate.coders.auto.accept import MEDIA
from foveate.errors import FoveateError, MissingExtraError, TargetError, in_words
from foveate.models.registry import get_model
from foveate.pictures import Limits, Picture, read_picture
from foveate.pictures.limits import within_time
from foveate.saliency import SaliencyMap
from foveate.saliency.windows import SummedMap
from foveate.service.geometry import Plan, placed, planned, reduction
from foveate.service.refusals import RefusedError
from foveate.service.wanted import Wanted
from foveate.settings import Box, Effort, Format, Metadata, Settings

MEDIA_OF: dict[Format, str] = {name: media for media, name in MEDIA.items()}


@dataclass(frozen=True)
class Usual:
    """What holds where a URL says nothing. threads: of one picture's encoding."""

    quality: int = 80
    effort: Effort = "fast"
    strip: bool = True
    keep_copyright: bool = True
    threads: int = 1


@dataclass(frozen=True)
class Rendered:
    """A file to send, its media type, and the report as plain values.

    whole: whether it shows what the source shows, in as many pixels.
    """

    data: bytes
    media: str
    report: dict[str, Any]
    whole: bool = False


def rendered(
    data: bytes, name: str, wanted: Wanted, file_format: Format, usual: Usual, limits: Limits
) -> Rendered:
    """The file that is wanted of another one.

    data: the source as it came. name: what messages call it. file_format: what `wanted` asks for,
    or what was negotiated.

    Raises:
        RefusedError: the source is no picture or too costly, or cannot become what is wanted.
    """
    try:
        with within_time(limits, name):
            reduce = functools.partial(_reduction, wanted=wanted, limits=limits)
            picture = read_picture(data, limits=limits, name=name, keep_alpha=True, reduce=reduce)
            plan = planned(*picture.whole, wanted, most_pixels=limits.pixels)
            shown = _shown(picture, plan, usual, limits)
            made = _compressed(shown, wanted, file_format, usual, limits)
            return dataclasses.replace(made, whole=shown is picture)
    except RefusedError:
        raise
    except MissingExtraError as error:
        raise RefusedError(415, str(error)) from error
    except FoveateError as error:
        raise RefusedError(422, _said(error)) from error


def _said(error: FoveateError) -> str:
    """What went wrong, in words of the service: whoever asks can raise no limit."""
    return in_words(error, limit="", no_metadata="sm:1/kcr:0")


def _reduction(width: int, height: int, *, wanted: Wanted, limits: Limits) -> int:
    """How often smaller a picture of this size may be decoded for what is wanted of it."""
    try:
        plan = planned(width, height, wanted, most_pixels=limits.pixels)
    except RefusedError:
        return 1  # it is told when the picture has been read
    factor = reduction(plan, (width, height))
    if any(cut.gravity.kind == "sm" for cut in plan.cuts):
        rows, columns = get_model(AUTO_MAP).size(height, width)
        while factor > 1 and (width < 2 * factor * columns or height < 2 * factor * rows):
            factor //= 2  # what places windows sees as much as in the whole picture
    return factor


def _shown(picture: Picture, plan: Plan, usual: Usual, limits: Limits) -> Picture:
    """The picture of which all windows were cut out, resized."""
    box: Box = (0, 0, *picture.whole)
    saliency: SaliencyMap | None = None
    for cut in plan.cuts:
        if cut.gravity.kind == "sm":
            if saliency is None:
                seen = window_map("auto", picture, threads=usual.threads, limits=limits)
                whole = picture.whole
                saliency = dataclasses.replace(seen, width=whole[0], height=whole[1])
            inside = map_within(saliency, box, box[2], box[3])
            window = SummedMap(inside).best(*cut.size, avoid_cuts=True)
            assert window is not None  # nothing is protected
            x, y, across, down = window.box
        else:
            x, y, across, down = placed(cut.gravity, (box[2], box[3]), cut.size)
        box = (box[0] + x, box[1] + y, across, down)
    if box == (0, 0, *picture.whole) == (0, 0, *plan.size):
        return picture
    shown, notes = cut_out(picture, box, plan.size)
    return dataclasses.replace(shown, notes=(*shown.notes, *notes))


def _compressed(
    picture: Picture, wanted: Wanted, file_format: Format, usual: Usual, limits: Limits
) -> Rendered:
    quality = dict(wanted.format_qualities).get(file_format, 0) or wanted.quality or usual.quality
    settings = Settings(
        quality=quality,
        map=wanted.map or "auto",
        format=file_format,
        metadata=_metadata(wanted, usual),
        background=wanted.background,
        threads=usual.threads,
    )
    if file_format in ("jpeg", "jxl") and wanted.tune is not None:
        settings = settings.but(tune=wanted.tune)
    if settings.tune == "vision":
        settings = settings.but(effort=wanted.effort or usual.effort)
    made = compress(picture, settings=settings, limits=limits)
    if 0 < wanted.max_bytes < len(made.data):
        try:
            made = compress(
                picture,
                settings=settings.but(quality=None, size_bytes=wanted.max_bytes),
                limits=limits,
            )
        except TargetError as error:
            raise RefusedError(422, f"max_bytes:{wanted.max_bytes}: {_said(error)}") from error
    return Rendered(made.data, MEDIA_OF[made.report.format], made.report.to_dict())


def _metadata(wanted: Wanted, usual: Usual) -> Metadata:
    """Stripped pictures keep what tells rights and colours, unless that is not to be kept."""
    strip = usual.strip if wanted.strip is None else wanted.strip
    keep = usual.keep_copyright if wanted.keep_copyright is None else wanted.keep_copyright
    if not strip:
        return "all"
    return "rights" if keep else "none"
