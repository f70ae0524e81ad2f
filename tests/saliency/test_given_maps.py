"""Maps that a user brings."""

import numpy as np
import pytest
from PIL import Image

from foveate.errors import MapError
from foveate.pictures import read_picture
from foveate.saliency import map_from_array, map_from_file, overlay

PICTURE = read_picture(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))
VALUES = np.linspace(0, 1, 30 * 40).reshape(30, 40)


def test_a_grey_picture_is_a_map_at_any_scale(tmp_path):
    path = tmp_path / "map.png"
    Image.fromarray(np.round(VALUES * 255).astype(np.uint8)).save(path)
    found = map_from_file(path, PICTURE)
    assert found.values.shape == (300, 400)
    assert found.confidence == 1
    assert np.abs(found.coarse - VALUES).max() < 0.01


def test_sixteen_bits_keep_their_steps(tmp_path):
    path = tmp_path / "map.png"
    Image.fromarray(np.round(VALUES * 65535).astype(np.uint16)).save(path)
    assert np.abs(map_from_file(path, PICTURE).coarse - VALUES).max() < 1e-4


def test_a_npy_file_is_a_map(tmp_path):
    path = tmp_path / "map.npy"
    np.save(path, VALUES)
    assert np.allclose(map_from_file(path, PICTURE).coarse, VALUES)


def test_floats_beyond_the_unit_range_are_stretched_to_it():
    found = map_from_array(VALUES * 50 - 7, PICTURE)
    assert np.allclose(found.coarse, VALUES, atol=1e-6)


def test_an_all_equal_map_is_flat_and_moves_nothing():
    found = map_from_array(np.full((300, 400), 0.7), PICTURE)
    assert found.confidence == 0
    assert np.ptp(found.values) == 0


@pytest.mark.parametrize("shape", [(300, 400), (299, 400), (38, 50), (3, 4), (75, 101), (600, 800)])
def test_the_same_aspect_within_a_pixel_is_taken(shape):
    values = np.random.default_rng(0).random(shape)
    assert map_from_array(values, PICTURE).values.shape == (300, 400)


@pytest.mark.parametrize("shape", [(400, 300), (300, 300), (30, 50)])
def test_another_aspect_is_refused_naming_both_sizes(shape):
    with pytest.raises(MapError, match=r"another aspect ratio.*400x300"):
        map_from_array(np.random.default_rng(0).random(shape), PICTURE)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused_naming_the_file(tmp_path, bad):
    values = VALUES.copy()
    values[3, 3] = bad
    np.save(tmp_path / "bad.npy", values)
    with pytest.raises(MapError, match=r"bad\.npy holds NaN or infinity"):
        map_from_file(tmp_path / "bad.npy", PICTURE)


@pytest.mark.parametrize("shape", [(400,), (0, 0), (2, 300, 400)])
def test_arrays_that_are_no_map_are_refused(shape):
    with pytest.raises(MapError, match="height x width"):
        map_from_array(np.zeros(shape), PICTURE)


def test_colour_pictures_are_refused(tmp_path):
    Image.fromarray(PICTURE.pixels).save(tmp_path / "colour.png")
    with pytest.raises(MapError, match="colour picture"):
        map_from_file(tmp_path / "colour.png", PICTURE)


@pytest.mark.parametrize("name", ["text.png", "text.npy", "missing.png"])
def test_files_that_are_no_map_are_refused_naming_them(tmp_path, name):
    if name != "missing.png":
        (tmp_path / name).write_text("no map")
    with pytest.raises(MapError, match=name):
        map_from_file(tmp_path / name, PICTURE)


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY\x01\x00"])
def test_damaged_npy_files_are_refused_naming_them_in_one_line(tmp_path, damaged):
    path = tmp_path / "a\nb.npy"
    path.write_bytes(damaged)
    with pytest.raises(MapError, match=r"a\\nb\.npy cannot be read") as caught:
        map_from_file(path, PICTURE)
    assert "\n" not in str(caught.value)


def test_a_pickled_object_is_never_loaded(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(MapError, match="cannot be read"):
        map_from_file(tmp_path / "objects.npy", PICTURE)


def test_an_overlay_has_the_pictures_size_and_is_warm_where_the_map_peaks():
    values = np.zeros((30, 40))
    values[:, 30:] = 1
    grey = read_picture(np.full((300, 400), 128, dtype=np.uint8))
    painted = overlay(grey, map_from_array(values, grey)).astype(int)
    assert painted.shape == (300, 400, 3)
    assert (painted[:, 350:, 0] > painted[:, 350:, 2] + 50).all()
    assert (painted[:, :250, 2] >= painted[:, :250, 0]).all()
