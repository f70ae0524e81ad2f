"""The one place that joins picture, map, weights, encoder and report; every front end calls it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.arguments import Goal, checked_boxes, checked_goal
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.blockwise import (
    block_grid,
    decoded_luma_mse,
    plain_quality_of,
    psnr_of_blocks,
)
from foveate.coders.jpeg.encode import MAX_SIDE, Options, encode
from foveate.coders.jpeg.plain import (
    bytes_at_quality,
    is_progressive,
    opened_jpeg,
    plain_jpeg,
    stored_subsampling,
)
from foveate.coders.jpeg.targets.bytes_target import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.tuning import DEFAULT_TUNE, TUNINGS
from foveate.coders.mosaic import block_maxima, encode_mosaic
from foveate.errors import MapError, OptionError
from foveate.pictures import Picture, read_picture
from foveate.pictures.srgb import in_srgb, is_srgb
from foveate.report import Compressed, MosaicQualities, Report
from foveate.saliency import SaliencyMap, map_for, map_from_array, map_from_file, saliency_map
from foveate.saliency.weights import Box, block_weights, touched_blocks
from foveate.threads import usable_threads

__all__ = ["Compressed", "Report", "compress"]

ImageSource = str | PathLike[str] | bytes | Image.Image | npt.NDArray[np.uint8] | Picture
MapSource = str | PathLike[str] | npt.NDArray[Any] | SaliencyMap

FULL_CHROMA_QUALITY = 95
"""From this quality on `subsampling="auto"` keeps the chroma's resolution."""

_SALIENT_SHARE = 0.2
_ORIENTATION_TAG = 0x0112


def map_of(source: MapSource, picture: Picture, threads: int) -> SaliencyMap:
    """The map that a `map` argument means for this picture."""
    if isinstance(source, SaliencyMap):
        return map_for(source, picture)
    if isinstance(source, np.ndarray):
        return map_from_array(source, picture)
    if not isinstance(source, str | PathLike):
        raise MapError(
            f"map is a {type(source).__name__}; give 'auto', 'none', a model's name, a file,"
            " an array or a SaliencyMap"
        )
    if isinstance(source, PathLike) or Path(source).suffix:
        return map_from_file(source, picture)
    return saliency_map(picture, model=source, threads=threads)


def compress(
    image: ImageSource,
    *,
    quality: int | None = None,
    match_quality: int | None = None,
    size_bytes: int | None = None,
    map: MapSource = "auto",
    protect: Iterable[Box] = (),
    floor: int | None = None,
    tune: Literal["fidelity", "eyes"] = "fidelity",
    method: Literal["rdo", "mosaic"] = "rdo",
    subsampling: Literal["auto", "444", "420"] = "auto",
    progressive: bool = True,
    strip: bool = False,
    threads: int | None = None,
) -> Compressed:
    """Write a smaller JPEG that stays sharp where people look.

    One target at most; without any, `quality=80`.

    Args:
        image: a path, a file's bytes, a PIL image, or uint8 (H, W), (H, W, 3) or (H, W, 4).
        quality: 1 to 100. Saliency-weighted squared error no worse than plain JPEG's at this
            quality, and background no worse than plain JPEG's at `floor`, in as few bytes as
            that takes.
        match_quality: the bytes that Pillow's default JPEG takes at this quality, within 1 %.
        size_bytes: at most this many bytes, and within 1 % of them.
            Both take fewer where quality is at its ceiling.
        map: "auto", "none", a model's name, a grey picture or .npy file, an array, or a
            SaliencyMap; a path is told from a name by its suffix.
        protect: boxes (x, y, width, height) in pixels that count as much as the most salient.
        floor: see `quality`; 20 below it by default.
        tune: what error is: "fidelity", squared error above all; "eyes", as far as contrast lets
            eyes see it, and of colours more.
        method: "rdo", the weighted trellis, or "mosaic", section 4 of Prakash et al. 2017.
        subsampling: of chroma; "auto" is 4:2:0 below quality 95 and for byte targets.
        progressive: false writes a baseline file.
        strip: drop EXIF, XMP and ICC; colours are brought to sRGB first.
        threads: at most; by default all that the process may use. Never changes the bytes.

    Raises:
        PictureError, MapError, OptionError, TargetError, ModelError: with the mend in one line.
    """
    started = time.perf_counter()
    for name, value, allowed in (
        ("tune", tune, tuple(TUNINGS)),
        ("method", method, ("rdo", "mosaic")),
        ("subsampling", subsampling, ("auto", "444", "420")),
    ):
        if value not in allowed:
            raise OptionError(f"{name} is {value!r}; give one of {', '.join(allowed)}")
    if tune != DEFAULT_TUNE and method == "mosaic":
        raise OptionError("tune goes with the method rdo; the mosaic has nothing to tune")
    goal = checked_goal(quality, match_quality, size_bytes, floor, method=method)
    workers = usable_threads(threads)
    picture = image if isinstance(image, Picture) else read_picture(image)
    if max(picture.height, picture.width) > MAX_SIDE:
        raise OptionError(
            f"{picture.name}: {picture.width} x {picture.height} is more than JPEG's"
            f" {MAX_SIDE} pixels a side; resize it first"
        )
    boxes = checked_boxes(protect, picture)
    if strip:
        picture = in_srgb(picture)
    saliency = map_of(map, picture, workers)
    weights = block_weights(
        saliency.resized(*block_grid(picture.height, picture.width)),
        saliency.confidence,
        protect=boxes,
        boldness=TUNINGS[tune].boldness,
    )
    chosen_subsampling = _subsampling(subsampling, goal.quality)
    segments, notes = _segments(picture, strip=strip)
    target = _target(picture, goal, method, chosen_subsampling)
    if isinstance(target, BytesTarget) and method == "mosaic":
        levels = block_maxima(saliency.resized(picture.height, picture.width))
        levels[touched_blocks(boxes, *levels.shape)] = 1.0
        made = _mosaic(picture, levels, target.most, chosen_subsampling, progressive, segments)
    else:
        options = Options(
            chroma_420=chosen_subsampling == "420",
            progressive=progressive,
            threads=workers,
            tuning=TUNINGS[tune],
        )
        encoded = encode(picture.pixels, weights, target, options, segments)
        made = _Made(encoded.data, encoded.at_ceiling, encoded.luma_mse, encoded.plain_luma_mse)
    data, copied = _never_larger(picture, made.data, strip=strip)
    report = Report(
        source=picture.name,
        width=picture.width,
        height=picture.height,
        source_bytes=None if picture.encoded is None else len(picture.encoded),
        bytes=len(data),
        bpp=8 * len(data) / (picture.width * picture.height),
        method=method,
        tune=tune if method == "rdo" else None,
        target=goal.words(method),
        target_bytes=target.most if isinstance(target, BytesTarget) else None,
        at_ceiling=made.at_ceiling and not copied,
        subsampling=stored_subsampling(data),
        progressive=is_progressive(data),
        map=saliency.model,
        confidence=saliency.confidence,
        **_psnrs(picture, made, weights, chosen_subsampling, len(segments), copied=copied),
        mosaic=made.mosaic,
        copied_source=copied,
        notes=() if copied else (*picture.notes, *notes),
        seconds=time.perf_counter() - started,
    )
    return Compressed(data, report, saliency)


@dataclass(frozen=True)
class _Made:
    """A file before it is held against its source."""

    data: bytes
    at_ceiling: bool
    luma_mse: npt.NDArray[np.float32]
    plain_luma_mse: Callable[[int], npt.NDArray[np.float32]]
    mosaic: MosaicQualities | None = None


def _subsampling(asked: str, quality: int | None) -> str:
    if asked != "auto":
        return asked
    return "444" if quality is not None and quality >= FULL_CHROMA_QUALITY else "420"


def _target(
    picture: Picture, goal: Goal, method: str, subsampling: str
) -> BytesTarget | PlainQuality:
    """Bytes to meet, rather a little fewer: a limit, or those of plain JPEG; or an error to keep.

    The mosaic measures no error: a quality means plain JPEG's bytes there.
    """
    if goal.size_bytes is not None:
        most = goal.size_bytes
    elif goal.match_quality is not None:
        most = bytes_at_quality(picture.pixels, goal.match_quality)
    else:
        assert goal.quality is not None
        assert goal.floor is not None
        if method != "mosaic":
            return PlainQuality(goal.quality, goal.floor)
        most = bytes_at_quality(picture.pixels, goal.quality, subsampling=subsampling)
    return BytesTarget(math.ceil(0.991 * most), round(0.9965 * most), most)


def _segments(picture: Picture, *, strip: bool) -> tuple[bytes, tuple[str, ...]]:
    if strip:
        return b"", ()
    return metadata.segments(exif=picture.exif, xmp=picture.xmp, icc=picture.icc)


def _mosaic(
    picture: Picture,
    levels: npt.NDArray[np.float32],
    target_bytes: int,
    subsampling: str,
    progressive: bool,
    segments: bytes,
) -> _Made:
    """The paper's method."""
    result = encode_mosaic(
        picture.pixels,
        levels,
        target_bytes=target_bytes,
        subsampling=subsampling,
        progressive=progressive,
        app_segments=segments,
    )
    return _Made(
        result.data,
        result.at_ceiling,
        decoded_luma_mse(picture.pixels, result.data),
        lambda q: decoded_luma_mse(picture.pixels, plain_jpeg(picture.pixels, q)),
        MosaicQualities(result.salient_quality, result.other_quality, result.final_quality),
    )


def _never_larger(picture: Picture, data: bytes, *, strip: bool) -> tuple[bytes, bool]:
    """The file to give back, and whether it is the JPEG that came in, which was no larger.

    A picture that needs its orientation or profile is never copied when these are to go.
    """
    source = picture.encoded
    if source is None or picture.format != "JPEG":
        return data, False
    if strip:
        with opened_jpeg(source) as file:
            turned = file.getexif().get(_ORIENTATION_TAG, 1) != 1
            if turned or not is_srgb(file.info.get("icc_profile")):
                return data, False
        source = metadata.without_metadata(source)
    if source is None or len(source) > len(data):
        return data, False
    return source, True


def _psnrs(
    picture: Picture,
    made: _Made,
    weights: npt.NDArray[np.float32] | None,
    subsampling: str,
    metadata_bytes: int,
    *,
    copied: bool,
) -> dict[str, Any]:
    """The report's PSNR fields, beside plain JPEG's of the same bytes, metadata apart."""
    names = ("psnr", "psnr_salient", "plain_quality", "plain_psnr", "plain_psnr_salient")
    if copied:
        return dict.fromkeys(names)
    salient = None
    if weights is not None:
        salient = weights >= np.quantile(weights, 1 - _SALIENT_SHARE)
    size = len(made.data) - metadata_bytes
    quality = plain_quality_of(picture.pixels, size, subsampling)
    plain = made.plain_luma_mse(quality)
    values = (
        psnr_of_blocks(made.luma_mse),
        psnr_of_blocks(made.luma_mse, salient),
        quality,
        psnr_of_blocks(plain),
        psnr_of_blocks(plain, salient),
    )
    return dict(zip(names, values, strict=True))
