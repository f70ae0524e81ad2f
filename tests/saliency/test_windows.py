"""Windows that keep most of a map, found by a summed-area table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foveate.saliency import SaliencyMap
from foveate.saliency.windows import SummedMap, peaks


def spot(x: int, y: int, *, height: int = 60, width: int = 100) -> SaliencyMap:
    """A map at the picture's resolution with all its weight around one place."""
    rows, columns = np.mgrid[:height, :width]
    values = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 50).astype(np.float32)
    return SaliencyMap(values, height, width, 1.0, "spot")


def flat(height: int = 60, width: int = 100) -> SaliencyMap:
    return SaliencyMap(np.ones((1, 1), np.float32), height, width, 0.0, "none")


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 14))
def test_no_other_window_keeps_more(seed: int, width: int, height: int) -> None:
    values = np.random.default_rng(seed).random((14, 20)).astype(np.float32)
    window = SummedMap(SaliencyMap(values, 14, 20, 1.0, "random")).best(width, height)
    every = np.lib.stride_tricks.sliding_window_view(values, (height, width)).sum(axis=(2, 3))
    assert window is not None
    assert window.kept == pytest.approx(every.max() / values.sum(), rel=1e-5)
    x, y, *size = window.box
    assert size == [width, height]
    assert every[y, x] == pytest.approx(every.max(), rel=1e-5)


def test_a_window_that_cuts_cells_keeps_their_parts() -> None:
    values = np.array([[1, 3]], np.float32)
    table = SummedMap(SaliencyMap(values, 10, 20, 1.0, "two cells"))
    assert table.kept((5, 0, 10, 10)) == pytest.approx((0.5 * 1 + 0.5 * 3) / 4)


def test_nothing_stands_out_so_the_window_is_in_the_middle() -> None:
    window = SummedMap(flat()).best(40, 60)
    assert window is not None
    assert window.box == (30, 0, 40, 60)
    assert SummedMap(flat()).focal_point() == (50.0, 50.0)
    assert SummedMap(flat()).object_position() == (50.0, 50.0)


def test_a_spot_that_fits_anywhere_is_not_left_at_the_edge() -> None:
    values = np.zeros((60, 100), np.float32)
    values[:, 20:30] = 1
    window = SummedMap(SaliencyMap(values, 60, 100, 1.0, "bar")).best(40, 60)
    assert window is not None
    assert abs(window.box[0] + 20 - 25) <= 5


def test_protected_boxes_are_never_cut() -> None:
    table = SummedMap(spot(60, 30))
    window = table.best(40, 60, protect=[(10, 10, 20, 20)])
    assert window is not None
    assert window.box == (10, 0, 40, 60)
    assert table.best(40, 60, protect=[(0, 0, 5, 5), (60, 0, 10, 5)]) is None


def heads(*places: int, width: int = 200) -> SaliencyMap:
    """A low plateau from column 60 on with a small high spot, as of a face, at each place."""
    rows, columns = np.mgrid[:60, :width]
    values = np.where(columns >= 60, 0.15, 0.0)
    for place in places:
        values = values + np.exp(-((columns - place) ** 2 + (rows - 30) ** 2) / 30)
    return SaliencyMap((values / values.max()).astype(np.float32), 60, width, 1.0, "heads")


def test_avoiding_cuts_moves_an_edge_off_a_head_for_a_small_loss() -> None:
    table = SummedMap(heads(70, 123))
    plain, careful = table.best(60, 60), table.best(60, 60, avoid_cuts=True)
    assert plain is not None
    assert careful is not None

    def nearest(box: tuple[int, int, int, int], head: int) -> int:
        return min(abs(box[0] - head), abs(box[0] + box[2] - head))

    assert min(nearest(plain.box, head) for head in (70, 123)) < 8
    assert min(nearest(careful.box, head) for head in (70, 123)) >= 4
    assert min(nearest(careful.box, head) for head in (70, 123)) > min(
        nearest(plain.box, head) for head in (70, 123)
    )
    assert plain.kept - 2 * 0.05 <= careful.kept < plain.kept


def test_an_edge_of_the_picture_cuts_no_head() -> None:
    values = heads(2, 150).coarse
    table = SummedMap(SaliencyMap(values, 60, 200, 1.0, "at the edge"))
    plain, careful = (table.best(150, 60, avoid_cuts=each) for each in (False, True))
    assert plain is not None
    assert careful is not None
    assert careful.kept >= plain.kept - 0.05


def test_a_map_without_peaks_is_cut_as_ever() -> None:
    table = SummedMap(flat())
    assert table.best(40, 60, avoid_cuts=True) == table.best(40, 60)


def test_the_focal_point_is_where_people_look() -> None:
    x, y = SummedMap(spot(70, 20)).focal_point()
    assert (x, y) == (pytest.approx(70, abs=2), pytest.approx(34, abs=3))


def test_object_position_keeps_more_than_the_middle_in_frames_of_any_shape() -> None:
    table = SummedMap(spot(70, 20))
    x, _ = table.object_position()
    for width in (30, 50, 80):
        placed = table.kept((round((100 - width) * x / 100), 0, width, 60))
        assert placed > table.kept(((100 - width) // 2, 0, width, 60)) - 1e-9
    assert x > 70  # CSS lays points beyond the middle farther out


def test_the_smallest_box_holds_what_it_should() -> None:
    box = SummedMap(spot(70, 20)).smallest(0.5)
    assert box.kept >= 0.5
    assert box.box[2] * box.box[3] < 0.1 * 60 * 100
    x, y, width, height = box.box
    assert x <= 70 <= x + width
    assert y <= 20 <= y + height


def test_peaks_come_highest_first_and_apart() -> None:
    values = spot(20, 30).coarse + 0.6 * spot(80, 30).coarse + 0.2 * spot(50, 5).coarse
    found = peaks(SaliencyMap(values / values.max(), 60, 100, 1.0, "three"))
    assert [(peak.x, peak.y) for peak in found] == [(20, 30), (80, 30)]
    assert peaks(flat()) == ()
