"""Scenes from folders: what belongs together, categories, ladders of sizes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image

from coded_scenes import pixels_of, write_scenes
from foveate.errors import DatasetError, OptionError
from foveate_research.coders.scenes import open_scene, scene_files, size_ladder


def test_a_scene_has_its_picture_map_fixations_and_mask(tmp_path):
    folder = write_scenes(tmp_path)
    files = scene_files(folder / "images", fixations=[folder / "fixations"], masks=folder / "masks")
    assert [each.key for each in files] == ["0", "1"]
    scene = open_scene(files[0], model="centre")
    np.testing.assert_array_equal(scene.pixels, pixels_of())
    assert scene.saliency.model == "centre"
    np.testing.assert_array_equal(scene.points, [[40, 48], [44, 50], [100, 20]])
    assert scene.looked_at[48, 41]
    assert not scene.looked_at[90, 5]
    assert scene.mask[50, 40]
    assert not scene.mask[5, 5]
    assert scene.salient.mean() == pytest.approx(0.2, abs=0.02)


def test_fixations_may_be_density_maps_in_a_folder_of_their_own(tmp_path):
    folder = write_scenes(tmp_path)
    (folder / "fixations" / "1.npy").unlink()
    (folder / "maps").mkdir()
    density = np.zeros((24, 32), np.uint8)
    density[12, 8] = 200
    Image.fromarray(density).save(folder / "maps" / "1.map.png")
    files = scene_files(folder / "images", fixations=[folder / "fixations", folder / "maps"])
    points, smooth = (open_scene(each, model="none") for each in files)
    assert points.points is not None
    assert smooth.points is None
    assert smooth.density.shape == smooth.pixels.shape[:2]
    assert smooth.density.max() == 1


def test_a_picture_without_fixations_is_named(tmp_path):
    folder = write_scenes(tmp_path)
    (folder / "fixations" / "1.npy").unlink()
    with pytest.raises(DatasetError, match="1 of 2 pictures have no fixations, such as 1"):
        scene_files(folder / "images", fixations=[folder / "fixations"])


def test_a_mask_of_another_size_is_refused(tmp_path):
    folder = write_scenes(tmp_path, count=1)
    Image.new("L", (10, 10)).save(folder / "masks" / "0.png")
    (files,) = scene_files(folder / "images", masks=folder / "masks")
    with pytest.raises(DatasetError, match="10x10"):
        open_scene(files, model="none")


def test_categories_are_sub_folders_and_cat2000s_output_is_left_out(tmp_path):
    for category in ("Action", "Pattern"):
        for part in ("", "Output"):
            (tmp_path / category / part).mkdir(parents=True, exist_ok=True)
            for name in ("001", "002"):
                Image.new("RGB", (16, 16)).save(tmp_path / category / part / f"{name}.png")
    every = scene_files(tmp_path, categories=())
    assert [(each.category, each.key) for each in every] == [
        ("Action", "Action/001"),
        ("Action", "Action/002"),
        ("Pattern", "Pattern/001"),
        ("Pattern", "Pattern/002"),
    ]
    one = scene_files(tmp_path, categories=["Pattern"], count=1)
    assert [each.key for each in one] == ["Pattern/001"]
    with pytest.raises(DatasetError, match="holds no Fractal"):
        scene_files(tmp_path, categories=["Fractal"])


def test_a_ladder_goes_from_the_pictures_own_size_to_a_twentieth(tmp_path):
    path = tmp_path / "large.png"
    Image.fromarray(pixels_of(400, 600)).save(path)
    ladder = size_ladder(path, 4)
    assert ladder[0].size == (600, 400)
    assert ladder[-1].size == (30, 20)
    ratios = [a.size[0] / b.size[0] for a, b in itertools.pairwise(ladder)]
    assert ratios == pytest.approx([20 ** (1 / 3)] * 3, rel=0.02)
    assert open_scene(ladder[2], model="none").pixels.shape[1::-1] == ladder[2].size
    with pytest.raises(OptionError, match="at least 2"):
        size_ladder(path, 1)
