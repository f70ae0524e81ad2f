"""Pictures as files, for tests."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from foveate.errors import PictureError
from foveate.pictures import read_picture


def colours(height: int = 12, width: int = 17) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 15 % 256, y * 20 % 256, (x + y) * 8 % 256], axis=2).astype(np.uint8)


def encoded(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def png(width: int, height: int, bit_depth: int, colour_type: int, rows: bytes) -> bytes:
    """A PNG written chunk by chunk, for kinds that Pillow reads but does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def refusal(source: object, **options: int) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(source, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text


def frames(count: int) -> list[Image.Image]:
    return [Image.new("RGB", (8, 8), (90 * index, 10, 20)) for index in range(count)]


def png_of(samples: np.ndarray, *before: bytes, after: bytes = b"") -> bytes:
    """A PNG of uint8 or uint16 samples (H, W), (H, W, 3) or (H, W, 4), with chunks before them."""
    colour = {2: 0, 3: 2}[samples.ndim] if samples.shape[-1] != 4 else 6
    depth = 8 * samples.dtype.itemsize
    rows = b"".join(b"\0" + row.astype(f">u{depth // 8}").tobytes() for row in samples)
    whole = png(samples.shape[1], samples.shape[0], depth, colour, rows)
    head = 8 + 12 + 13
    end = whole.rindex(b"\0\0\0\0IEND")
    return whole[:head] + b"".join(before) + whole[head:end] + after + whole[end:]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
