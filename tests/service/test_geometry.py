"""Windows and sizes by imgproxy's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate.service.geometry import placed, planned
from foveate.service.grammar import parsed
from foveate.service.refusals import RefusedError
from foveate.service.wanted import RESIZINGS, Gravity, Wanted

MOST = 10**8


def plan_of(options: str, width: int, height: int) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    wanted = parsed(f"/s/{options}/plain/local:///a.jpg").wanted
    plan = planned(width, height, wanted, most_pixels=MOST)
    return [cut.size for cut in plan.cuts], plan.size


@pytest.mark.parametrize(
    ("options", "cuts", "size"),
    [
        ("q:0", [], (640, 480)),
        ("rs:fit:300:300", [], (300, 225)),
        ("w:320", [], (320, 240)),
        ("h:240", [], (320, 240)),
        ("w:1280", [], (640, 480)),
        ("w:1280/el:1", [], (1280, 960)),
        ("w:100/dpr:2", [], (200, 150)),
        ("dpr:2/el:1", [], (1280, 960)),
        ("z:0.5", [], (320, 240)),
        ("rs:fill:300:300", [(480, 480)], (300, 300)),
        ("rs:fill:320:240", [], (320, 240)),
        ("rs:fill:960:480", [], (640, 480)),
        ("rs:fill:960:240", [(640, 240)], (640, 240)),
        ("rs:fill-down:960:240", [(640, 160)], (640, 160)),
        ("rs:fill:1280:480:1", [(640, 240)], (1280, 480)),
        ("rs:force:100:400", [], (100, 400)),
        ("rs:force:1280:480", [], (640, 240)),
        ("rs:auto:300:200", [(640, 427)], (300, 200)),
        ("rs:auto:200:300", [], (200, 150)),
        ("mw:640/w:100", [], (640, 480)),
        ("c:0.5:0", [(320, 480)], (320, 480)),
        ("c:200:9999/rs:fill:100:100", [(200, 480), (200, 200)], (100, 100)),
    ],
)
def test_sizes_are_imgproxys(
    options: str, cuts: list[tuple[int, int]], size: tuple[int, int]
) -> None:
    assert plan_of(options, 640, 480) == (cuts, size)


@pytest.mark.parametrize(
    ("gravity", "corner"),
    [
        (Gravity("ce"), (270, 190)),
        (Gravity("nowe"), (0, 0)),
        (Gravity("soea"), (540, 380)),
        (Gravity("soea", offset=(10, 0.25)), (530, 260)),
        (Gravity("ea"), (540, 190)),
        (Gravity("nowe", offset=(9000, -5)), (540, 0)),
        (Gravity("fp", point=(0.25, 1.0)), (110, 380)),
        (Gravity("obj", box=(0.5, 0.5, 0.5, 0.25)), (430, 250)),
    ],
)
def test_a_window_lies_where_its_gravity_says(gravity: Gravity, corner: tuple[int, int]) -> None:
    assert placed(gravity, (640, 480), (100, 100)) == (*corner, 100, 100)


def test_a_result_of_too_many_pixels_is_refused() -> None:
    wanted = Wanted(width=65_000, height=65_000, enlarge=True, resizing="force")
    with pytest.raises(RefusedError, match="65000 x 65000 pixels, over the limit of 1,000"):
        planned(10, 10, wanted, most_pixels=1000)


SIDES = st.integers(1, 5000)


@given(SIDES, SIDES, st.integers(0, 900), st.integers(0, 900), st.sampled_from(RESIZINGS))
def test_windows_fit_and_nothing_grows_unasked(
    width: int, height: int, across: int, down: int, kind: str
) -> None:
    wanted = Wanted(resizing=kind, width=across, height=down)  # type: ignore[arg-type]
    plan = planned(width, height, wanted, most_pixels=MOST)
    whole = (width, height)
    for cut in plan.cuts:
        box = placed(cut.gravity, whole, cut.size)
        assert min(box) >= 0
        assert box[0] + box[2] <= whole[0]
        assert box[1] + box[3] <= whole[1]
        whole = cut.size
    assert plan.size[0] <= max(1, across or width)
    assert plan.size[1] <= max(1, down or height)
    assert plan.size[0] <= whole[0]
    assert plan.size[1] <= whole[1]
