"""`foveate batch`: pictures of a folder done once, also by several runs and after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import foveate as library
from photos import photo, write_photo

pytest.importorskip("obstore", reason="obstore is not installed")


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
    done = [record for record in records if record["status"] == "done"]
    assert (last["summary"]["done"], len(done)) == (3, 3)
    assert last["summary"]["bytes_in"] == sum(record["size"] for record in done)
    assert last["summary"]["bytes_out"] == sum(record["bytes"] for record in done)
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
    assert (again[-1]["summary"]["done"], again[-1]["summary"]["before"]) == (0, 3)


def test_what_failed_before_is_told_again_and_is_not_counted_as_done(
    foveate: Any, pictures: Path
) -> None:
    foveate("batch", "in", "out", *QUICK)
    again = foveate("batch", "in", "out", *QUICK)
    assert again.code == 1
    assert "0 done, 3 done before, 0 failed in" in again.out
    assert "1 failed before" in again.out
    (pictures / "broken.jpg").unlink()
    assert foveate("batch", "in", "out", *QUICK).code == 0


def test_files_that_no_store_could_hold_fail_alone(foveate: Any, pictures: Path) -> None:
    write_photo(pictures / "two\nlines.jpg")
    (pictures / "nowhere.jpg").symlink_to("none")
    (pictures / "around.jpg").symlink_to("around.jpg")
    (pictures / "sub/up").symlink_to(pictures)
    (pictures / "Icon\r").touch()
    Path(os.fsdecode(os.fsencode(pictures) + b"/\xff.jpg")).write_bytes(b"")
    os.mkfifo(pictures / "pipe.jpg")
    run = foveate("batch", "in", "out", *QUICK, "--json")
    lines = [line.split(": ")[1] for line in run.err.splitlines()]
    assert sorted(lines) == [
        "\\udcff.jpg",
        "around.jpg",
        "broken.jpg",
        "nowhere.jpg",
        "two\\nlines.jpg",
    ]
    assert "nowhere.jpg: is gone, or a link to nowhere; put it back, or remove the link" in run.err
    assert "two\\nlines.jpg: has a name that a store cannot hold" in run.err
    assert (run.code, run.objects[-1]["summary"]["done"]) == (1, 3)


def test_why_a_long_name_cannot_be_written_is_told(foveate: Any, pictures: Path) -> None:
    (pictures / "a.png").rename(pictures / f"{'n' * 250}.png")
    run = foveate("batch", "in", "out", *QUICK)
    assert "its name is too long; choose a shorter one" in run.err


def test_what_a_store_could_not_give_is_tried_again(foveate: Any, pictures: Path) -> None:
    (pictures / "broken.jpg").unlink()
    (pictures / "nowhere.jpg").symlink_to("none")
    for _ in range(2):
        last = foveate("batch", "in", "out", *QUICK, "--json").objects[-1]
        assert (last["summary"]["failed"], last["summary"]["failed_before"]) == (1, 0)


def test_what_cannot_be_marked_is_told_as_failed(foveate: Any, pictures: Path) -> None:
    foveate("batch", "in", "out", *QUICK)
    (mark,) = Path("out/.foveate-batch/done").rglob("0")
    shutil.rmtree("out")
    mark.mkdir(parents=True)  # where no file can be put
    *records, last = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert {record["status"] for record in records} == {"failed"}
    assert (last["summary"]["done"], last["summary"]["failed"]) == (0, 4)
    assert all("the store of results fails" in record["error"] for record in records)


def test_a_failure_names_its_picture_and_options_that_the_command_has(
    foveate: Any, pictures: Path
) -> None:
    whole = (pictures / "a.png").read_bytes()
    (pictures / "cut.png").write_bytes(whole[: len(whole) // 2])
    run = foveate("batch", "in", "out", *QUICK, "--size", "10")
    assert "foveate: a.png: 10 bytes are too few" in run.err
    (cut,) = (line for line in run.err.splitlines() if "cut.png: is truncated" in line)
    assert cut.endswith("of the picture; take another copy")
    run = foveate("batch", "in", "other", *QUICK, "--limit", "pixels=10")
    assert "or raise --limit pixels=N" in run.err
    assert "`" not in run.err


def test_a_manifest_that_cannot_be_written_is_refused_before_the_work(
    foveate: Any, pictures: Path
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for name, why in (
        ("none/m.jsonl", "its folder does not exist; make it first"),
        ("none/m.parquet", "its folder does not exist; make it first"),
        ("in", "Is a directory; choose another file for --manifest"),
    ):
        run = foveate("batch", "in", "out", *QUICK, "--manifest", name)
        assert (run.code, run.err) == (1, f"foveate: {name}: cannot be written: {why}\n")
    assert not Path("out").exists()


def test_what_changed_is_done_anew(foveate: Any, pictures: Path) -> None:
    foveate("batch", "in", "out", *QUICK)
    Image.fromarray(photo(40, 40)).save(pictures / "a.png")
    (told, _) = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert (told["source"], told["status"]) == ("a.png", "done")
    expected = library.compress(pictures / "a.png", map="none", tune="fidelity")
    assert Path("out/a.png.jpg").read_bytes() == expected.data
    (pictures / "broken.jpg").unlink()
    for quality in (["--quality", "50"], []):  # also where what was asked first comes back
        *records, _ = foveate("batch", "in", "out", *QUICK, *quality, "--json").objects
        assert [record["status"] for record in records] == ["done"] * 3
    assert Path("out/a.png.jpg").read_bytes() == expected.data


def test_files_that_no_batch_wrote_stay(foveate: Any, pictures: Path) -> None:
    Path("out").mkdir()
    Path("out/b.jpg").write_text("precious")
    run = foveate("batch", "in", "out", *QUICK)
    assert "b.jpg: exists already; use --overwrite" in run.err
    Path("out/b.jpg").write_text("precious, and newer")
    run = foveate("batch", "in", "out", *QUICK)
    assert "b.jpg: exists already; use --overwrite" in run.err
    assert Path("out/b.jpg").read_text() == "precious, and newer"
    told, last = foveate("batch", "in", "out", *QUICK, "--overwrite", "--json").objects
    assert (told["source"], told["status"], last["summary"]["before"]) == ("b.jpg", "done", 2)
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


def interrupted(folder: Path, sign: signal.Signals) -> tuple[list[str], str]:
    """What the manifest and stderr tell of a run over twelve pictures that was stopped."""
    for number in range(12):
        write_photo(folder / "in" / f"{number:02}.png")
    words = [sys.executable, "-m", "foveate", "batch", "in", "out", *QUICK, "--manifest", "m.jsonl"]
    run = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while len(list((folder / "out").glob("*.jpg"))) < 3 and time.monotonic() < end:
        time.sleep(0.005)
    run.send_signal(sign)
    said = run.communicate()[1]
    manifest = folder / "m.jsonl"
    lines = manifest.read_text().splitlines() if manifest.exists() else []
    return [json.loads(line)["source"] for line in lines], said


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_a_run_that_was_stopped_tells_and_marks_what_it_did(foveate: Any, tmp_path: Path) -> None:
    told, said = interrupted(tmp_path, signal.SIGTERM)
    assert 2 <= len(told) < 12
    assert said.startswith(f"foveate: interrupted: {len(told)} done, nothing half-written; give")
    *records, last = foveate("batch", "in", "out", *QUICK, "--json").objects
    assert (last["summary"]["done"], last["summary"]["before"]) == (12 - len(told), len(told))
    assert not {record["source"] for record in records} & set(told)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
def test_what_a_killed_run_wrote_is_known_as_a_batchs(foveate: Any, tmp_path: Path) -> None:
    assert interrupted(tmp_path, signal.SIGKILL)[0] == []
    if not sys.platform.startswith("linux"):  # where nothing but a minute tells that it has ended
        for heart in (tmp_path / "out" / ".foveate-batch" / "runs").iterdir():
            os.utime(heart, (0, 0))
    run = foveate("batch", "in", "out", *QUICK, "--quality", "60", "--json")
    *records, last = run.objects
    assert last["summary"]["done"] == len(records) == 12
    assert {record["status"] for record in records} == {"done"}
    for name in ("00", "11"):
        expected = library.compress(
            tmp_path / "in" / f"{name}.png", map="none", tune="fidelity", quality=60
        )
        assert (tmp_path / "out" / f"{name}.png.jpg").read_bytes() == expected.data


@pytest.mark.parametrize("many", [1, 1000])
def test_what_another_run_does_is_waited_for(
    foveate: Any, pictures: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr("foveate.batch.run.MANY_TAKEN", many)
    foveate("batch", "in", "out", *QUICK)
    state = Path("out/.foveate-batch")
    (marker,) = (path for path in (state / "done").rglob("0"))
    record = marker.read_text()
    marker.unlink()
    Path("out/a.png.jpg").unlink()
    (claim,) = (state / "claims").rglob("0")
    claim.write_text(json.dumps({"run": "other", "results": []}))
    (state / "runs").mkdir(exist_ok=True)
    (state / "runs" / "other").touch()
    pauses, real = [], time.monotonic

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            marker.write_text(record)

    monkeypatch.setattr("foveate.batch.run.time.sleep", sleep)
    monkeypatch.setattr("foveate.batch.run.time.monotonic", lambda: real() + sum(pauses))
    run = foveate("batch", "in", "out", *QUICK, "--json")
    (last,) = run.objects
    assert pauses == [2.0, 4.0, 8.0]
    assert run.err.count("waiting for 4 pictures that another run has begun") == 1
    assert (last["summary"]["done"], last["summary"]["before"]) == (0, 3)
    assert 0 <= last["summary"]["seconds"] < 14  # without the pauses
    assert not Path("out/a.png.jpg").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found as Linux lists them")
def test_a_picture_whose_process_dies_is_tried_once_more(foveate: Any, tmp_path: Path) -> None:
    for number in range(6):
        write_photo(tmp_path / "in" / f"{number}.png")
    killed: list[int] = []

    def kill() -> None:
        end = time.monotonic() + 60
        while not list((tmp_path / "out").glob("*.jpg")) and time.monotonic() < end:
            time.sleep(0.002)
        for tasks in Path("/proc/self/task").glob("*/children"):
            for number in map(int, tasks.read_text().split()):
                if b"foveate.batch.unit" in Path(f"/proc/{number}/cmdline").read_bytes():
                    os.kill(number, signal.SIGKILL)
                    killed.append(number)

    thread = threading.Thread(target=kill)
    thread.start()
    *records, last = foveate("batch", "in", "out", *QUICK, "--json").objects
    thread.join()
    assert len(killed) == 1
    assert (last["summary"]["done"], last["summary"]["failed"]) == (6, 0)
    assert len({record["source"] for record in records}) == len(records) == 6


def test_a_table_has_what_all_runs_of_a_job_have_done(foveate: Any, pictures: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    (pictures / "sub/c d.png").rename("later.png")
    foveate("batch", "in", "out", *QUICK, "--quality", "40")
    foveate("batch", "in", "out", *QUICK)
    Path("later.png").rename(pictures / "sub/c d.png")
    Image.fromarray(photo(40, 40)).save(pictures / "a.png")
    *told, _ = foveate("batch", "in", "out", *QUICK, "--manifest", "m.parquet", "--json").objects
    assert {record["source"] for record in told} == {"a.png", "sub/c d.png"}
    rows = {row["source"]: row for row in parquet.read_table("m.parquet").to_pylist()}
    assert set(rows) == {"a.png", "b.jpg", "sub/c d.png", "broken.jpg"}
    assert len(parquet.read_table("m.parquet")) == 4
    for record in told:
        row = rows[record["source"]]
        assert row | {"report": json.loads(row["report"])} == record | {"error": None}
    assert (rows["b.jpg"]["status"], rows["broken.jpg"]["status"]) == ("done", "failed")
    assert "is not a picture" in rows["broken.jpg"]["error"]


def test_a_table_that_is_there_is_written_anew(foveate: Any, pictures: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    Path("m.parquet").write_text("an older one")
    foveate("batch", "in", "out", *QUICK, "--manifest", "m.parquet")
    assert len(parquet.read_table("m.parquet")) == 4


def test_what_a_million_pictures_cost_is_told(foveate: Any, pictures: Path) -> None:
    run = foveate("batch", "in", "out", *QUICK, "--strip", "--price-per-hour", "36", "--json")
    summary = run.objects[-1]["summary"]
    assert summary["price_of_a_million"] == pytest.approx(10_000 / summary["rate"], rel=0.01)
    assert "million pictures cost" not in run.out
    (pictures / "d.png").write_bytes((pictures / "a.png").read_bytes())
    told = foveate("batch", "in", "out", *QUICK, "--strip", "--price-per-hour", "36").out
    assert "1 done, 3 done before, 0 failed in " in told
    sizes = (pictures / "d.png").stat().st_size, Path("out/d.png.jpg").stat().st_size
    assert f"({100 * (1 - sizes[1] / sizes[0]):.0f} %)\n" in told
    assert "At this rate a million pictures cost " in told


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("s3://photos", "s3://photos"),
        ("s3://photos/", "s3://photos/out"),
        ("gs://a/b", "gs://a/b/"),
    ],
)
def test_results_do_not_lie_among_the_pictures_of_a_store(
    foveate: Any, source: str, target: str
) -> None:
    run = foveate("batch", source, target, *QUICK)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "whose pictures it would join" in run.err


def test_metadata_is_left_out_where_that_is_asked(foveate: Any, pictures: Path) -> None:
    exif = Image.Exif()
    exif[0x8298] = "Copyright of somebody"
    Image.fromarray(photo(40, 40)).save(pictures / "a.png", exif=exif)
    foveate("batch", "in", "kept", *QUICK)
    foveate("batch", "in", "out", *QUICK, "--strip")
    assert b"Copyright" in Path("kept/a.png.jpg").read_bytes()
    assert b"Copyright" not in Path("out/a.png.jpg").read_bytes()


def test_a_table_without_its_extra_is_refused_before_the_work(
    foveate: Any, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    run = foveate("batch", "in", "out", *QUICK, "--manifest", "m.parquet")
    assert run.err.count("\n") == 1
    assert "pip install 'foveate[parquet]'" in run.err
    assert not Path("out").exists()
