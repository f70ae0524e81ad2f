"""Transparency that is kept beside a picture: as it is stored, turned, converted and cropped."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

import foveate
from foveate.pictures import read_picture
from foveate.pictures.colours.srgb import in_srgb
from foveate.pictures.transparency import Transparency
from photos import photo

COLOUR = photo(40, 60)
ALPHA = np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))
RGBA = np.dstack([COLOUR, ALPHA])


def png(pixels: np.ndarray = RGBA, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", **options)
    return file.getvalue()


def kept(source: object) -> Transparency:
    transparency = read_picture(source, keep_alpha=True).transparency  # type: ignore[arg-type]
    assert transparency is not None
    return transparency


@pytest.mark.parametrize("source", [png(), RGBA, Image.fromarray(RGBA)], ids=range(3))
def test_colours_and_alpha_are_as_stored_and_pixels_lie_on_white(source: object) -> None:
    picture = read_picture(source, keep_alpha=True)  # type: ignore[arg-type]
    transparency = kept(source)
    assert np.array_equal(transparency.colour, COLOUR)
    assert np.array_equal(transparency.alpha, ALPHA)
    flat = read_picture(source)  # type: ignore[arg-type]
    assert np.array_equal(picture.pixels, flat.pixels)
    assert (picture.flattened, flat.flattened) == (False, True)
    assert flat.transparency is None


def test_an_opaque_picture_has_none() -> None:
    picture = read_picture(png(np.dstack([COLOUR, np.full_like(ALPHA, 255)])), keep_alpha=True)
    assert picture.transparency is None
    assert not picture.flattened


def test_a_transparent_palette_colour_is_kept() -> None:
    indices = (np.arange(60) < 30).astype(np.uint8)[None].repeat(40, axis=0)
    image = Image.fromarray(indices, "P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=1)
    assert np.array_equal(kept(file.getvalue()).alpha == 0, indices == 1)


def test_it_is_turned_as_the_picture_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    transparency = kept(png(exif=exif.tobytes()))
    assert np.array_equal(transparency.alpha, np.rot90(ALPHA, -1))
    assert np.array_equal(transparency.colour, np.rot90(COLOUR, -1))


def test_its_colours_go_to_srgb_with_the_picture() -> None:
    lab = ImageCms.createProfile("sRGB")
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    same = in_srgb(read_picture(png(icc_profile=profile), keep_alpha=True))
    assert same.transparency is not None
    assert np.array_equal(same.transparency.colour, COLOUR)
    opaque = read_picture(png(COLOUR, icc_profile=wide()))
    both = in_srgb(read_picture(png(icc_profile=wide()), keep_alpha=True))
    assert both.transparency is not None
    assert np.array_equal(both.transparency.colour, in_srgb(opaque).pixels)
    assert not np.array_equal(both.transparency.colour, COLOUR)


def wide() -> bytes:
    from foveate.pictures.colours.colour_profiles import DISPLAY_P3, SRGB_CURVE, rgb_profile

    return rgb_profile(DISPLAY_P3, SRGB_CURVE, "Display P3")


def test_a_crop_takes_its_part_and_resizes_by_what_is_seen() -> None:
    picture = read_picture(png(), keep_alpha=True)
    crop = foveate.crop(picture, aspect="1:1", map="centre")
    x, y, width, height = crop.box
    assert crop.picture.transparency is not None
    part = ALPHA[y : y + height, x : x + width]
    assert np.array_equal(crop.picture.transparency.alpha, part)
    hidden = RGBA.copy()
    hidden[:, ::2] = (0, 255, 0, 0)
    hidden[:, 1::2] = (255, 0, 0, 255)
    small = foveate.crop(read_picture(hidden, keep_alpha=True), size=(20, 20), map="centre")
    assert small.picture.transparency is not None
    assert (small.picture.transparency.colour == (255, 0, 0)).all()
