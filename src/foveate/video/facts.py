"""Facts of a video that its frames tell: pixels, colours, turning, and what light HDR promises."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from foveate.errors import VideoError, printable
from foveate.video.limits import VideoLimits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av import VideoFrame
    from av.sidedata.sidedata import SideData
    from av.video.stream import VideoStream

UNSPECIFIED = 2
"""What ISO/IEC 23091-2 calls primaries, transfer and matrix that nobody names."""
_LUMINANCE = 10_000  # the units of mastering-display: 0.0001 candela a square metre
_CHROMATICITY = 50_000
PIXEL_FORMATS = {
    "h264": (
        *("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"),
        *("yuv420p10le", "yuv422p10le", "yuv444p10le", "gray10le"),
    ),
    "h265": (
        *("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "gray"),
        *("yuv420p10le", "yuv422p10le", "yuv444p10le", "gray10le"),
    ),
}
"""What libx264 and libx265 take as it is: 8 and 10 bits a sample."""


@dataclass(frozen=True)
class Colours:
    """The colour tags of ISO/IEC 23091-2, and range: 0 unknown, 1 limited, 2 full."""

    primaries: int
    transfer: int
    matrix: int
    range: int


@dataclass(frozen=True)
class Facts:
    """What the first frame and its stream tell.

    turns: quarter turns, counter-clockwise, that bring a frame upright. matrix: the nine numbers of
    the display matrix, where there is one. mastering, light: of HDR10, as x264 and x265 write it.
    """

    width: int
    height: int
    pixel_format: str
    time_base: Fraction
    rate: Fraction
    aspect: Fraction
    colours: Colours
    turns: int
    matrix: tuple[int, ...] | None
    mastering: str | None
    light: str | None
    notes: tuple[str, ...]

    @property
    def bits(self) -> int:
        """Bits a sample."""
        return 10 if "10" in self.pixel_format else 8


def facts_of(
    frame: VideoFrame, stream: VideoStream, path: Path, *, codec: str, limits: VideoLimits
) -> Facts:
    """The facts of a video by its first frame.

    Raises:
        VideoError: the encoder cannot hold what the frame is, or it is over a limit.
    """
    name = printable(path)
    width, height, pixels = frame.width, frame.height, frame.format.name
    limits.check(name, "pixels", width * height, f"has frames of {width} x {height} pixels")
    if pixels not in PIXEL_FORMATS[codec]:
        raise VideoError(
            f"{name}: has pixels of the kind {pixels}, which {codec} does not hold as they are;"
            " convert it first: ffmpeg -i IN -pix_fmt yuv420p -crf 10 OUT.mkv"
        )
    if _is_halved(pixels) and (width % 2 or (height % 2 and "420" in pixels)):
        raise VideoError(
            f"{name}: has frames of {width} x {height} pixels, and {codec} needs even sides; crop"
            " it first"
        )
    refuse_interlaced(frame, path)
    context = stream.codec_context
    parts = {side.type.name: bytes(side) for side in cast("Iterable[SideData]", frame.side_data)}
    colours = Colours(
        int(context.color_primaries),
        int(context.color_trc),
        int(context.colorspace),
        int(context.color_range),
    )
    notes = []
    if {"DOVI_RPU_BUFFER", "DOVI_METADATA"} & set(parts):
        if colours.primaries == UNSPECIFIED:
            raise VideoError(
                f"{name}: is Dolby Vision without a picture that others show; convert it first"
            )
        notes.append("left out: Dolby Vision's metadata; the HDR picture under it stays")
    if "DYNAMIC_HDR_PLUS" in parts:
        notes.append("left out: HDR10+ metadata; the HDR10 picture under them stays")
    turned = frame.rotation
    matrix = parts.get("DISPLAYMATRIX")
    mastering = parts.get("MASTERING_DISPLAY_METADATA")
    light = parts.get("CONTENT_LIGHT_LEVEL")
    aspect = context.sample_aspect_ratio
    assert stream.time_base is not None
    return Facts(
        width=width,
        height=height,
        pixel_format=pixels,
        time_base=stream.time_base,
        rate=Fraction(stream.average_rate or stream.guessed_rate or 25),
        aspect=Fraction(aspect) if aspect else Fraction(1),
        colours=colours,
        turns=round(turned / 90) % 4 if turned % 90 == 0 else 0,
        matrix=None if matrix is None else struct.unpack("=9i", matrix[:36]),
        mastering=None if mastering is None else _mastering(mastering),
        light=None if light is None else "{},{}".format(*struct.unpack("=2I", light[:8])),
        notes=tuple(notes),
    )


def refuse_interlaced(frame: VideoFrame, path: Path) -> None:
    """Raises VideoError for a frame of two fields, whose regions libx264 passes over."""
    if frame.interlaced_frame:
        raise VideoError(
            f"{printable(path)}: is interlaced; deinterlace it first: ffmpeg -i IN -vf bwdif"
            " -crf 10 OUT.mkv"
        )


def refuse_change(frame: VideoFrame, facts: Facts, path: Path) -> None:
    """Raises VideoError for a frame that is unlike the first one in size or pixels."""
    now = (frame.width, frame.height, frame.format.name)
    if now != (facts.width, facts.height, facts.pixel_format):
        raise VideoError(
            f"{printable(path)}: changes from {facts.width} x {facts.height} {facts.pixel_format}"
            f" to {now[0]} x {now[1]} {now[2]} on its way; cut it there first"
        )
    refuse_interlaced(frame, path)


def _is_halved(pixels: str) -> bool:
    """Whether chroma has half the columns."""
    return any(part in pixels for part in ("420", "422", "nv12"))


def _mastering(data: bytes) -> str | None:
    """FFmpeg's AVMasteringDisplayMetadata as x264 and x265 write it; None where it is partial."""
    numbers = struct.unpack("=22i", data[:88])
    fractions = [
        Fraction(numbers[n], numbers[n + 1]) if numbers[n + 1] else Fraction(0)
        for n in range(0, 20, 2)
    ]
    if not (numbers[20] and numbers[21]):
        return None
    red, green, blue, white = (
        ",".join(str(round(value * _CHROMATICITY)) for value in fractions[n : n + 2])
        for n in range(0, 8, 2)
    )
    least, most = (round(value * _LUMINANCE) for value in fractions[8:10])
    return f"G({green})B({blue})R({red})WP({white})L({most},{least})"
