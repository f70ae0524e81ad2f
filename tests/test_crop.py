"""`foveate.crop`: the window, its pixels and its metadata."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate._crop import Shape, crops
from foveate.errors import OptionError
from photos import photo


def right_half(height: int = 48, width: int = 64) -> np.ndarray:
    values = np.zeros((height, width), np.float32)
    values[:, width // 2 :] = 1
    return values


def test_a_crop_has_the_shape_and_the_pixels_of_its_window() -> None:
    pixels = photo()
    crop = foveate.crop(pixels, aspect="1:2", map=right_half())
    x, y, width, height = crop.box
    assert (width, height) == (24, 48)
    assert x >= 32
    assert np.array_equal(crop.picture.pixels, pixels[y : y + height, x : x + width])
    assert crop.kept == pytest.approx(24 / 32)
    assert crop.image.size == (24, 48)


def test_css_shows_the_same_window() -> None:
    crop = foveate.crop(photo(), aspect=(1, 2), map=right_half())
    across, down = (float(part.rstrip("%")) / 100 for part in crop.object_position.split())
    assert across * (64 - crop.box[2]) == pytest.approx(crop.box[0], abs=0.01)
    assert down == 0.5


def test_a_size_is_met_to_the_pixel_and_enlarging_is_told() -> None:
    small = foveate.crop(photo(), size=(20, 10), map="centre")
    assert (small.picture.width, small.picture.height) == (20, 10)
    assert small.box[2:] == (64, 32)
    assert small.notes == ()
    large = foveate.crop(photo(), size="200x100", map="centre")
    assert large.notes == ("enlarged from 64 x 32 to 200 x 100 pixels",)


def test_protected_boxes_move_with_the_crop() -> None:
    crop = foveate.crop(photo(), size="24x48", map=right_half(), protect=[(3, 5, 10, 12)])
    assert crop.box[0] <= 3
    left, top, width, height = crop.protect[0]
    assert (left, top, width, height) == (3 - crop.box[0], 5, 10, 12)


def test_boxes_that_cannot_fit_are_refused_in_one_line() -> None:
    with pytest.raises(OptionError, match=r"span 60 x 10 pixels.*holds 24 x 48") as error:
        foveate.crop(photo(), aspect="1:2", map="none", protect=[(0, 0, 10, 10), (50, 0, 10, 10)])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"aspect": "9:16", "size": "9x16"},
        {"aspect": "9"},
        {"aspect": "0:1"},
        {"aspect": (1, 2, 3)},
        {"size": "0x10"},
        {"size": "99999x10"},
        {"aspect": "1000:1"},
    ],
)
def test_what_is_no_shape_is_refused(asked: dict) -> None:
    with pytest.raises(OptionError):
        foveate.crop(photo(), map="none", **asked)


def test_metadata_tell_the_size_of_the_crop_and_not_of_the_photo() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769).update({0xA002: 64, 0xA003: 48})
    exif[0x8769] = exif.get_ifd(0x8769)
    xmp = (
        b'<x xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        b'exif:PixelXDimension="64"><tiff:ImageLength>48</tiff:ImageLength></x>'
    )
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, "JPEG", exif=exif.tobytes(), xmp=xmp)
    crop = foveate.crop(file.getvalue(), aspect="1:2", map=right_half())
    made = foveate.compress(crop.picture, map=crop.map, quality=60, tune="fidelity")
    assert not made.report.copied_source
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.size == (24, 48)
        tags = image.getexif()
        assert tags[0x010F] == "Maker"
        assert (tags.get_ifd(0x8769)[0xA002], tags.get_ifd(0x8769)[0xA003]) == (24, 48)
        assert b'PixelXDimension="24"' in image.info["xmp"]
        assert b"<tiff:ImageLength>48<" in image.info["xmp"]


def test_a_stored_turn_is_undone_before_the_crop() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, "JPEG", exif=exif.tobytes())
    crop = foveate.crop(file.getvalue(), aspect="1:1", map="none")
    assert crop.box == (0, 8, 48, 48)


def test_the_map_of_a_crop_is_its_part() -> None:
    values = np.zeros((48, 64), np.float32)
    values[10:20, 40:50] = 1
    crop = foveate.crop(photo(), aspect="1:2", map=values)
    x, y, width, height = crop.box
    assert np.array_equal(crop.map.values, values[y : y + height, x : x + width])


def test_several_crops_are_made_at_once() -> None:
    shapes = [Shape.of_aspect("1:1"), Shape.of_size("10x20")]
    made = crops(photo(), shapes, map=right_half())
    assert [crop.shape.name for crop in made] == ["1x1", "10x20"]
    assert made[0].focal_point == made[1].focal_point


def test_the_default_map_is_the_model_for_windows() -> None:
    assert foveate.crop(photo(), aspect="1:1").map.model == "foveate-s-window"


def test_crop_is_imported_when_it_is_asked_for() -> None:
    code = "import sys, foveate; assert 'foveate._crop' not in sys.modules; foveate.crop"
    subprocess.run([sys.executable, "-c", code], check=True)
