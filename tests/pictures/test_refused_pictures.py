"""What is no picture, or too large a one, is refused in one line that names it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_files import colours, encoded, frames, png, refusal
from PIL import Image, PngImagePlugin
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from colour_profiles import SRGB
from foveate.errors import PictureError
from foveate.pictures import Picture, read_picture


def test_what_is_not_a_readable_file_is_named(tmp_path: Path) -> None:
    missing, empty, text = tmp_path / "none.jpg", tmp_path / "empty.jpg", tmp_path / "text.jpg"
    empty.touch()
    text.write_text("not a picture at all")
    for path, words in (
        (missing, "no such file"),
        (empty, "is empty"),
        (text, "is not a picture"),
        (tmp_path, "is a folder"),
        (Path(os.devnull), "is a device"),
        (f"{tmp_path}/nul\0l.jpg", "cannot be read"),
    ):
        message = refusal(path)
        assert words in message
        assert message.startswith(str(path).replace("\0", "\\x00"))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_a_truncated_file_is_refused(file_format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), file_format)
    refusal(data[: len(data) // 2])


def test_a_truncated_jpeg_is_called_truncated() -> None:
    data = encoded(Image.fromarray(colours(200, 200)), "JPEG")
    assert "truncated" in refusal(data[: len(data) * 3 // 4])


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    bomb = png(60_000, 60_000, 8, 0, b"")
    assert "3600 megapixels, over the limit of 250: resize it first" in refusal(bomb)


def test_the_pixel_limit_is_the_callers() -> None:
    data = encoded(Image.fromarray(colours(10, 10)))
    assert read_picture(data, max_pixels=100).width == 10
    assert "limit" in refusal(data, max_pixels=99)
    assert "limit" in refusal(colours(10, 10), max_pixels=99)


def test_pillows_own_pixel_limit_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 123_456_789)
    read_picture(png(10_000, 10_000, 1, 0, b"\0" * (1251 * 10_000)))
    refusal(png(60_000, 60_000, 8, 0, b""))
    assert Image.MAX_IMAGE_PIXELS == 123_456_789


def test_pictures_up_to_250_megapixels_are_taken() -> None:
    assert "limit" not in refusal(png(15_000, 16_000, 8, 0, b""))  # its pixels are missing
    assert "limit" in refusal(png(15_000, 17_000, 8, 0, b""))


def test_a_side_that_no_jpeg_can_hold_is_refused() -> None:
    assert read_picture(np.zeros((1, 65_500), np.uint8)).width == 65_500
    assert "at most 65500 pixels a side: resize" in refusal(np.zeros((1, 65_501), np.uint8))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4)), "float64"),
        (np.full((4, 4, 3), np.nan, np.float32), "float32"),
        (np.zeros((4, 4, 3), np.uint16), "uint16"),
        (np.zeros((4, 4), bool), "bool"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
        (np.zeros((4, 0), np.uint8), "no pixels"),
        (np.zeros((3, 4, 5), np.uint8), "shape (3, 4, 5)"),
        (np.zeros(4, np.uint8), "shape (4,)"),
        (np.zeros((1, 4, 4, 3), np.uint8), "shape (1, 4, 4, 3)"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(array: np.ndarray, words: str) -> None:
    assert words in refusal(array)


@pytest.mark.parametrize("source", [None, 3, [[1, 2]], object()])
def test_other_objects_are_refused(source: object) -> None:
    assert "is not a picture" in refusal(source)


def test_a_heic_photo_gets_its_own_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pi_heif", "pillow_heif"):  # as where the extra is missing
        monkeypatch.setitem(sys.modules, name, None)
    assert "HEIC" in refusal(b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 100)


def test_a_camera_raw_file_is_not_taken_for_its_preview() -> None:
    preview = encoded(Image.fromarray(colours()), "TIFF", tiffinfo={0xFE: 1})
    assert "raw file" in refusal(preview)
    negative = ImageFileDirectory_v2()
    negative[0xC612] = bytes([1, 4, 0, 0])  # DNGVersion
    negative.tagtype[0xC612] = 1
    assert "raw file" in refusal(encoded(Image.fromarray(colours()), "TIFF", tiffinfo=negative))


def test_names_cannot_write_control_characters(tmp_path: Path) -> None:
    message = refusal(tmp_path / "bad\x1b[31m\nname\u202e.jpg")
    assert "bad\\x1b[31m\\nname\\u202e.jpg" in message
    message = refusal(os.fsencode(tmp_path).decode() + "/stray\udcff.jpg")
    assert "stray\\udcff.jpg" in message


def test_names_of_all_scripts_stay_readable(tmp_path: Path) -> None:
    assert "café 東京 🏔️ n\u202fam.jpg" in refusal(tmp_path / "café 東京 🏔️ n\u202fam.jpg")


# Properties


def seeds() -> list[bytes]:
    image = Image.fromarray(colours(24, 24))
    first, *others = frames(2)
    exif = Image.Exif()
    exif[0x0112] = 6
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x/>")
    return [
        encoded(image, "JPEG", exif=exif, icc_profile=SRGB),
        encoded(image, "JPEG", progressive=True),
        encoded(image.convert("CMYK"), "JPEG"),
        encoded(first, "MPO", save_all=True, append_images=others),
        encoded(image, "PNG", pnginfo=text, exif=exif),
        encoded(image.convert("P"), "PNG", transparency=1),
        encoded(first, "PNG", save_all=True, append_images=others),
        encoded(first, "GIF", save_all=True, append_images=others),
        encoded(image, "WEBP", exif=exif),
        encoded(first, "WEBP", save_all=True, append_images=others),
        encoded(image, "TIFF", compression="tiff_lzw"),
        encoded(image, "TIFF", exif=exif),
        encoded(image, "BMP"),
        encoded(image, "PPM"),
        encoded(image, "JPEG2000"),
    ]


SEEDS = seeds()


def read_or_refused(data: bytes) -> Picture | None:
    message = ""
    try:
        return read_picture(data, max_pixels=1_000_000)
    except PictureError as error:
        message = str(error)
    assert message.startswith("<bytes>: ")
    assert "\n" not in message
    return None


@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(data: st.DataObject) -> None:
    damaged = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["change", "cut", "insert", "remove"])):
            case "change":
                damaged[position] = data.draw(st.integers(0, 255))
            case "cut":
                del damaged[position + 1 :]
            case "insert":
                damaged[position:position] = data.draw(st.binary(min_size=1, max_size=8))
            case "remove":
                del damaged[position : position + data.draw(st.integers(1, 8))]
                damaged = damaged or bytearray(b"x")
    picture = read_or_refused(bytes(damaged))
    if picture is not None:
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.flags.c_contiguous
        assert picture.pixels.ndim == 2 or picture.pixels.shape[2] == 3


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_line(data: bytes) -> None:
    read_or_refused(data)
