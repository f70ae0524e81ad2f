"""Strokes over a map, and the thread whose jobs can be dropped."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from foveate.deadline import UnwantedError, check_time
from foveate.pictures import Limits, PictureSource, read_picture
from foveate.pictures.limits import within_time
from foveate.saliency import SaliencyMap, map_from_array
from foveate.saliency.map import flat_map
from foveate.web.painting import Stroke, painted_map
from foveate.web.worker import Worker


def ramp(height: int = 90, width: int = 120, confidence: float = 0.7) -> SaliencyMap:
    values = np.tile(np.linspace(0, 1, 12, dtype=np.float32), (9, 1))
    return SaliencyMap(values, height, width, confidence, "ramp")


def test_strokes_raise_and_lower_the_map_and_the_rest_keeps_its_order() -> None:
    keep = Stroke("keep", 8, ((10.0, 45.0), (40.0, 45.0)))
    drop = Stroke("drop", 8, ((100.0, 45.0),))
    painted = painted_map(ramp(), [keep, drop])
    assert painted.shape == (90, 120)
    assert (painted[45, 8:42] == 255).all()
    assert (painted[40:50, 97:103] == 0).all()
    rest = painted[5].astype(int)
    assert (np.diff(rest) >= 0).all()
    assert 0 < rest.min() < rest.max() < 255


def test_later_strokes_lie_above_and_an_eraser_shows_the_map_again() -> None:
    keep, drop, erase = (Stroke(kind, 20, ((60.0, 45.0),)) for kind in ("keep", "drop", "erase"))
    assert painted_map(ramp(), [keep, drop])[45, 60] == 0
    assert painted_map(ramp(), [drop, keep])[45, 60] == 255
    assert (painted_map(ramp(), [keep, erase]) == painted_map(ramp(), [])).all()


def test_where_the_network_knows_nothing_both_brushes_count() -> None:
    flat = flat_map(90, 120, model="auto")
    strokes = [Stroke("keep", 9, ((20.0, 20.0),)), Stroke("drop", 9, ((90.0, 70.0),))]
    assert set(np.unique(painted_map(flat, strokes))) == {0, 128, 255}


@pytest.mark.parametrize(("height", "width"), [(1, 9000), (3000, 4001), (7, 5), (1, 1)])
def test_a_painted_map_fits_its_picture(height: int, width: int) -> None:
    picture: PictureSource = np.zeros((height, width, 3), np.uint8)
    saliency = ramp(height, width)
    far = Stroke("keep", 1e12, ((-1e12, 1e300), (5.0, 5.0)))
    painted = painted_map(saliency, [Stroke("keep", 0.1, ((0.0, 0.0),)), far])
    assert max(painted.shape) <= 1024
    map_from_array(painted, read_picture(picture))


def test_a_job_that_nobody_waits_for_ends_at_its_next_step() -> None:
    worker, begun, dropped = Worker("test"), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        dropped.wait(10)
        with within_time(Limits(seconds=60), "a picture"):
            check_time()

    job, later = worker.start(work), worker.start(lambda: "never")
    begun.wait(10)
    job.drop()
    later.drop()
    dropped.set()
    for each in (job, later):
        with pytest.raises(UnwantedError):
            each.future.result(10)
    assert worker.start(lambda: 7).future.result(10) == 7
