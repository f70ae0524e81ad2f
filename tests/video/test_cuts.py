"""Cuts are found, and motion, light and noise are none."""

from __future__ import annotations

import numpy as np

from foveate.video.cuts import CutFinder, difference, is_flash, signature
from small_videos import one_shot, panned, texture


def cuts_in(frames: np.ndarray) -> list[int]:
    finder = CutFinder()
    return [n for n, pixels in enumerate(frames) if finder.begins_shot(pixels)]


def smooth_scene(seed: int) -> np.ndarray:
    coarse = texture(6, 40, seed=seed)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))


def test_a_cut_between_two_scenes_is_found_where_it_is() -> None:
    frames = [panned(smooth_scene(seed), 8, width=96) for seed in (1, 2, 3)]
    assert cuts_in(np.concatenate(frames)) == [0, 8, 16]


def test_a_fast_pan_and_grain_are_no_cuts() -> None:
    assert cuts_in(panned(smooth_scene(1), 20, width=96, step=8, grain=6)) == [0]


def test_light_that_comes_slowly_is_no_cut_but_black_between_two_scenes_is() -> None:
    one, two = (panned(smooth_scene(seed), 20, width=96) for seed in (1, 2))
    light = np.linspace(1, 0, 20)[:, None, None, None]
    frames = np.concatenate([one * light, 0 * one[:3], two * light[::-1]]).astype(np.uint8)
    found = cuts_in(frames)
    assert found[0] == 0
    assert len(found) == 3  # where it gets black, and where it ends to be
    assert 15 < found[1] < 22 <= found[2] < 27


def test_a_flash_is_told_from_a_shot_by_what_comes_after_it() -> None:
    before, after = (signature(pixels) for pixels in one_shot(2))
    assert is_flash(before, after, 1)
    assert not is_flash(before, after, 20)
    assert not is_flash(before, signature(smooth_scene(9)[:, :96]), 1)


def test_the_difference_goes_from_nothing_to_all() -> None:
    black, white = np.zeros((16, 16, 3), np.uint8), np.full((16, 16, 3), 255, np.uint8)
    assert difference(signature(black), signature(black)) == 0
    assert difference(signature(black), signature(white)) == 1
