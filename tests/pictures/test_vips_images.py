"""Images of pyvips come in with their pixels, colours, metadata and orientation."""

import numpy as np
import pytest
from PIL import Image, ImageCms

import foveate
from foveate.pictures import read_picture
from foveate.pictures.limits import Limits
from photos import photo


class StandIn:
    """The part of pyvips' interface that is asked, over an array."""

    interpretation, format = "srgb", "uchar"

    def __init__(self, pixels, **fields):
        self.height, self.width, self.bands = pixels.shape
        self._pixels, self._fields = pixels, fields

    def write_to_memory(self):
        return memoryview(self._pixels.tobytes())

    def get_typeof(self, name):
        return int(name in self._fields)

    def get(self, name):
        return self._fields[name]


@pytest.fixture
def pyvips():
    try:
        import pyvips
    except (ImportError, OSError):
        pytest.skip("pyvips is not installed")
    return pyvips


def exif_of(orientation):
    tags = Image.Exif()
    tags[0x0112], tags[0x010E] = orientation, "a disc"
    return tags.tobytes()


def test_pixels_and_metadata_come_in():
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    fields = {"icc-profile-data": icc, "exif-data": exif_of(1), "xmp-data": b"<x/>"}
    picture = read_picture(StandIn(photo(), **fields))
    assert np.array_equal(picture.pixels, photo())
    assert (picture.icc, picture.xmp) == (icc, b"<x/>")
    assert picture.exif is not None
    assert b"a disc" in picture.exif


@pytest.mark.parametrize(("told", "turned"), [({"orientation": 6}, True), ({}, False)])
def test_the_orientation_is_what_libvips_tells(told, turned):
    # After `autorot` the EXIF data still tell the camera's orientation.
    picture = read_picture(StandIn(photo(48, 64), **{"exif-data": exif_of(6)}, **told))
    assert (picture.height, picture.width) == ((64, 48) if turned else (48, 64))


def test_transparency_shows_the_background():
    clear = np.dstack([photo(), np.zeros((48, 64), np.uint8)])
    assert (read_picture(StandIn(clear), background="red").pixels == (255, 0, 0)).all()


def test_too_many_pixels_or_bands_are_refused():
    with pytest.raises(foveate.PictureError, match="limit"):
        read_picture(StandIn(photo()), limits=Limits(pixels=1000))
    with pytest.raises(foveate.PictureError, match="5 bands"):
        read_picture(StandIn(np.zeros((8, 8, 5), np.uint8)))


def test_compress_map_and_crop_take_images_of_pyvips(pyvips):
    array = photo(96, 128)
    image = pyvips.Image.new_from_array(array)
    options = {"map": "none", "tune": "fidelity"}
    assert foveate.compress(image, **options).data == foveate.compress(array, **options).data
    assert np.array_equal(foveate.saliency_map(image).values, foveate.saliency_map(array).values)
    assert foveate.crop(image, aspect="1:1").box == foveate.crop(array, aspect="1:1").box


def test_other_colours_and_depths_of_pyvips_become_eight_bits(pyvips):
    image = pyvips.Image.new_from_array(photo())
    for other in ("rgb16", "lab", "scrgb"):
        pixels = read_picture(image.colourspace(other)).pixels
        assert np.abs(pixels.astype(int) - photo()).max() <= 2, other
    grey = read_picture(image.colourspace("grey16")).pixels
    assert grey.shape == (48, 64)


def test_a_file_that_pyvips_turned_is_not_turned_again(pyvips, tmp_path):
    Image.fromarray(photo(48, 64)).save(tmp_path / "a.jpg", exif=exif_of(6))
    image = pyvips.Image.new_from_file(str(tmp_path / "a.jpg"))
    assert read_picture(image).pixels.shape == (64, 48, 3)
    assert read_picture(image.autorot()).pixels.shape == (64, 48, 3)


def test_a_broken_file_behind_an_image_of_pyvips_is_one_line(pyvips, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(photo(256, 256)).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    image = pyvips.Image.new_from_file(str(path), fail=True)
    with pytest.raises(foveate.PictureError):
        read_picture(image)
