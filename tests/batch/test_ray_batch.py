"""Batches on a Ray cluster; what an actor does is tried without one."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

import foveate as library
from photos import write_photo

pytest.importorskip("obstore", reason="obstore is not installed")

from foveate.batch.blocks import blocks
from foveate.batch.marks import Marks
from foveate.batch.places import job_of, listed, opened
from foveate.batch.ray import Compress, _Blocks, compress_folder
from foveate.batch.unit import Batch
from foveate.errors import MissingExtraError
from foveate.pictures import DEFAULT_LIMITS
from foveate.settings import Settings

SETTINGS = Settings(map="none", tune="fidelity", threads=1)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures, and a file that is none."""
    for name in ("a.png", "b.jpg"):
        write_photo(tmp_path / "in" / name)
    (tmp_path / "in" / "c.jpg").write_text("no picture")
    return tmp_path / "in"


def expected(picture: Path) -> bytes:
    """What the library makes of a picture."""
    return library.compress(picture, settings=SETTINGS).data


def test_a_row_becomes_one_with_its_result(pictures: Path) -> None:
    unit = Compress(Settings(map="none", tune="fidelity"))
    row = unit({"bytes": (pictures / "a.png").read_bytes(), "path": "x/a.png", "label": 3})
    assert row["data"] == expected(pictures / "a.png")
    assert (row["path"], row["label"], row["status"], row["error"]) == ("x/a.png", 3, "done", None)
    assert json.loads(row["report"])["bytes"] == len(row["data"])
    assert "bytes" not in row
    failed = unit({"bytes": b"no picture", "path": "x/c.jpg"})
    assert (failed["data"], failed["status"]) == (None, "failed")
    assert failed["error"].startswith("x/c.jpg: is not a picture")
    assert set(failed) == set(row) - {"label"}


def test_an_actor_does_a_block_and_says_of_a_done_one_that_it_is(pictures: Path) -> None:
    target = str(pictures.parent / "out")
    job = job_of(SETTINGS)
    batch = Batch(str(pictures), target, SETTINGS, DEFAULT_LIMITS, "run", job, False, 0, 60.0)
    (block,) = blocks(listed(opened(str(pictures)), frozenset({".png", ".jpg"})), SETTINGS, job)
    row = {"block": pickle.dumps(block)}
    records = [json.loads(each["record"]) for each in _Blocks(batch)(row)]
    assert [record["status"] for record in records] == ["done", "done", "failed"]
    assert Path(target, "a.png.jpg").read_bytes() == expected(pictures / "a.png")
    again = [json.loads(each["record"]) for each in _Blocks(batch)(row)]
    assert again == [{"status": "done before"}] * 3
    marks = Marks(opened(target))
    marks.read_all()
    assert all(map(marks.is_done, block.tasks))


def test_what_a_dead_actor_has_not_marked_is_done_again(pictures: Path) -> None:
    target = str(pictures.parent / "out")
    job = job_of(SETTINGS)
    batch = Batch(str(pictures), target, SETTINGS, DEFAULT_LIMITS, "run", job, False, 0, 60.0)
    (block,) = blocks(listed(opened(str(pictures)), frozenset({".png"})), SETTINGS, job)
    row = {"block": pickle.dumps(block)}
    _Blocks(batch)(row)
    (mark,) = Path(target, ".foveate-batch", "done").rglob("0")
    mark.unlink()  # as where the actor died just before
    (record,) = (json.loads(each["record"]) for each in _Blocks(batch)(row))
    assert record["status"] == "done"
    assert mark.exists()


def test_without_ray_its_extra_is_named(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"foveate\[ray\]"):
        compress_folder(str(pictures), str(pictures.parent / "out"), actors=1)
    assert not (pictures.parent / "out").exists()


def test_a_job_on_a_cluster_is_resumed(pictures: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is large, and not among the tests' packages")
    pytest.importorskip("ray.data", reason="Ray is installed without its extra data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    told: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"settings": SETTINGS, "actors": 1, "tell": told.append}
    try:
        target = str(pictures.parent / "out")
        first = compress_folder(str(pictures), target, **asked)
        write_photo(pictures / "d.jpg")
        second = compress_folder(str(pictures), target, **asked)
    finally:
        ray.shutdown()
    assert (first.done, first.failed, first.before) == (2, 1, 0)
    assert (second.done, second.failed, second.before) == (1, 0, 3)
    assert sorted(record["source"] for record in told) == ["a.png", "b.jpg", "c.jpg", "d.jpg"]
    assert Path(target, "d.jpg").read_bytes() == expected(pictures / "d.jpg")
