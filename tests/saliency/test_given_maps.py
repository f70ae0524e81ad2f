"""Maps that a user brings."""

import numpy as np
import pytest
from PIL import Image

from foveate.errors import MapError
from foveate.pictures import read_picture
from foveate.saliency import SaliencyMap, map_from_array, map_from_file, overlay

PICTURE = read_picture(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))
VALUES = np.linspace(0, 1, 30 * 40).reshape(30, 40)


def test_a_grey_picture_is_a_map_at_any_scale(tmp_path):
    path = tmp_path / "map.png"
    Image.fromarray(np.round(VALUES * 255).astype(np.uint8)).save(path)
    found = map_from_file(path, PICTURE)
    assert found.values.shape == (300, 400)
    assert found.confidence == 1
    assert np.abs(found.coarse - VALUES).max() < 0.01


def test_a_grey_picture_with_alpha_is_a_map_by_its_grey(tmp_path):
    path = tmp_path / "map.png"
    grey = np.round(VALUES * 255).astype(np.uint8)
    Image.merge("LA", [Image.fromarray(grey), Image.fromarray(255 - grey)]).save(path)
    assert np.abs(map_from_file(path, PICTURE).coarse - VALUES).max() < 0.01


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


def test_every_row_of_an_overlay_shows_its_own_row_of_the_map():
    values = np.zeros((60, 40))
    values[45:] = 1
    grey = read_picture(np.full((600, 400), 128, dtype=np.uint8))
    painted = overlay(grey, map_from_array(values, grey)).astype(int)
    assert (painted[480:, :, 0] > painted[480:, :, 2] + 50).all()
    assert (painted[:420, :, 2] >= painted[:420, :, 0]).all()


def test_floats_below_zero_are_stretched_too():
    found = map_from_array(VALUES - 0.5, PICTURE)
    assert np.allclose(found.coarse, VALUES, atol=1e-6)


def test_a_mask_of_truth_values_is_a_map():
    found = map_from_array(VALUES > 0.5, PICTURE)
    assert np.array_equal(found.coarse, (VALUES > 0.5).astype(np.float32))


@pytest.mark.parametrize("shape", [(2400, 3200), (3200, 2400)])
def test_a_map_finer_than_needed_is_averaged_and_keeps_its_place(shape):
    values = np.zeros(shape, np.float32)
    values[: shape[0] // 4, : shape[1] // 2] = 1
    picture = read_picture(np.zeros((shape[0] // 8, shape[1] // 8), np.uint8))
    found = map_from_array(values, picture)
    assert max(found.coarse.shape) == 2048
    assert found.coarse.shape[0] / found.coarse.shape[1] == pytest.approx(shape[0] / shape[1])
    expected = np.zeros((picture.height, picture.width))
    expected[: picture.height // 4, : picture.width // 2] = 1
    assert np.abs(found.values - expected).mean() < 0.01


def test_an_overlay_shows_the_pictures_tones_as_luma_has_them():
    colours = np.zeros((8, 24, 3), np.uint8)
    colours[:, :8, 0], colours[:, 8:16, 1], colours[:, 16:, 2] = 255, 255, 255
    picture = read_picture(colours)
    flat = SaliencyMap(np.zeros((1, 1), np.float32), 8, 24, 1.0, "test")
    red, green, blue = overlay(picture, flat)[4, [4, 12, 20], 0].astype(float)
    assert (green - blue) / (red - blue) == pytest.approx(
        (0.587 - 0.114) / (0.299 - 0.114), rel=0.1
    )


@pytest.mark.parametrize(("value", "least"), [(0.0, 0.75), (1.0, 0.3)])
def test_an_overlay_never_hides_the_picture(value, least):
    tones = np.zeros((8, 16), np.uint8)
    tones[:, 8:] = 255
    everywhere = SaliencyMap(np.full((1, 1), value, np.float32), 8, 16, 1.0, "test")
    painted = overlay(read_picture(tones), everywhere).astype(int)
    assert (painted[4, 12] - painted[4, 4] > least * 255).all()


def test_an_overlay_is_warm_already_where_a_map_has_a_quarter_of_its_peak():
    quarter = SaliencyMap(np.full((1, 1), 0.25, np.float32), 8, 8, 1.0, "test")
    red, _, blue = overlay(read_picture(np.full((8, 8), 128, np.uint8)), quarter)[4, 4].astype(int)
    assert red > blue + 40


def test_an_overlay_of_another_pictures_map_is_refused():
    with pytest.raises(ValueError, match="another size"):
        overlay(PICTURE, SaliencyMap(np.ones((1, 1), np.float32), 400, 300, 1.0, "test"))
