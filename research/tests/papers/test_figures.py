"""Figures as files, and the papers' figures from a few generated pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.errors import DatasetError, ModelError, OutputError
from foveate_research.papers import menet_grids
from foveate_research.papers.figures import Curves, Panel, grid, plots, reduced, save_figure
from foveate_research.papers.menet_figures import figure6, figure7, figure8
from foveate_research.papers.menet_sets import packed_set
from foveate_research.papers.msroi_figures import (
    figure2,
    figure3,
    likeliest_classes,
    seen_by_viewers,
    slides,
    small_picture,
)
from tiny_sets import a_scene, write_mask_shard


@pytest.fixture
def photos(tmp_path) -> list[Path]:
    paths = []
    for seed in range(2):
        path = tmp_path / f"photo-{seed}.png"
        Image.fromarray(a_scene(seed)[0]).save(path)
        paths.append(path)
    return paths


def axes_with_pictures(figure) -> int:
    return sum(bool(axis.images) for axis in figure.axes)


def test_a_figure_is_written_as_png_and_svg_the_same_each_time(tmp_path):
    panels = [[Panel(a_scene(0)[0], "a box"), Panel(a_scene(0)[1] / 255)]]
    first = save_figure(grid(panels), tmp_path / "first", overwrite=False)
    second = save_figure(grid(panels), tmp_path / "second", overwrite=False)
    assert [path.name for path in first] == ["first.png", "first.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    with Image.open(first[0]) as image:
        assert image.width > 500
    assert "</svg>" in first[1].read_text()


def test_a_figure_replaces_nothing_unless_asked(tmp_path):
    (tmp_path / "figure.png").write_text("precious")
    figure = grid([[Panel(a_scene(0)[0])]])
    with pytest.raises(OutputError, match="exists already"):
        save_figure(figure, tmp_path / "figure", overwrite=False)
    assert (tmp_path / "figure.png").read_text() == "precious"
    save_figure(figure, tmp_path / "figure", overwrite=True)


def test_lines_keep_their_colour_from_plot_to_plot():
    line = ([0.0, 1.0], [1.0, 0.0])
    figure = plots(
        [
            Curves("one", "x", "y", {"first": line, "second": line}),
            Curves("two", "x", "y", {"second": line}),
        ]
    )
    one, two = figure.axes[:2]
    assert one.lines[1].get_color() == two.lines[0].get_color() != one.lines[0].get_color()


def test_a_panels_picture_is_reduced_and_never_enlarged():
    assert reduced(np.zeros((400, 1600, 3), np.uint8), 320).shape == (80, 320, 3)
    assert reduced(np.zeros((30, 40, 3), np.uint8), 320).shape == (30, 40, 3)


def test_figure_2_shows_original_viewers_and_models(photos, tmp_path):
    for path in photos:
        np.save(tmp_path / f"{path.stem}.npy", np.array([[0, 20, 10], [1, 22, 12]]))
    figure = figure2(photos, ["centre", "spectral-residual"], fixations=tmp_path)
    assert axes_with_pictures(figure) == 8
    titles = [axis.get_title() for axis in figure.axes[:4]]
    assert titles == ["original", "human fixations", "centre", "spectral residual"]


def test_the_viewers_density_peaks_where_they_looked(photos, tmp_path):
    np.save(tmp_path / "photo-0.npy", np.array([[0, 50, 10]]))
    found = seen_by_viewers(photos[0], small_picture(photos[0]), tmp_path)
    row, column = np.unravel_index(found.values.argmax(), found.values.shape)
    assert (column, row) == (50, 10)
    assert found.values.max() == 1


def test_a_picture_without_fixations_is_named(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match=r"no fixations of photo-0\.png: looked for"):
        figure2(photos, ["centre"], fixations=tmp_path / "empty")


def test_figure_3_shows_each_picture_beside_its_map(photos):
    assert axes_with_pictures(figure3(photos, ["centre"])) == 4


def test_the_slides_show_the_five_likeliest_classes_beside_other_models(photos):
    figure = slides(photos[:1], ["cam-lite", "centre"])
    titles = [axis.get_title() for axis in figure.axes]
    names = likeliest_classes(small_picture(photos[0]), "cam-lite")
    assert axes_with_pictures(figure) == 1 + 5 + 1
    assert len(set(names)) == 5
    assert titles[0] == "photo-0"
    assert titles[1] == f"CAM, lite trunk: {names[0]}"
    assert [title.split(", CC")[0] for title in titles[2:6]] == [
        f"CAM, lite trunk: {name}" for name in names[1:]
    ]
    assert titles[6] == "centre"


def test_the_slides_need_a_network_that_tells_classes_apart(photos):
    with pytest.raises(ModelError, match="salnet tells no classes apart: give a label network"):
        slides(photos, ["salnet", "centre"])


def test_figure_6_draws_a_precision_a_recall_under_noise(tmp_path):
    sets = packed_set(write_mask_shard(tmp_path / "duts"), "test")
    drawn = figure6(sets, ["centre", "spectral-residual"])
    line = drawn.lines["duts test"]["centre"]
    assert len(line["recall"]) == len(line["precision"]) == 256
    assert line["recall"][-1] == 1
    assert len(drawn.figure.axes[0].lines) == 2


def test_figure_8_draws_f_against_the_noise(tmp_path):
    sets = packed_set(write_mask_shard(tmp_path / "duts", count=2), "test")
    drawn = figure8(sets, ["spectral-residual", "centre"])
    lines = drawn.lines["duts test"]
    assert lines["centre"]["sigma"] == [0, 10, 20, 30, 40, 50]
    assert len(set(lines["centre"]["F"])) == 1  # it does not look at the picture
    assert len(set(lines["spectral-residual"]["F"])) > 1


def test_a_grid_shows_pictures_with_their_objects_and_maps(tmp_path):
    sets = packed_set(write_mask_shard(tmp_path / "duts", count=2), "test")
    drawn = menet_grids.drawn("menet-figure5", sets, ["centre", "spectral-residual"])
    assert axes_with_pictures(drawn) == 2 * 4
    titles = [axis.get_title() for axis in drawn.axes[:4]]
    assert titles == ["picture", "objects", "centre", "spectral residual"]
    assert axes_with_pictures(menet_grids.drawn("menet-figure4", sets, ["centre"])) == 2 * 4


def test_a_colours_distance_is_from_what_lies_outside_of_the_objects():
    pixels = np.full((4, 6, 3), 10, np.uint8)
    pixels[:2, :2] = 13, 14, 10
    pixels[3, 5] = 10, 10, 40
    objects = np.zeros((4, 6), bool)
    objects[:2, :2] = objects[3, 5] = True
    distance = menet_grids.distance_in_colour(pixels, objects)
    np.testing.assert_allclose(distance[:2, :2], 5)
    np.testing.assert_allclose(distance[3, 5], 30)
    assert not distance[~objects].any()
    assert menet_grids.distance_in_colour(pixels, np.ones_like(objects)).any()


def test_figure_7_needs_a_network_with_scale_maps(photos):
    with pytest.raises(ModelError, match="centre has no scale maps"):
        figure7(photos, ["centre"])
