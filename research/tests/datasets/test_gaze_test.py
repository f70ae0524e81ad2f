"""The measuring set that is plain folders."""

import numpy as np
import pytest
from PIL import Image

from foveate.errors import DatasetError
from foveate_research.datasets.attention import read_gaze_test


def test_points_and_density_maps_are_told_apart_by_folder(tmp_path):
    for name in ("images", "fixations", "maps"):
        (tmp_path / name).mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    for key in ("crowd-1", "mit-1"):
        Image.fromarray(pixels).save(tmp_path / "images" / f"{key}.webp", lossless=True)
    np.save(tmp_path / "fixations" / "crowd-1.npy", np.array([[0, 3, 4]], dtype=np.int16))
    Image.fromarray(pixels[..., 0]).save(tmp_path / "maps" / "mit-1.map.png")
    (crowd,) = read_gaze_test(tmp_path, "crowd")
    (mit,) = read_gaze_test(tmp_path, "mit")
    assert crowd.fixations.tolist() == [[0, 3, 4]]
    assert np.array_equal(mit.density, pixels[..., 0])
    assert np.array_equal(mit.pixels, pixels)


def test_a_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(DatasetError, match="holds no images"):
        read_gaze_test(tmp_path, "crowd")
