"""A map becomes steps of the quantiser, these rectangles, and rectangles change in time."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foveate.saliency import SaliencyMap
from foveate.saliency.map import flat_map
from foveate.video.regions import STRENGTHS, Grid, Region, levels_of, offsets_of, regions_of
from foveate.video.smoothing import Sample, Shot, runs_of

GRID = Grid(150, 90)  # 10 x 6 cells of 16 pixels, of which the last are cut off


def painted(regions: tuple[Region, ...], grid: Grid) -> np.ndarray:
    """What FFmpeg makes of regions: of those that overlap the first one counts."""
    pixels = np.zeros((grid.height, grid.width), int)
    for region in reversed(regions):
        across = slice(region.x, region.x + region.width)
        pixels[region.y : region.y + region.height, across] = region.steps
    return pixels


def left_map(confidence: float = 1.0) -> SaliencyMap:
    values = np.linspace(1, 0, 10, dtype=np.float32)[None].repeat(6, 0)
    return SaliencyMap(values, 90, 150, confidence, "drawn")


@settings(max_examples=30)
@given(arrays(np.int8, (6, 10), elements=st.integers(-5, 3)))
def test_rectangles_give_every_pixel_the_level_of_its_cell(levels: np.ndarray) -> None:
    regions = regions_of(levels, GRID)
    expected = np.kron(levels, np.ones((16, 16), int))[:90, :150]
    np.testing.assert_array_equal(painted(regions, GRID), expected)
    assert all(r.x + r.width <= 150 and r.y + r.height <= 90 for r in regions)


def test_nested_levels_take_a_rectangle_each() -> None:
    levels = np.full((6, 10), 2, np.int8)
    levels[1:5, 2:8] = -1
    levels[2:4, 3:6] = -4
    assert len(regions_of(levels, GRID)) == 3


def test_a_large_frame_has_no_more_cells_than_it_needs() -> None:
    assert (Grid(640, 360).cell, Grid(1920, 1080).cell, Grid(2160, 3840).cell) == (16, 48, 96)


def test_where_people_look_gets_the_finer_quantiser() -> None:
    offsets = offsets_of(left_map(), GRID, STRENGTHS["h264"], turns=0)
    assert offsets.shape == (6, 10)
    assert offsets[0, 0] < -3
    assert offsets[0, -1] > 1
    assert (np.diff(offsets[0]) >= 0).all()


def test_a_map_of_a_turned_video_is_turned_back_onto_its_frames() -> None:
    upright = SaliencyMap(left_map().coarse, 150, 90, 1.0, "drawn")  # bright on its left
    offsets = offsets_of(upright, GRID, STRENGTHS["h264"], turns=1)
    assert offsets.shape == (6, 10)
    # Turned counter-clockwise the frame's top comes to the left.
    assert offsets[0].mean() < -2 < 1 < offsets[-1].mean()


def test_a_map_that_says_nothing_leaves_all_as_it_is() -> None:
    assert not offsets_of(flat_map(90, 150, model="none"), GRID, STRENGTHS["h264"], turns=0).any()
    assert not offsets_of(left_map(0.0), GRID, STRENGTHS["h264"], turns=0).any()


def sample(frame: int, value: float) -> Sample:
    return Sample(frame, np.full((6, 10), value, np.float32))


def steps_at(shots: list[Shot], count: int) -> list[int]:
    """The level of every frame, where all cells have the same."""
    runs = {run.first: run.regions for run in runs_of(shots, GRID, step=2)}
    found, last = [], 0
    for frame in range(count):
        if frame in runs:
            last = runs[frame][0].steps if runs[frame] else 0
        found.append(last)
    return found


def test_one_map_of_a_shot_is_one_run() -> None:
    shot = Shot(0, 50, (sample(5, -3), sample(20, -3), sample(35, -3)))
    assert [run.first for run in runs_of([shot], GRID, step=2)] == [0]


def test_levels_change_by_a_step_at_a_time_within_a_shot() -> None:
    levels = steps_at([Shot(0, 40, (sample(5, -6), sample(35, 4)))], 40)
    assert levels[0] == -4  # three parts of the first map and one of the next
    assert levels[-1] == 2
    assert set(np.diff(levels)) <= {0, 1}


def test_no_map_reaches_over_a_cut() -> None:
    levels = steps_at([Shot(0, 11, (sample(5, -6),)), Shot(11, 30, (sample(16, 4),))], 30)
    assert levels == [-6] * 11 + [4] * 19


def test_levels_are_the_nearest_whole_steps() -> None:
    assert levels_of(np.array([[-1.6, 0.4]], np.float32)).tolist() == [[-2, 0]]
