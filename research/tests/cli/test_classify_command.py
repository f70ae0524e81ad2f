"""`foveate classify` and `foveate reproduce thesis`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from foveate_research.cli.thesis_tables import printed_rows
from foveate_research.papers.printed import printed_facts
from tiny_packs import write_parts


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parts(tmp_path_factory.mktemp("classes") / "set", 2, 1)


def test_a_pack_is_written_and_told(foveate, pictures: Path) -> None:
    arguments = ("classify", "pack", "--images", pictures, "--model", "centre", "-o", "pack")
    run = foveate(*arguments)
    assert run.out == "pack: 6 train, 3 val, 3 classes\n"
    assert not run.err
    (told,) = foveate(*arguments, "--json").objects
    assert told["counts"] == {"train": 6, "val": 3}
    assert told["model"]["name"] == "centre"
    stated = json.loads(Path("pack/manifest.json").read_text())
    assert stated["made_by"]["command"].startswith("foveate classify pack")


def test_parameters_stand_beside_the_misprints(foveate) -> None:
    run = foveate("classify", "parameters", "--only", "rgb,fan-in3", "--only", "fan-in@conv3")
    for words in ("25,678,888", "61,222,824", "+35,543,936", "fan-in@conv3", "332,776 is printed"):
        assert words in run.out
    (told,) = foveate("classify", "parameters", "--size", "227", "--json").objects
    assert told["networks"]["rgb"]["total"] == 50_844_712


def test_pictures_become_tables_in_one_command(foveate, pictures: Path) -> None:
    arguments = ("reproduce", "thesis", "--images", pictures, "--model", "centre", "--epochs", "1")
    broken = next(pictures.glob("**/*.png"))
    broken.with_name("broken.png").write_bytes(broken.read_bytes()[:99])
    run = foveate(*arguments, "--only", "resnet,resnet@stage2", "-o", "out", "--threads", "1")
    assert run.code == 0, run.err
    assert "1 picture could not be read (such as " in run.err
    for words in ("table 4.1", "table 4.2", "resnet@stage2 − resnet", "ours: set (6 train, 3 val"):
        assert words in run.out
    record = json.loads(Path("out/thesis.json").read_text())
    assert set(record["table4.1"]) == {"resnet", "resnet@stage2"}
    assert Path("out/curves.svg").is_file()
    (again,) = foveate(*arguments, "--only", "resnet", "-o", "out", "--json").objects
    assert again["table4.1"] == record["table4.1"]
    lone = ("--only", "resnet@stage1", "-o", "later", "--beside", "out/thesis.json")
    run = foveate("reproduce", "thesis", "--data", "out/pack", "--epochs", "1", *lone)
    assert run.code == 0, run.err
    later = json.loads(Path("later/thesis.json").read_text())
    assert set(later["table4.1"]) == {"resnet", "resnet@stage1", "resnet@stage2"}
    assert later["beside"]["command"] == again["command"]
    more = ("--data", "out/pack", "--epochs", "2", "--only", "resnet", "-o", "out")
    run = foveate("reproduce", "thesis", *more)
    assert run.code == 2
    assert "was trained otherwise (epochs 1, not 2)" in run.err


@pytest.mark.parametrize(
    ("side", "row"),
    [(128, {"top1": 38.32, "gain1": 1.72}), (227, {"gain1": 1.35})],
)
def test_printed_rows_are_of_pictures_as_large(side: int, row: dict[str, float]) -> None:
    found = printed_rows({"pack": {"side": side}, "printed": printed_facts("thesis")})
    assert row.items() <= found["fan-in1"].items()
    assert ("fan-in3" in found) == (side == 128)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "1"], "give either --data or --images"),
        (["--epochs", "1", "--data", "a", "--images", "b"], "give either --data or --images"),
        (["--data", "a"], "--epochs"),
        (["--epochs", "0", "--data", "a"], "--epochs: should be greater than or equal to 1"),
        (["--epochs", "1", "--data", "a", "--only", "rbg"], "no network is called 'rbg'"),
        (["--epochs", "1", "--data", "a", "--seeds", "one"], "--seeds one"),
        (["--epochs", "1", "--data", "a", "--seeds=-1"], "--seeds -1: give whole numbers from 0"),
        (["--epochs", "1", "--data", "a", "--seeds", "4294967296"], "from 0 to 4294967295"),
        (
            ["--epochs", "1", "--data", "a", "--workers=-1"],
            "--workers: should be greater than or equal to 0",
        ),
        (["--epochs", "1", "--data", "a", "--precision", "junk"], "--precision junk: "),
        (["--epochs", "1", "--data", "a", "--accelerator", "junk"], "--accelerator junk: "),
        (["--epochs", "1", "--data", "a", "--devices", "junk"], "--devices junk: "),
        (["--epochs", "1", "--data", "a", "--devices", "0"], "--devices 0: "),
        (["--epochs", "1", "--data", "a", "--size", "100"], "--size 100"),
        (["--epochs", "1", "--images", "a", "--model", "x"], "no model is called 'x'"),
        (["--epochs", "1", "--data", "a"], "a holds no pack"),
        (["--epochs", "1", "--data", "a", "--beside", "b.json"], "b.json: no such file"),
    ],
)
def test_wrong_options_are_told_in_a_line(foveate, arguments: list[str], message: str) -> None:
    run = foveate("reproduce", "thesis", *arguments)
    assert run.code in (1, 2)
    assert message in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "100"], "--size 100: give 128 or 227"),
        (["--size", "40"], "--size 40: give 128 or 227"),
        (["--classes", "0"], "--classes: should be greater than or equal to 1"),
    ],
)
def test_parameters_that_no_network_has_are_told(
    foveate, arguments: list[str], message: str
) -> None:
    run = foveate("classify", "parameters", *arguments)
    assert run.code == 2
    assert message in run.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--images", "none"], "none is not a folder"),
        (["--images", "none", "--model", "x"], "no model is called 'x'"),
        (["--images", "none", "--size", "100"], "--size 100: give 128 or 227"),
        (["--images", "none", "--val-share", "1"], "--val-share 1"),
    ],
)
def test_packs_that_cannot_be_made_are_told(foveate, arguments: list[str], message: str) -> None:
    run = foveate("classify", "pack", *arguments, "-o", "out")
    assert run.code in (1, 2)
    assert message in run.err
    shutil.rmtree("out", ignore_errors=True)
