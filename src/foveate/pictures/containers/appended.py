"""What follows the picture in a JPEG file: gain maps, a motion photo's video, other pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from foveate.deadline import check_time
from foveate.pictures.containers.jpeg_layout import APP1, APP2, JpegLayout, jpeg_layout

ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
"""The name of the APP2 segments of ISO 21496-1, in the picture and in its gain map."""
_GAIN_MAP_SIGNS = (b"http://ns.adobe.com/hdr-gain-map/1.0/", b"hdrgainmap")
"""What stands in the XMP of a gain map: Adobe's and Google's name space, and Apple's kind."""
_VIDEO = re.compile(rb"\0\0..ftyp", re.DOTALL)
"""The first box of an MP4 (ISO 14496-12, 4.3), which takes less than 64 kB."""
_PADDING = re.compile(rb"[\0\xff\s]*\Z")


@dataclass(frozen=True)
class Appended:
    """What follows a picture and is kept with it, and what is not."""

    gain_maps: tuple[bytes, ...] = ()
    """Whole JPEG files that say how much brighter each place may be shown on HDR screens."""
    marks: tuple[bytes, ...] = ()
    """ISO 21496-1's APP2 payloads in the picture itself, which announce a gain map."""
    video: bytes = b""
    """The rest of the file from the video on, as it was: players count from the file's end."""
    left_out: tuple[str, ...] = ()
    """The names of further parts that are not kept."""

    @property
    def names(self) -> tuple[str, ...]:
        """What is kept, in words."""
        video = (f"the motion photo's video of {len(self.video):,} bytes",) if self.video else ()
        return (*(("the HDR gain map",) if self.gain_maps else ()), *video)

    def without_gain_maps(self) -> Appended:
        return replace(self, gain_maps=(), marks=())

    def without_video(self) -> Appended:
        return replace(self, video=b"")


def appended_to(data: bytes, layout: JpegLayout) -> Appended:
    """What follows the picture of this layout in a JPEG file."""
    gain_maps: list[bytes] = []
    others, at = 0, layout.end
    while (start := _next_picture(data, at)) is not None:
        check_time()
        part = jpeg_layout(data, start)
        if part is None:
            break
        if _is_gain_map(data, part):
            gain_maps.append(data[start : part.end])
        else:
            others += 1
        at = part.end
    rest = data[at:]
    is_video = _VIDEO.search(rest) is not None
    left_out = ["further pictures in the file (depth, second view, preview)"] if others else []
    if rest and not is_video and not _PADDING.match(rest):
        left_out.append(f"data of an unknown kind after the picture ({len(rest):,} bytes)")
    return Appended(
        gain_maps=tuple(gain_maps),
        marks=tuple(p for p in layout.payloads(data, APP2) if p.startswith(ISO_GAIN_MAP)),
        video=rest if is_video else b"",
        left_out=tuple(left_out),
    )


def _next_picture(data: bytes, at: int) -> int | None:
    """Where a JPEG begins, after padding at most."""
    start = data.find(b"\xff\xd8\xff", at)
    return start if start >= 0 and _PADDING.match(data[at:start]) else None


def _is_gain_map(data: bytes, layout: JpegLayout) -> bool:
    if any(p.startswith(ISO_GAIN_MAP) for p in layout.payloads(data, APP2)):
        return True
    texts = [payload.lower() for payload in layout.payloads(data, APP1)]
    return any(sign in text for text in texts for sign in _GAIN_MAP_SIGNS)
