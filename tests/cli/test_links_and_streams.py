"""Links that lead nowhere, pictures from stdin, trees of folders, and drafts, in every command."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from photos import photo, write_photo

FAST = ("--map", "none", "--tune", "fidelity")
COMMANDS = {
    "compress": ("compress", *FAST),
    "crop": ("crop", "--aspect", "1:2", *FAST),
    "map": ("map", "--model", "centre"),
}
DRAFT = ".foveate-0123456789abcdef.tmp"


class Stdout(io.TextIOWrapper):
    """Stands for a file that stdout goes to."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), write_through=True)


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Lets stdin be a pipe with these bytes."""
    stream = SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stream)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("inputs", [["in"], ["in/a.png", "in/link.jpg"]])
def test_a_link_that_leads_nowhere_fails_alone(foveate, command: str, inputs: list[str]) -> None:
    write_photo("in/a.png")
    Path("in/link.jpg").symlink_to("gone/photo.jpg")
    run = foveate(*COMMANDS[command], *inputs, "-o", "out")
    assert run.code == 1
    assert run.err == (
        "foveate: in/link.jpg: is a link to gone/photo.jpg, which is not there; mend or remove the"
        " link\n"
    )
    assert any(path.name.startswith("a.") for path in Path("out").iterdir())


def test_compare_passes_over_a_link_that_leads_nowhere(foveate) -> None:
    write_photo("a.png")
    Path("link.jpg").symlink_to("gone.jpg")
    words = ("--map", "none", "--metrics", "psnr_y", "--json")
    run = foveate("compare", "a.png", "link.jpg", "a.png", *words)
    assert run.code == 1
    assert "link.jpg: is a link to gone.jpg" in run.objects[0]["error"]
    assert len(run.objects) == 2
    assert "is a link to gone.jpg" in foveate("compare", "link.jpg", "a.png", *words).err


@pytest.mark.parametrize(("command", "kind"), [("crop", "JPEG"), ("map", "PNG")])
def test_minus_reads_stdin_and_writes_stdout(foveate, monkeypatch, command: str, kind: str) -> None:
    data = write_photo("a.png").read_bytes()
    given(monkeypatch, data)
    stdout = Stdout()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        assert foveate(*COMMANDS[command], "-").code == 0
    with Image.open(io.BytesIO(stdout.buffer.getvalue())) as image:  # type: ignore[attr-defined]
        assert image.format == kind
    given(monkeypatch, data)
    assert foveate(*COMMANDS[command], "-", "-o", "out").code == 0
    assert Path("out/stdin.map.png" if command == "map" else "out/stdin.1x2.foveate.jpg").exists()
    assert os.listdir() == ["a.png", "out"] or sorted(os.listdir()) == ["a.png", "out"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("crop", "-", "--aspect", "1:2", "--aspect", "1:1"), "stdout takes one result"),
        (("crop", "-", "--aspect", "1:2", "--json"), "cannot both go to stdout"),
        (("map", "a.png", "a.png", "-o", "-"), "stdout takes one result"),
        (("map", "-", "--overlay"), "--overlay is a second file"),
    ],
)
def test_stdout_takes_one_result(foveate, call: tuple[str, ...], said: str) -> None:
    run = foveate(*call)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert said in run.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_of_results_keeps_the_tree_and_is_not_read(foveate, command: str) -> None:
    write_photo("in/x/a.png")
    write_photo("in/out/b.png")
    run = foveate(*COMMANDS[command], "in", "-r", "-o", "in/out", "--json")
    assert [values["source"] for values in run.objects] == ["in/x/a.png"]
    assert len(os.listdir("in/out/x")) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_sweeps_the_drafts_of_a_killed_run(foveate, command: str) -> None:
    write_photo("in/a.png")
    Path("out").mkdir()
    Path("out", DRAFT).touch()
    assert foveate(*COMMANDS[command], "in/a.png", "-o", "out").code == 0
    assert not Path("out", DRAFT).exists()


@pytest.mark.parametrize("command", ["crop", "map"])
def test_a_cut_picture_is_taken_where_asked(foveate, command: str) -> None:
    whole = write_photo("a.jpg", quality=95).read_bytes()
    Path("a.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    run = foveate(*COMMANDS[command], "a.jpg")
    assert "keep what there is with --tolerant" in run.err
    assert foveate(*COMMANDS[command], "a.jpg", "--tolerant").code == 0


def test_what_is_left_in_place_is_not_remembered_as_done(foveate) -> None:
    Image.fromarray(photo(200, 200)).save("photo.jpg", quality=95)
    Path("in").mkdir()
    Path("in/link.jpg").symlink_to("../photo.jpg")
    write_photo("in/b.png")
    call = ("--in-place", *FAST, "--json")
    assert [v["state"] for v in foveate("compress", "in", *call).objects] == ["left", "left"]
    assert [v["state"] for v in foveate("compress", "in", *call).objects] == ["left", "left"]
    (named,) = foveate("compress", "in/link.jpg", *call).objects
    assert named["state"] == "written"
    assert Path("in/link.jpg").is_symlink()
