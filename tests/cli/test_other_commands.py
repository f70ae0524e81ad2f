"""`foveate map`, `models`, and what holds for every command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveate as package
from foveate.cli.each_picture import for_each_picture
from foveate.cli.input_files import Input
from photos import write_photo

COMMANDS = ("compress", "map", "compare", "models", "train", "export", "reproduce")


# foveate map


def test_a_map_is_a_grey_picture_of_its_pictures_size(foveate) -> None:
    write_photo("trip/photo.png")
    run = foveate("map", "trip/photo.png")
    assert run.code == 0
    assert "trip/photo.map.png" in run.out
    with Image.open("trip/photo.map.png") as image:
        assert (image.mode, image.size) == ("L", (64, 48))
        expected = np.rint(package.saliency_map("trip/photo.png").values * 255)
        assert np.array_equal(np.asarray(image), expected)
    assert not list(Path("trip").glob("*.overlay.jpg"))


def test_an_overlay_lies_beside_the_map(foveate) -> None:
    write_photo("photo.png")
    values = foveate("map", "photo.png", "--overlay", "--json").objects[0]
    assert (values["output"], values["overlay"]) == ("photo.map.png", "photo.overlay.jpg")
    with Image.open("photo.overlay.jpg") as image:
        assert (image.mode, image.size) == ("RGB", (64, 48))


def test_maps_of_a_folder_go_where_they_are_sent(foveate) -> None:
    write_photo("trip/a.png")
    write_photo("trip/b.png")
    run = foveate("map", "trip", "-o", "maps/", "--model", "centre", "--json")
    assert [values["output"] for values in run.objects] == ["maps/a.map.png", "maps/b.map.png"]
    assert {values["model"] for values in run.objects} == {"centre"}


def test_a_written_map_steers_the_encoder(foveate) -> None:
    write_photo("photo.png")
    foveate("map", "photo.png")
    assert foveate("compress", "photo.png", "--map", "photo.map.png").code == 0


def test_a_map_replaces_nothing_unless_asked(foveate) -> None:
    write_photo("photo.png")
    Path("photo.overlay.jpg").write_text("precious")
    run = foveate("map", "photo.png", "--overlay")
    assert run.code == 1
    assert "photo.overlay.jpg: exists already" in run.err
    assert not Path("photo.map.png").exists()
    assert foveate("map", "photo.png", "--overlay", "--overwrite").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--model", "nonesuch"],
        ["-o", "map.jpg"],
        ["--classes", "person"],
        ["--threshold", "0.5"],
        ["--threshold", "1.5"],
    ],
)
def test_wrong_usage_of_map_stops_before_any_work(foveate, options: list[str]) -> None:
    write_photo("photo.png")
    run = foveate("map", "photo.png", *options)
    assert run.code == 2
    assert options[0] in run.err


# foveate models


def test_every_model_is_listed(foveate) -> None:
    names = [values["name"] for values in foveate("models", "--json").objects]
    assert {"foveate-s", "foveate-s-gaze", "foveate-s-mask"} < set(names)
    assert {"centre", "spectral-residual", "none"} < set(names)
    table = foveate("models").out
    assert all(name in table for name in names)
    assert "foveate-s (auto)" in table


# Every command


def test_the_version_is_the_packages(foveate) -> None:
    assert foveate("--version").out == f"foveate {package.__version__}\n"


def test_help_lists_the_commands(foveate) -> None:
    run = foveate("--help")
    assert run.code == 0
    assert all(command in run.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_examples(foveate, command: str) -> None:
    run = foveate(command, "--help")
    assert run.code == 0
    assert "Example" in run.out
    assert f"foveate {command}" in run.out


@pytest.mark.parametrize("command", [(), ("compress",), ("models", "add"), ("train",)])
def test_help_names_no_type_where_an_option_takes_no_value(foveate, command: tuple) -> None:
    assert "bool" not in foveate(*command, "--help").out.lower()


def test_an_unknown_command_is_wrong_usage(foveate) -> None:
    run = foveate("compres")
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert "Did you mean 'compress'" in run.err


def test_a_command_alone_explains_itself(foveate) -> None:
    run = foveate("compress")
    assert run.code == 2
    assert "Example" in run.out
    assert not run.err


def test_ctrl_c_in_a_batch_keeps_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    def work(source: Path, target: Path) -> str:
        if source.name == "b":
            raise KeyboardInterrupt
        return source.name

    inputs = [Input(Path(name)) for name in "abc"]
    outcome = for_each_picture(
        inputs, [Path("x")] * 3, work, folders=[], as_json=lambda name: {"source": name}
    )
    assert (outcome.done, outcome.exit_code) == (["a"], 130)
    printed = capsys.readouterr()
    assert printed.out == '{"source": "a"}\n'
    assert printed.err == "foveate: interrupted: 1 of 3 done, nothing half-written\n"


def test_a_bug_shows_its_trace_and_is_not_taken_for_bad_input() -> None:
    def work(source: Path, target: Path) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each_picture([Input(Path("a"))], [Path("b")], work, folders=[], as_json=None)


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "foveate", *arguments]


def test_ctrl_c_ends_the_whole_command_without_a_trace(tmp_path: Path) -> None:
    # The terminal's signal is sent as soon as the first of many results is there.
    for index in range(200):
        write_photo(tmp_path / f"{index:03}.png")
    child = subprocess.Popen(
        command_line("compress", str(tmp_path), "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith("{")
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate()
    assert child.returncode == 130
    assert errors.startswith("foveate: interrupted: ")
    assert errors.count("\n") == 1
    for result in tmp_path.glob("*.foveate.jpg"):
        with Image.open(result) as image:
            image.load()
    assert not list(tmp_path.glob(".foveate-*"))


def test_ctrl_c_while_the_command_loads_leaves_no_trace() -> None:
    code = """
import sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from foveate.__main__ import main
main()
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    for index in range(3):
        write_photo(tmp_path / f"{index}.png")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command_line("compress", str(tmp_path), "--json"),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode != 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(tmp_path: Path, closed: str) -> None:
    write_photo(tmp_path / "photo.png")
    words = command_line("compress", str(tmp_path / "photo.png"))
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *words], check=False)
    assert done.returncode == 0
    assert (tmp_path / "photo.foveate.jpg").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_output_that_cannot_be_written_is_one_line(options: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command_line("models", *options),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    said = "foveate: standard output: cannot be written: the disk is full; free some space"
    assert (done.returncode, done.stderr) == (1, f"{said} or write elsewhere\n")


def modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not modules_after("import foveate") & {"numpy", "PIL", "onnxruntime", "typer", "torch"}


def test_the_command_line_starts_without_numpy() -> None:
    assert not modules_after("import foveate.cli.main") & {"numpy", "PIL", "onnxruntime", "torch"}


def test_every_public_name_is_there() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = package.nonesuch
