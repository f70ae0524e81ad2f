"""Files that Pillow does not read: an extra reads them, or one line says what to do."""

from __future__ import annotations

import builtins
import io
import struct

import numpy as np
import pytest
from picture_files import encoded, refusal
from PIL import Image, features

import phone_files as phone
from foveate.errors import MissingExtraError, PictureError
from foveate.pictures import read_picture
from foveate.pictures.containers.jxl_header import jxl_header
from photos import photo


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(100)
JXL = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
CR3 = box(b"ftyp", b"crx \0\0\0\1crx isom") + bytes(100)


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python as it is where no extra is installed."""
    real = builtins.__import__

    def imported(name: str, *rest: object, **options: object) -> object:
        if name.split(".")[0] in ("pi_heif", "pillow_heif", "imagecodecs", "rawpy", "tifffile"):
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", imported)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)


@pytest.mark.usefixtures("without_extras")
@pytest.mark.parametrize(
    ("data", "kind", "extra"),
    [
        (HEIC, "a HEIC picture", "heif"),
        (JXL, "a JPEG XL picture", "jxl"),
        (b"\xff\x0a" + bytes(50), "a JPEG XL picture", "jxl"),
        (CR3, "a camera's raw file", "raw"),
        (b"FUJIFILMCCD-RAW 0201", "a camera's raw file", "raw"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(50), "a camera's raw file", "raw"),
        (b"IIU\0" + bytes(50), "a camera's raw file", "raw"),
    ],
)
def test_without_the_extra_one_line_names_it(data: bytes, kind: str, extra: str) -> None:
    with pytest.raises(MissingExtraError) as caught:
        read_picture(data)
    assert isinstance(caught.value, PictureError)
    assert str(caught.value) == (
        f"<bytes>: is {kind}; to read it, pip install 'foveate[{extra}]', or convert it first"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n", "a PDF document; export the page as a PNG"),
        (b"junk\n%PDF-1.4\n", "a PDF document"),
        (b"8BPS\0\1" + bytes(40), "a Photoshop document; export it as PNG or TIFF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing; export it as a PNG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<svg/>", "an SVG drawing"),
        (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' ''><SVG/>", "an SVG drawing"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage", "a PostScript document"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "a PostScript document"),
        (b"v/1\x01\2\0\0\0", "an OpenEXR picture"),
        (b"#?RADIANCE\n", "a Radiance picture"),
        (b"gimp xcf v011\0", "a GIMP document"),
        (box(b"ftyp", b"isom\0\0\2\0isommp42"), "a video; export a frame"),
        (b"\x1aE\xdf\xa3" + bytes(40), "a video; export a frame"),
    ],
)
def test_documents_are_told_apart_and_one_line_says_what_to_do(data: bytes, words: str) -> None:
    assert refusal(data).startswith(f"<bytes>: is {words}")


def test_a_picture_that_speaks_of_pdf_is_a_picture() -> None:
    jpeg = phone.with_segments(phone.plain(), phone.segment(0xFE, b"made from %PDF-1.4"))
    assert read_picture(jpeg).format == "JPEG"


@pytest.mark.parametrize("data", [HEIC, JXL, CR3, b"\xff\x0a" + bytes(50)])
def test_what_only_looks_like_such_a_file_is_refused_with_or_without_extras(data: bytes) -> None:
    refusal(data)


@pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")
def test_avif_needs_no_extra() -> None:
    picture = read_picture(encoded(Image.fromarray(photo()), "AVIF", quality=95))
    assert picture.format == "AVIF"
    assert np.abs(picture.pixels.astype(int) - photo()).mean() < 4


def jxl_head(*fields: tuple[int, int]) -> bytes:
    """A codestream that begins with these fields: value and bits, the lowest first."""
    value, at = 0, 0
    for number, bits in fields:
        value |= number << at
        at += bits
    return b"\xff\x0a" + value.to_bytes(12, "little")


def _size(data: bytes) -> tuple[int, int]:
    header = jxl_header(data)
    assert header is not None
    return header.width, header.height


def test_the_size_of_a_jpeg_xl_picture_is_checked_before_it_is_decoded() -> None:
    small = jxl_head((1, 1), (4, 5), (0, 3), (6, 5))  # 8 x (4 + 1) high, 8 x (6 + 1) wide
    assert _size(small) == (56, 40)
    assert _size(jxl_head((1, 1), (4, 5), (7, 3))) == (80, 40)  # twice as wide as high
    large = jxl_head((0, 1), (3, 2), (59_999, 30), (0, 3), (2, 2), (49_999, 18))
    assert _size(large) == (50_000, 60_000)
    assert "3000 megapixels, over the limit" in refusal(large)
    for head in (box(b"jxlc", large), box(b"jxlp", bytes(4) + large)):
        assert "3000 megapixels" in refusal(JXL + head)
    assert jxl_header(JXL) is None


def test_a_jpeg_xl_picture_is_read_by_imagecodecs() -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    exif = b"\0\0\0\0" + phone.oriented(6).tobytes().removeprefix(b"Exif\0\0")
    for pixels in (photo(), photo()[..., 0]):
        data = imagecodecs.jpegxl_encode(pixels, lossless=True, usecontainer=True)
        assert _size(data) == (64, 48)
        picture = read_picture(data + box(b"Exif", exif))
        assert np.array_equal(picture.pixels, pixels)
        assert picture.format == "JXL"
        assert picture.exif is not None
        assert picture.notes == ()


def test_a_heic_picture_is_read_by_a_plug_in() -> None:
    plug_in = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    plug_in.from_pillow(Image.fromarray(photo())).save(file, quality=95)
    picture = read_picture(file.getvalue())
    assert picture.format == "HEIF"
    assert np.abs(picture.pixels.astype(int) - photo()).mean() < 4
