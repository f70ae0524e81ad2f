"""Whatever file, bytes, image or array comes in: a Picture, or one line that tells the mend."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from picture_files import colours, encoded, frames, png, refusal
from PIL import Image, ImageCms

from colour_profiles import SRGB
from foveate.pictures import read_picture
from photos import photo

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


def test_flattened_colours_are_rounded_to_the_nearest_level() -> None:
    samples = np.array([[[1, 1, 1, 128], [2, 2, 2, 128]]], np.uint8)  # 127.502 and 128.004
    assert read_picture(samples).pixels[0, :, 0].tolist() == [128, 128]


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
    (left_out,) = picture.carried.left_out
    assert "further pictures" in left_out


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


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_background_shows_through_as_pillow_lays_it(mode: str) -> None:
    image = Image.fromarray(photo()).convert(mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    below = Image.new("RGBA", image.size, "#204060")
    expected = Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    found = read_picture(buffer.getvalue(), background="#204060")
    assert np.abs(found.pixels.astype(int) - np.asarray(expected)).max() <= 1
    assert found.notes == ("alpha flattened on #204060",)


def test_a_grey_picture_on_a_grey_background_stays_grey() -> None:
    image = Image.new("LA", (4, 4), (10, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert (read_picture(buffer.getvalue(), background="#404040").pixels == 0x40).all()
    assert read_picture(buffer.getvalue(), background="#404040").pixels.ndim == 2
