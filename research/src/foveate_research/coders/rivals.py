"""Other encoders as they are compared: pixels (H, W, 3) uint8 and a whole quality -> a file.

Each is set to the best that its Python package offers at any speed, but for AVIF, whose slower
settings take seconds a megapixel. Packages are imported when an encoder is called.
"""

from __future__ import annotations

import importlib
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.coders.plain.pillow_jpeg import pillow_jpeg

Pixels = npt.NDArray[np.uint8]


def pillow(pixels: Pixels, quality: int) -> bytes:
    """Pillow's default JPEG: baseline, 4:2:0, fixed Huffman tables."""
    return pillow_jpeg(Image.fromarray(pixels), quality=quality)


def mozjpeg(pixels: Pixels, quality: int, *, table: int = 3) -> bytes:
    """mozjpeg with all that libvips offers of it: trellis, deringing, scan search.

    Of its quantisation tables, 3 (Robidoux) is its own default, and 5 (Klein, Silverstein and
    Carney, 1992) the best by SSIMULACRA 2.
    """
    pyvips: Any = importlib.import_module("pyvips")
    image = pyvips.Image.new_from_array(pixels)
    data: bytes = image.jpegsave_buffer(
        Q=quality,
        trellis_quant=True,
        overshoot_deringing=True,
        optimize_scans=True,
        quant_table=table,
        optimize_coding=True,
        interlace=True,
        keep="none",  # libvips would add an EXIF block, which no other row has
        subsample_mode="on",  # libvips leaves 4:2:0 at quality 90, which no other row does
    )
    return data


def jpegli(pixels: Pixels, quality: int) -> bytes:
    """jpegli as pyjpegli calls it: 4:2:0, adaptive quantisation, baseline, fixed Huffman tables."""
    pyjpegli: Any = importlib.import_module("pyjpegli")
    data: bytes = pyjpegli.encode(pixels.tobytes(), pixels.shape[1], pixels.shape[0], quality)
    return data


def jpegli_optimised(pixels: Pixels, quality: int) -> bytes:
    """The same under Huffman tables of the picture's own, as all but Pillow's default have them."""
    return with_own_huffman_tables(jpegli(pixels, quality))


def jpegli_progressive(pixels: Pixels, quality: int) -> bytes:
    """The same coefficients as jpegli's own tool cjpegli writes them: progressive, own tables.

    ajpegli calls jpegli as cjpegli does with `-q QUALITY --chroma_subsampling=420` and its defaults
    (adaptive quantisation, progressive level 2). At equal qualities ajpegli 1.0.0 and pyjpegli
    0.3.2 give the same quantised coefficients. mozjpeg's search for scans, run on these files,
    moved their sizes by no more than 0.7 % either way, so it is left out.
    """
    ajpegli: Any = importlib.import_module("ajpegli")
    data: bytes = ajpegli.encode(pixels, quality=quality, subsampling="420", progressive=2)
    return data


def with_own_huffman_tables(data: bytes) -> bytes:
    """A JPEG's very coefficients, coded again with the Huffman tables that suit them best."""
    jpeglib: Any = importlib.import_module("jpeglib")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jpg"
        path.write_bytes(data)
        jpeglib.read_dct(str(path)).write_dct(str(path), flags=["+OPTIMIZE_CODING"])
        return path.read_bytes()


def webp(pixels: Pixels, quality: int) -> bytes:
    """Lossy WebP, method 6."""
    return _saved(pixels, "WEBP", quality=quality, method=6)


def avif(pixels: Pixels, quality: int) -> bytes:
    """AVIF by Pillow's encoder, speed 6, 4:2:0."""
    return _saved(pixels, "AVIF", quality=quality, speed=6)


def jpeg_2000(pixels: Pixels, size_bytes: int) -> bytes:
    """JPEG 2000 by OpenJPEG, in about as many bytes as asked and no more where that can be.

    Irreversible: the 9/7 wavelet and YCbCr, in code-blocks of 64x64, one layer, one tile. OpenJPEG
    keeps the coding passes that lower the squared error most for their bytes; it may write some
    bytes more than it is asked for, so it is asked again for as many less.
    """
    asked, data = size_bytes, b""
    for _ in range(4):
        data = _saved(
            pixels,
            "JPEG2000",
            irreversible=True,
            mct=1,
            quality_mode="rates",
            quality_layers=[max(pixels.size / max(asked, 1), 1.0)],
        )
        if len(data) <= size_bytes:
            break
        asked -= len(data) - size_bytes
    return data


JPEG_XL = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
"""How a bare code stream of JPEG XL begins, and a container."""


def jpeg_xl(pixels: Pixels, quality: int) -> bytes:
    """Lossy JPEG XL by libjxl, effort 7, a bare code stream."""
    imagecodecs: Any = importlib.import_module("imagecodecs")
    data: bytes = imagecodecs.jpegxl_encode(pixels, level=quality, effort=7, usecontainer=False)
    return data


def _saved(pixels: Pixels, image_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, image_format, **options)
    return file.getvalue()
