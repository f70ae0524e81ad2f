"""Batches: what is done is not done again, pictures in their places, processes, streams, logs."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from foveate.cli.batch import task as task_module
from photos import photo, write_photo

FAST = ("--map", "none", "--tune", "fidelity")


@pytest.fixture
def no_more_work(monkeypatch: pytest.MonkeyPatch):
    """Once called, any picture that is worked on fails the test."""

    def forbid() -> None:
        monkeypatch.setattr(task_module, "_worked", lambda *_: pytest.fail("worked again"))

    return forbid


def test_a_second_run_does_no_work_and_ends_well(foveate, no_more_work) -> None:
    for name in ("in/a.png", "in/x/b.jpg"):
        write_photo(name)
    Image.fromarray(photo(200, 200)).convert("1").save("in/bits.png")
    assert foveate("compress", "in", "-r", "-o", "out", *FAST).code == 0
    before = Path("out/x/b.jpg").stat().st_ino
    no_more_work()
    run = foveate("compress", "in", "-r", "-o", "out", *FAST, "--threads", "1")
    assert (run.code, run.err) == (0, "")
    assert run.out == "3 pictures: 3 done before.\n"
    assert Path("out/x/b.jpg").stat().st_ino == before
    values = foveate("compress", "in", "-r", "-o", "out", *FAST, "--json").objects
    assert [value["state"] for value in values] == ["done before"] * 3


def test_what_changed_is_done_again_and_replaces_nothing_unasked(foveate) -> None:
    for name in ("in/a.png", "in/b.png", "in/c.png"):
        write_photo(name)
    call = ("compress", "in", "-o", "out", *FAST)
    assert foveate(*call).code == 0
    Image.fromarray(photo(seed=1)).save("in/a.png")
    Path("out/b.jpg").unlink()
    Path("out/c.jpg").write_bytes(b"edited by hand")
    run = foveate(*call)
    assert run.code == 1
    assert [line.split(": ")[2] for line in run.err.splitlines()] == ["out/a.jpg", "out/c.jpg"]
    assert Path("out/b.jpg").exists()
    states = [value["state"] for value in foveate(*call, "--overwrite", "--json").objects]
    assert sorted(states) == ["done before", "written", "written"]
    assert foveate(*call, "--quality", "50").code == 1, "other settings are other work"


def test_a_folder_without_output_remembers_too(foveate, no_more_work) -> None:
    write_photo("trip/a.png")
    assert foveate("compress", "trip", *FAST).code == 0
    no_more_work()
    assert foveate("compress", "trip", *FAST).code == 0


def test_a_manifest_that_was_cut_off_is_read_as_far_as_it_goes(foveate) -> None:
    for name in ("in/a.png", "in/b.png"):
        write_photo(name)
    call = ("compress", "in", "-o", "out", *FAST, "--json")
    foveate(*call)
    manifest = Path("out/.foveate.jsonl")
    manifest.write_bytes(b'["no record"]\n{"result": 1}\n\xff\n' + manifest.read_bytes()[:-20])
    Path("out/b.jpg").unlink()
    assert [value["state"] for value in foveate(*call).objects] == ["done before", "written"]
    assert [value["state"] for value in foveate(*call).objects] == ["done before"] * 2


def test_in_place_keeps_mode_times_and_links_and_is_not_done_twice(foveate, no_more_work) -> None:
    file = write_photo("in/a.jpg", quality=98)
    write_photo("in/b.png")
    file.chmod(0o640)
    os.utime(file, ns=(10**18, 10**18 + 5))
    Path("link.jpg").symlink_to("in/a.jpg")
    original = file.read_bytes()
    run = foveate("compress", "in", "link.jpg", "--in-place", "--backup", "kept", *FAST)
    assert run.code == 0
    assert "in/b.png: is left as it is: it is not a JPEG" in run.out
    assert len(file.read_bytes()) < len(original)
    assert (file.stat().st_mode & 0o777, file.stat().st_mtime_ns) == (0o640, 10**18 + 5)
    assert Path("kept/a.jpg").read_bytes() == original
    assert Path("link.jpg").is_symlink()
    no_more_work()
    file.rename("in/moved.jpg")
    assert foveate("compress", "in", "--in-place", "--backup", "kept", *FAST).code == 0


def test_in_place_follows_no_link_that_it_finds_in_a_folder(foveate) -> None:
    outside = write_photo("outside.jpg", quality=98)
    write_photo("in/a.jpg", quality=98)
    Path("in/b.jpg").symlink_to("../outside.jpg")
    before = outside.read_bytes()
    run = foveate("compress", "in", "--in-place", *FAST)
    assert run.code == 0
    assert "in/b.jpg: is left as it is: it is a link, and --in-place changes no file" in run.out
    assert outside.read_bytes() == before
    assert Path("in/b.jpg").is_symlink()


@pytest.mark.parametrize("backup", ["in", "./in/../in", "link", "links"])
def test_a_backup_that_is_the_picture_itself_is_refused(foveate, backup: str) -> None:
    file = write_photo("in/a.jpg", quality=98)
    Path("link").symlink_to("in")
    Path("links").mkdir()
    Path("links/a.jpg").symlink_to("../in/a.jpg")
    before = file.read_bytes()
    run = foveate("compress", "in/a.jpg", "--in-place", "--backup", backup, *FAST)
    assert run.code == 1
    assert "a.jpg: is the picture itself or a link" in run.err
    assert file.read_bytes() == before
    assert [path.name for path in Path("in").glob("*.jp*")] == ["a.jpg"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["in/a.jpg", "-o", "b.jpg", "--log", "in/a.jpg"],
        ["in", "--in-place", "--log", "./in/a.jpg"],
        ["in/a.jpg", "-o", "b.jpg", "--log", "b.jpg"],
    ],
)
def test_a_log_is_never_written_into_a_picture(foveate, arguments: list[str]) -> None:
    file = write_photo("in/a.jpg", quality=98)
    before = file.read_bytes()
    run = foveate("compress", *arguments, *FAST)
    assert run.code == 2
    assert "is one of the pictures or results; give another file" in run.err
    assert file.read_bytes() == before
    assert not Path("b.jpg").exists()


def test_an_original_in_the_backup_folder_is_never_replaced(foveate) -> None:
    file = write_photo("a.jpg", quality=98)
    Path("kept").mkdir()
    Path("kept/a.jpg").write_bytes(b"another")
    before = file.read_bytes()
    run = foveate("compress", "a.jpg", "--in-place", "--backup", "kept", *FAST)
    assert run.code == 1
    assert "kept/a.jpg: exists already" in run.err
    assert (file.read_bytes(), Path("kept/a.jpg").read_bytes()) == (before, b"another")


def test_a_picture_that_changed_meanwhile_is_not_replaced(foveate, monkeypatch) -> None:
    file = write_photo("a.jpg", quality=98)
    real = task_module._worked

    def changed(*arguments):
        done = real(*arguments)
        file.write_bytes(b"edited meanwhile")
        return done

    monkeypatch.setattr(task_module, "_worked", changed)
    run = foveate("compress", "a.jpg", "--in-place", *FAST)
    assert run.code == 1
    assert "a.jpg: changed while it was compressed" in run.err
    assert file.read_bytes() == b"edited meanwhile"


def test_results_have_the_dates_of_their_pictures_unless_asked(foveate) -> None:
    file = write_photo("a.png")
    os.utime(file, ns=(10**18, 10**18))
    foveate("compress", "a.png", *FAST, "-o", "kept.jpg")
    foveate("compress", "a.png", *FAST, "-o", "new.jpg", "--no-keep-times")
    assert Path("kept.jpg").stat().st_mtime_ns == 10**18
    assert Path("new.jpg").stat().st_mtime_ns != 10**18


def test_too_small_a_saving_leaves_the_picture_or_copies_it(foveate) -> None:
    jpeg, png = write_photo("a.jpg", quality=90), write_photo("b.png")
    call = ("compress", "a.jpg", "b.png", *FAST, "--min-saving", "99%", "--json", "-o", "out/")
    copied, left = foveate(*call).objects
    assert (copied["state"], copied["bytes"]) == ("kept", jpeg.stat().st_size)
    assert Path("out/a.jpg").read_bytes() == jpeg.read_bytes()
    assert (left["state"], left["left"]) == ("left", "would not save 99 %")
    assert not Path("out/b.jpg").exists()
    assert png.exists()
    stripped = foveate("compress", "a.jpg", *FAST, "--min-saving", "99%", "--strip", "--json")
    assert stripped.objects[0]["state"] == "written", "its metadata had to go"


def test_a_background_shows_through_transparent_pixels(foveate) -> None:
    Image.new("RGBA", (32, 32)).save("clear.png")
    run = foveate("compress", "clear.png", *FAST, "--background", "#2040f0")
    assert "clear.png: alpha flattened on #2040f0" in run.out
    with Image.open("clear.foveate.jpg") as image:
        assert np.abs(np.asarray(image).mean((0, 1)) - (0x20, 0x40, 0xF0)).max() < 3
    assert foveate("compress", "clear.png", "--background", "nonesuch").code == 2


def test_a_result_that_is_larger_than_its_picture_is_told(foveate) -> None:
    Image.new("RGB", (1, 1)).save("one.png")
    run = foveate("compress", "one.png", "--json")
    assert Path("one.foveate.jpg").stat().st_size > Path("one.png").stat().st_size
    assert any("larger than the picture; --min-saving" in note for note in run.objects[0]["notes"])
    left = foveate("compress", "one.png", "--overwrite", "--min-saving", "1%", "--json")
    assert left.objects[0]["state"] == "left"


def test_a_jpeg_that_comes_back_out_of_jpeg_xl_is_not_called_too_large(foveate) -> None:
    pytest.importorskip("imagecodecs", reason="imagecodecs is not installed")
    Image.fromarray(photo(240, 320)).save("a.jpg", quality=95)
    foveate("compress", "a.jpg", "--to", "jxl", "--lossless", "-o", "a.jxl")
    back = foveate("compress", "a.jxl", "--to", "jpeg", "--lossless", "-o", "b.jpg", "--json")
    assert Path("b.jpg").read_bytes() == Path("a.jpg").read_bytes()
    assert Path("b.jpg").stat().st_size > Path("a.jxl").stat().st_size
    notes = back.objects[0]["notes"]
    assert notes == ["the result is the JPEG file that it held, bit for bit"]


@pytest.mark.parametrize("mode", ["1", "P"])
def test_pictures_of_few_colours_that_would_grow_are_left_unless_asked(foveate, mode) -> None:
    squares = (np.indices((160, 160)) // 3 % 2).sum(0).astype(np.uint8) % 2 * 255
    Image.fromarray(squares).convert(mode).save("squares.png")
    run = foveate("compress", "squares.png", *FAST)
    assert run.code == 0
    assert "squares.png: is left as it is: it has" in run.out
    assert "--allow-larger" in run.out
    assert not Path("squares.foveate.jpg").exists()
    assert foveate("compress", "squares.png", *FAST, "--allow-larger").code == 0
    assert Path("squares.foveate.jpg").exists()
    assert foveate("compress", "squares.png", *FAST, "-o", "typed.jpg").code == 0
    assert Path("typed.jpg").exists()


def test_processes_give_the_same_files_and_one_log(foveate) -> None:
    for number in range(4):
        Image.fromarray(photo(seed=number)).save(f"{number}.png")
    Path("bad.png").write_bytes(b"no picture")
    names = [f"{number}.png" for number in range(4)] + ["bad.png"]
    foveate("compress", *names, *FAST, "-o", "one/", "--jobs", "1")
    run = foveate("compress", *names, *FAST, "-o", "two/", "--jobs", "2", "--log", "log.jsonl")
    assert run.code == 1
    assert run.err == (
        "foveate: bad.png: is not a picture that can be read; "
        "give a JPEG, PNG, WebP, AVIF, TIFF or GIF file\n"
    )
    assert "5 pictures: 4 written, 1 failed." in run.out
    for number in range(4):
        one, two = (Path(folder, f"{number}.jpg").read_bytes() for folder in ("one", "two"))
        assert one == two
    *lines, last = [json.loads(line) for line in Path("log.jsonl").read_text().splitlines()]
    assert {Path(line["source"]).name for line in lines} == set(names)
    assert (last["batch"]["written"], last["batch"]["failed"]) == (4, 1)


def test_stdin_and_stdout_are_called_minus(foveate, monkeypatch) -> None:
    data = write_photo("a.png").read_bytes()
    monkeypatch.setattr(
        sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
    )
    assert foveate("compress", "-", "-o", "b.jpg", *FAST).code == 0
    command = [sys.executable, "-m", "foveate", "compress", "-", *FAST]
    paths = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
    assert done.stdout == Path("b.jpg").read_bytes()
    assert done.stderr == b""


@pytest.mark.parametrize(
    "options",
    [
        ["a.png", "--in-place", "-o", "b.jpg"],
        ["a.png", "--backup", "kept"],
        ["-", "--in-place"],
        ["a.png", "b.png", "-o", "-"],
        ["a.png", "-o", "-", "--json"],
        ["a.png", "--min-saving", "much"],
        ["a.png", "--min-saving", "100%"],
        ["a.png", "--jobs", "0"],
    ],
)
def test_contradictions_stop_before_any_work(foveate, options: list[str]) -> None:
    write_photo("a.png")
    run = foveate("compress", *options)
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert sorted(os.listdir()) == ["a.png"]


def test_a_place_that_cannot_be_written_is_told_before_the_work(foveate, no_more_work) -> None:
    write_photo("a.png")
    Path("file").touch()
    no_more_work()
    run = foveate("compress", "a.png", "-o", "file/out/")
    assert run.code == 1
    assert run.err.startswith("foveate: a.png: file/out/a.jpg: ")
    assert run.err.endswith("file is not a folder; write elsewhere\n")


def test_drafts_of_a_killed_run_are_swept(foveate) -> None:
    write_photo("in/a.png")
    Path("out").mkdir()
    Path("out/.foveate-0123456789abcdef.tmp").touch()
    foveate("compress", "in", "-o", "out", *FAST)
    assert sorted(os.listdir("out")) == [".foveate.jsonl", "a.jpg"]
