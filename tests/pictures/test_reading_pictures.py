"""Whatever file, bytes, image or array comes in: a Picture, or one line that tells the mend."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from foveate.errors import PictureError
from foveate.pictures import Picture, read_picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


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


# What may come in


def test_a_path_bytes_an_image_and_an_array_give_the_same_pixels(tmp_path: Path) -> None:
    file = tmp_path / "colours.png"
    file.write_bytes(encoded(Image.fromarray(colours())))
    sources = [
        file,
        str(file),
        file.read_bytes(),
        bytearray(file.read_bytes()),
        Image.open(file),
        Image.fromarray(colours()),
        colours(),
    ]
    for source in sources:
        picture = read_picture(source)
        assert np.array_equal(picture.pixels, colours())
        assert picture.notes == ()
        assert (picture.height, picture.width) == (12, 17)


def test_a_picture_knows_its_name_format_and_own_bytes(tmp_path: Path) -> None:
    file = tmp_path / "colours.png"
    file.write_bytes(encoded(Image.fromarray(colours())))
    picture = read_picture(file)
    assert picture.name == str(file)
    assert picture.format == "PNG"
    assert picture.encoded == file.read_bytes()
    assert read_picture(file.read_bytes()).name == "<bytes>"
    from_array = read_picture(colours())
    assert (from_array.name, from_array.format, from_array.encoded) == ("<array>", None, None)


def test_a_picture_passes_through() -> None:
    picture = read_picture(colours())
    assert read_picture(picture) is picture


def test_the_content_decides_not_the_suffix(tmp_path: Path) -> None:
    file = tmp_path / "really-a-png.jpg"
    file.write_bytes(encoded(Image.fromarray(colours())))
    assert read_picture(file).format == "PNG"


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "PPM", "WEBP", "JPEG2000"])
def test_lossless_formats_keep_every_sample(file_format: str) -> None:
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(Image.fromarray(colours(40, 50)), file_format, **options)
    assert np.array_equal(read_picture(data).pixels, colours(40, 50))


def test_grey_stays_grey() -> None:
    grey = colours()[..., 0]
    for data in (grey, grey[..., None], Image.fromarray(grey), encoded(Image.fromarray(grey))):
        assert np.array_equal(read_picture(data).pixels, grey)


def test_a_picture_of_one_pixel_is_a_picture() -> None:
    for file_format in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        data = encoded(Image.new("RGB", (1, 1), (255, 255, 255)), file_format)
        assert read_picture(data).pixels.tolist() == [[[255, 255, 255]]]


def test_every_row_of_a_tall_picture_comes_through() -> None:
    tall = colours(1030, 3)
    assert np.array_equal(read_picture(encoded(Image.fromarray(tall))).pixels, tall)


# Kinds of samples


def test_palette_and_one_bit_pictures_are_expanded() -> None:
    pixels = np.array([[0, 1], [1, 0]], np.uint8)
    image = Image.fromarray(pixels, "P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    assert read_picture(encoded(image)).pixels[0].tolist() == [[10, 20, 30], [200, 100, 50]]
    bits = Image.fromarray(pixels * 255).convert("1")
    assert np.array_equal(read_picture(encoded(bits)).pixels, pixels * 255)


def test_alpha_is_flattened_on_white_with_a_note() -> None:
    samples = np.zeros((1, 3, 4), np.uint8)
    samples[0, :, 3] = (0, 128, 255)
    for source in (samples, Image.fromarray(samples), encoded(Image.fromarray(samples))):
        picture = read_picture(source)
        assert picture.pixels[0, :, 0].tolist() == [255, 127, 0]
        assert picture.notes == ("alpha flattened on white",)


def test_opaque_alpha_goes_without_a_note() -> None:
    picture = read_picture(Image.fromarray(colours()).convert("RGBA"))
    assert np.array_equal(picture.pixels, colours())
    assert picture.notes == ()


def test_grey_with_alpha_stays_grey() -> None:
    samples = np.array([[[0, 0], [100, 255]]], np.uint8)
    picture = read_picture(encoded(Image.fromarray(samples, "LA")))
    assert picture.pixels.tolist() == [[255, 100]]
    assert picture.notes == ("alpha flattened on white",)


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([0, 0, 0, 9, 9, 9])
    picture = read_picture(encoded(image, transparency=0))
    assert picture.pixels.tolist() == [[[255, 255, 255], [9, 9, 9]]]
    assert picture.notes == ("alpha flattened on white",)


def test_sixteen_bit_grey_is_scaled_to_eight_with_a_note() -> None:
    samples = np.array([[0, 128, 129, 257, 32768, 65535]], np.uint16)
    picture = read_picture(encoded(Image.fromarray(samples)))
    assert picture.pixels.tolist() == [[0, 0, 1, 1, 128, 255]]
    assert picture.notes == ("16-bit reduced to 8-bit",)


def test_sixteen_bit_colour_is_noted_too() -> None:
    samples = (colours().astype(">u2") * 257).tobytes()
    rows = b"".join(b"\0" + samples[row * 17 * 6 : (row + 1) * 17 * 6] for row in range(12))
    picture = read_picture(png(17, 12, 16, 2, rows))
    assert np.array_equal(picture.pixels, colours())
    assert picture.notes == ("16-bit reduced to 8-bit",)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([[0.0, 0.5, 1.0]], [[0, 128, 255]]),
        ([[0.0, 50.0, 255.0]], [[0, 50, 255]]),
        ([[-1.0, 0.0, 1.0]], [[0, 128, 255]]),
        ([[7.0, 7.0, 700.0]], [[0, 0, 255]]),
        ([[-3.0, -3.0, -3.0]], [[0, 0, 0]]),
    ],
)
def test_floating_point_files_are_brought_to_eight_bits(
    samples: list[list[float]], expected: list[list[int]]
) -> None:
    image = Image.fromarray(np.array(samples, np.float32))
    picture = read_picture(encoded(image, "TIFF"))
    assert picture.pixels.tolist() == expected
    assert len(picture.notes) == 1


def test_floating_point_files_with_nan_are_refused() -> None:
    image = Image.fromarray(np.array([[0.0, np.nan]], np.float32))
    assert "not numbers" in refusal(encoded(image, "TIFF"))


def test_cmyk_without_a_profile_is_converted_with_a_note() -> None:
    cmyk = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    picture = read_picture(encoded(cmyk, "TIFF"))
    assert picture.pixels[0, 0].tolist() == [255, 0, 0]
    assert picture.notes == ("CMYK converted to sRGB without a profile: colours are approximate",)


def test_adobes_inverted_cmyk_jpeg_is_not_a_negative() -> None:
    white = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    assert read_picture(encoded(white, "JPEG")).pixels.min() == 255


def test_cmyk_with_a_broken_profile_says_so() -> None:
    cmyk = encoded(Image.new("CMYK", (4, 4)), "TIFF", icc_profile=b"not a profile" * 20)
    picture = read_picture(cmyk)
    assert picture.icc is None
    assert "without a usable profile" in picture.notes[0]


def test_lab_is_converted() -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    muted = colours() // 2 + 64  # within what 8-bit CIELAB holds
    lab = ImageCms.applyTransform(Image.fromarray(muted), to_lab)
    picture = read_picture(lab)
    assert picture.notes == ("CIELAB converted to sRGB",)
    assert np.abs(picture.pixels.astype(int) - muted).max() <= 4


# Several frames


def frames(count: int) -> list[Image.Image]:
    return [Image.new("RGB", (8, 8), (90 * index, 10, 20)) for index in range(count)]


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame_with_a_note(file_format: str) -> None:
    first, *others = frames(3)
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(first, file_format, save_all=True, append_images=others, **options)
    picture = read_picture(data)
    assert picture.pixels[0, 0].tolist() == [0, 10, 20]
    assert picture.notes == ("first of 3 frames",)


def test_a_document_gives_its_first_page_with_a_note() -> None:
    first, *others = frames(2)
    data = encoded(first, "TIFF", save_all=True, append_images=others)
    assert read_picture(data).notes == ("first of 2 pages",)


def test_an_mpo_is_a_jpeg_whose_further_pictures_are_left_out() -> None:
    first, *others = frames(2)
    picture = read_picture(encoded(first, "MPO", save_all=True, append_images=others))
    assert picture.format == "JPEG"
    assert len(picture.notes) == 1
    assert "left out" in picture.notes[0]


# Profiles


def test_the_colour_profile_is_kept() -> None:
    for file_format in ("PNG", "JPEG", "WEBP", "TIFF"):
        data = encoded(Image.fromarray(colours()), file_format, icc_profile=SRGB)
        assert read_picture(data).icc == SRGB


def test_a_profile_of_another_colour_model_is_left_out_with_a_note() -> None:
    grey = Image.fromarray(colours()[..., 0])
    picture = read_picture(encoded(grey, "PNG", icc_profile=SRGB))
    assert picture.icc is None
    assert picture.notes == ("colour profile is of another colour model and left out",)


def test_a_broken_profile_is_left_out_with_a_note() -> None:
    picture = read_picture(encoded(Image.fromarray(colours()), "JPEG", icc_profile=b"x" * 300))
    assert picture.icc is None
    assert picture.notes == ("colour profile is broken and left out",)


# Refusals


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


def test_pillows_own_pixel_limit_stays_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    read_picture(png(10_000, 10_000, 1, 0, b"\0" * (1251 * 10_000)))
    refusal(png(60_000, 60_000, 8, 0, b""))
    assert before == Image.MAX_IMAGE_PIXELS


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


def test_a_heic_photo_gets_its_own_mend() -> None:
    assert "HEIC" in refusal(b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 100)


def test_a_camera_raw_file_is_not_taken_for_its_preview() -> None:
    preview = encoded(Image.fromarray(colours()), "TIFF", tiffinfo={0xFE: 1})
    assert "raw file" in refusal(preview)


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
