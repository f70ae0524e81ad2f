"""`foveate batch`: pictures of a folder done once, also by several runs and after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import foveate as library
from photos import photo, write_photo

pytest.importorskip("obstore", reason="obstore is not installed")

from foveate.batch.claims import Claims
from foveate.batch.places import listed, opened, result_key
from foveate.settings import Settings

QUICK = ("--map", "none", "--tune", "fidelity", "--jobs", "1")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures, a file that is none, and one whose name says more than it holds."""
    folder = tmp_path / "in"
    for name in ("a.png", "b.jpg", "sub/c d.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_photo(folder / name)
    (folder / "broken.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("not asked for")
    return folder


def test_each_picture_is_done_once_as_the_library_does_it(foveate: Any, pictures: Path) -> None:
    run = foveate("batch", "in", "out", *QUICK, "--json", "--manifest", "m.jsonl")
    *records, last = run.objects
    assert run.code == 1
    assert run.err.count("\n") == 1
    assert "broken.jpg: is not a picture" in run.err
    assert last["summary"]["done"] == 3
    told = {record["source"]: record for record in records}
    assert set(told) == {"a.png", "b.jpg", "sub/c d.png", "broken.jpg"}
    assert [json.loads(line) for line in Path("m.jsonl").read_text().splitlines()] == records
    for name, output in (("a.png", "a.png.jpg"), ("sub/c d.png", "sub/c d.png.jpg")):
        expected = library.compress(pictures / name, map="none", tune="fidelity")
        assert Path("out", output).read_bytes() == expected.data
        assert told[name]["output"] == output
        assert told[name]["bytes"] == len(expected.data)
    again = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert again == [again[-1]]
    assert (again[-1]["summary"]["done"], again[-1]["summary"]["before"]) == (0, 4)


def test_what_changed_is_done_anew(foveate: Any, pictures: Path) -> None:
    foveate("batch", "in", "out", *QUICK)
    Image.fromarray(photo(40, 40)).save(pictures / "a.png")
    (told, _) = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert (told["source"], told["status"]) == ("a.png", "done")
    expected = library.compress(pictures / "a.png", map="none", tune="fidelity")
    assert Path("out/a.png.jpg").read_bytes() == expected.data
    (pictures / "broken.jpg").unlink()
    *records, _ = foveate("batch", "in", "out", *QUICK, "--quality", "50", "--json").objects
    assert [record["status"] for record in records] == ["done"] * 3


def test_files_that_no_batch_wrote_stay(foveate: Any, pictures: Path) -> None:
    Path("out").mkdir()
    Path("out/b.jpg").write_text("precious")
    run = foveate("batch", "in", "out", *QUICK)
    assert "b.jpg: exists already; use --overwrite" in run.err
    assert Path("out/b.jpg").read_text() == "precious"
    (pictures / "b.jpg").touch()
    assert "2 done" not in foveate("batch", "in", "out", *QUICK, "--overwrite").out
    assert Path("out/b.jpg").read_bytes()[:2] == b"\xff\xd8"


@pytest.mark.parametrize("target", ["in", "in/out", "in/sub/../out"])
def test_results_do_not_lie_among_the_pictures(foveate: Any, pictures: Path, target: str) -> None:
    run = foveate("batch", "in", target, *QUICK)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert not (pictures / "out").exists()


def test_wrong_places_are_one_line(foveate: Any, pictures: Path) -> None:
    for source, said in (("none", "none: is no folder"), ("ftp://a/b", "give a folder, s3://")):
        run = foveate("batch", source, "out", *QUICK)
        assert (run.code, run.err.count("\n")) == (2, 1)
        assert said in run.err


def test_a_claim_is_one_runs_until_that_is_dead(tmp_path: Path) -> None:
    store = opened(str(tmp_path), make=True)
    first, second, third = (Claims(store, name) for name in ("one", "two", "three"))
    for each in (first, second, third):
        each.beat()
    assert first.take("x-1-j")
    assert first.take("x-1-j")
    assert not second.take("x-1-j")
    first.end()
    assert Claims(store, "two").take("x-1-j")
    assert not third.take("x-1-j")
    impatient = Claims(store, "four", dead_after=-1.0)
    impatient.beat()
    assert impatient.take("x-1-j")
    impatient.finish("x-1-j", {"status": "done"})
    impatient.end()
    assert not Claims(store, "three").take("x-1-j")
    assert third.done("j") == {"x-1-j"}
    assert third.done("k") == set()


def test_names_of_results_never_meet(tmp_path: Path) -> None:
    settings = Settings().checked()
    names = ["a.jpg", "a.JPG", "a.jpeg", "a.png", "a.webp", "sub/a.jpg"]
    results = [result_key(name, settings) for name in names]
    assert len(set(results)) == len(names)
    assert results[0] == "a.jpg"
    (tmp_path / ".hidden.jpg").touch()
    (tmp_path / "shown.JPG").touch()
    found = listed(opened(str(tmp_path)), frozenset({".jpg"}))
    assert [each.key for each in found] == ["shown.JPG"]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_a_run_that_was_killed_is_resumed(foveate: Any, tmp_path: Path) -> None:
    for number in range(12):
        write_photo(tmp_path / "in" / f"{number:02}.png")
    words = [sys.executable, "-m", "foveate", "batch", "in", "out", *QUICK]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    killed = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while not list((tmp_path / "out").glob("*.jpg")) and time.monotonic() < end:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    for heart in (tmp_path / "out" / ".foveate-batch" / "runs").iterdir():
        os.utime(heart, (0, 0))  # a minute later
    *records, last = foveate("batch", "in", "out", *QUICK, "--json").objects
    summary = last["summary"]
    assert summary["done"] + summary["before"] == 12
    assert 0 < summary["before"] < 12 or summary["done"] == 12
    assert len({record["source"] for record in records}) == len(records) == summary["done"]
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 12


def test_what_another_run_does_is_waited_for(
    foveate: Any, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foveate("batch", "in", "out", *QUICK)
    state = Path("out/.foveate-batch")
    marker = next(path for path in (state / "done").iterdir() if "a.png" in path.read_text())
    record = marker.read_text()
    marker.unlink()
    Path("out/a.png.jpg").unlink()
    (state / "claims" / marker.name / "0").write_text("other")
    (state / "runs").mkdir(exist_ok=True)
    (state / "runs" / "other").touch()
    pauses = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            marker.write_text(record)

    monkeypatch.setattr("foveate.batch.run.time.sleep", sleep)
    (last,) = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert pauses == [2.0, 4.0, 8.0]
    assert (last["summary"]["done"], last["summary"]["before"]) == (0, 4)
    assert not Path("out/a.png.jpg").exists()
