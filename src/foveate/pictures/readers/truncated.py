"""Files whose end is missing: whether pixels are missing too, and what there is of them."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.deadline import check_time
from foveate.pictures.containers.jpeg_layout import SOS, JpegLayout, jpeg_layout
from foveate.pictures.containers.png_chunks import SIGNATURE, chunks
from foveate.pictures.picture import MAX_PIXELS

_EOI = b"\xff\xd9"
_CONTINUATIONS = (b"", b"\x55" * 64, b"\xaa" * 64)
"""What a scan could go on with. Where it is whole, decoders pass over all of these alike."""
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples a pixel by PNG's colour type (table 11.1)."""
_MOST_RAW_BYTES = 1 << 31


@dataclass(frozen=True)
class Mended:
    """A file that decoders take as whole, and how much of its picture it holds."""

    data: bytes
    held: float
    """The share of the picture that is there, 0 to 1; 1 where only the end was missing."""
    is_coarse: bool = False
    """Whether all places are there, but some without their last details."""

    @property
    def is_whole(self) -> bool:
        return self.held == 1 and not self.is_coarse

    @property
    def words(self) -> str:
        """What the file holds, for messages."""
        if self.is_coarse:
            return "the picture without its last details"
        return f"the upper {100 * self.held:.3g} % of the picture"


def mended(data: bytes, max_pixels: int = MAX_PIXELS) -> Mended | None:
    """A JPEG or PNG whose end is missing, made to end; None for all other files.

    Those of more than `max_pixels`, which are not to be decoded, give None too.
    """
    if data.startswith(b"\xff\xd8"):
        layout = jpeg_layout(data)
        if layout is not None and not layout.has_eoi:
            return _mended_jpeg(data, layout, max_pixels)
        return None
    if data.startswith(SIGNATURE):
        return _mended_png(data, max_pixels)
    return None


def _mended_jpeg(data: bytes, layout: JpegLayout, max_pixels: int) -> Mended | None:
    from PIL.JpegImagePlugin import JpegImageFile

    decoded: list[npt.NDArray[np.uint8]] = []
    for continuation in _CONTINUATIONS:
        check_time()
        try:
            with JpegImageFile(io.BytesIO(data + continuation + _EOI)) as image:
                if image.width * image.height > max_pixels:
                    return None
                image.decodermaxblock = len(data) + 128  # arithmetic codes are read in one go
                decoded.append(np.asarray(image))
        except Exception:  # Pillow's decoders raise nearly every kind there is
            return None
    first, *others = decoded
    differs = np.zeros(first.shape[0], bool)
    for other in others:
        differs |= (first != other).reshape(first.shape[0], -1).any(axis=1)
    cut = int(np.argmax(differs)) if differs.any() else first.shape[0]
    if layout.frame_marker in (0xC2, 0xCA):  # progressive: what comes late are details
        coarse = cut < first.shape[0] or not _all_scans(data, layout)
        return Mended(data + _EOI, 1.0, coarse)
    whole = cut == first.shape[0] and _all_scans(data, layout)
    return Mended(data + _EOI, 1.0 if whole else cut / first.shape[0])


def _all_scans(data: bytes, layout: JpegLayout) -> bool:
    """Whether each component has its DC, and the first one all coefficients, to the last bit."""
    told: dict[int, set[int]] = {}
    frame: list[int] = []
    for segment in layout.segments:
        payload = data[segment.start + 4 : segment.end]
        if segment.marker == layout.frame_marker and len(payload) >= 6:
            frame = list(payload[6 : 6 + 3 * payload[5] : 3])
        if segment.marker == SOS and payload and len(payload) >= 4 + 2 * payload[0]:
            names = payload[1 : 1 + 2 * payload[0] : 2]
            first, last, bits = payload[1 + 2 * payload[0] : 4 + 2 * payload[0]]
            if bits & 15 == 0:
                for name in names:
                    told.setdefault(name, set()).update(range(first, last + 1))
    if not frame:
        return False
    return all(0 in told.get(name, ()) for name in frame) and len(told[frame[0]]) == 64


def _mended_png(data: bytes, max_pixels: int) -> Mended | None:
    """The rows that are there, and black or transparent ones below."""
    found = list(chunks(data))
    if not found or found[0].kind != b"IHDR" or found[-1].kind == b"IEND":
        return None
    head = found[0].body
    if len(head) != 13:
        return None
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    depth, colour, interlaced = head[8], head[9], head[12]
    row = 1 + (width * depth * _SAMPLES.get(colour, 0) + 7) // 8
    wanted = row * height
    if (
        row == 1
        or width * height > max_pixels
        or not 0 < wanted < _MOST_RAW_BYTES
        or any(c.kind == b"acTL" for c in found)
    ):
        return None
    packed = b"".join(data[c.start + 8 : c.end - 4] for c in found if c.kind == b"IDAT")
    rest = data[found[-1].end :]
    if rest[4:8] == b"IDAT":  # the last chunk, cut short
        packed += rest[8:]
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, wanted + height * 8)
    except zlib.error:
        return None
    if unpacker.eof:
        held = 1.0
    else:
        held = min(len(raw) // row / height, 1.0)
        if interlaced:
            # Seven passes of rows of other lengths: bytes beyond those needed do no harm.
            held = min(len(raw) / wanted, 0.999)
            wanted += 7 * height
        raw = raw + bytes(max(wanted - len(raw), 0))
    kept = [data[c.start : c.end] for c in found if c.kind != b"IDAT"]
    parts = [SIGNATURE, *kept, _chunk(b"IDAT", zlib.compress(raw, 1)), _chunk(b"IEND", b"")]
    return Mended(b"".join(parts), held, bool(interlaced) and held < 1)


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + checksum
