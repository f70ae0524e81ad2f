"""`foveate reproduce` for coders, and `foveate bench codecs`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.errors import OutputError
from foveate_research.cli.results import Results
from photos import photo


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two photos with fixations, in the folder where commands run."""
    for part in ("images", "fixations"):
        (tmp_path / "set" / part).mkdir(parents=True)
    for seed in range(2):
        Image.fromarray(photo(96, 128, seed)).save(tmp_path / "set" / "images" / f"{seed}.png")
        np.save(tmp_path / "set" / "fixations" / f"{seed}.npy", np.array([[0, 43, 48]], np.int16))
    return Path("set/images")


MAP = ("--map", "centre")


def test_table_1_stands_beside_the_printed_rows(foveate, images: Path) -> None:
    run = foveate("reproduce", "table1", "--images", images, *MAP, "--codecs", "foveate")
    assert run.code == 0
    assert not run.err
    for words in ("Kodak PhotoCD", "Our model", "39.16", "less plain JPEG", "95 % intervals"):
        assert words in run.out
    assert "Foveate, fidelity" in run.out


def test_table_1_in_json_is_one_object_and_is_saved_as_it_is(foveate, images: Path) -> None:
    words = ("--images", images, *MAP, "--codecs", "foveate", "--fixations", "set/fixations")
    run = foveate("reproduce", "table1", *words, "--json", "--save", "results/t1.json")
    (told,) = run.objects
    assert told == json.loads(Path("results/t1.json").read_text())
    assert "psnr_fix" in told["metrics"]
    assert told["set"] == "set"
    again = foveate("reproduce", "table1", *words, "--save", "results/t1.json")
    assert again.code == 1
    assert "exists already" in again.err


def test_figures_4_and_5_are_written(foveate, images: Path) -> None:
    one = images / "0.png"
    options = (*MAP, "--codecs", "foveate")
    run = foveate("reproduce", "figure4", one, "--sizes", "2", *options, "-o", "out/four")
    assert run.code == 0
    assert "128x96" in run.out
    assert Path("out/four.svg").is_file()
    run = foveate("reproduce", "figure5", "--images", "set", *options, "--category", "images")
    assert run.code == 0
    assert Path("figure5.png").is_file()


def test_same_place_tells_ccs_and_nss(foveate, images: Path) -> None:
    words = ("--images", images, "--fixations", "set/fixations", "--codecs", "foveate", *MAP)
    models = ("--model", "spectral-residual", "--quality", "30", "--count", "1")
    run = foveate("reproduce", "same-place", *words, *models)
    assert run.code == 0
    assert "quality 30" in run.out
    assert "NSS of the original's fixations" in run.out


def test_other_viewers_are_other_people(foveate, tmp_path: Path) -> None:
    """Each half steers files that are measured by the other; what knows the answer gains most."""
    for folder in ("images", "fixations"):
        (tmp_path / folder).mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(60, 200, (96, 128, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{seed}.png")
        left = [(viewer, 20, 20) for viewer in range(2)]
        right = [(viewer, 100, 70) for viewer in range(2, 4)]
        np.save(tmp_path / "fixations" / f"{seed}.npy", np.array(left + right))
    words = ("reproduce", "other-viewers", "--images", "images", "--fixations", "fixations")
    (record,) = foveate(*words, "--json").objects
    assert record["count"] == 2
    gains = {name: told["mean"] for name, told in record["gain_over_none"].items()}
    assert gains["own"] > max(gains["auto"], gains["others"])
    share = record["share_of_gain"]["auto of own"]["mean"]
    assert share == pytest.approx(gains["auto"] / gains["own"], abs=1e-3)
    assert "gain over no map" in foveate(*words, "--count", "1").out


def test_one_viewer_cannot_be_halved(foveate, images: Path) -> None:
    words = ("reproduce", "other-viewers", "--images", images, "--fixations", "set/fixations")
    run = foveate(*words)
    assert run.code == 1
    assert "0: has no fixations of several viewers to halve" in run.err


def test_bench_prints_rates_tables_and_time_and_draws_curves(foveate, images: Path) -> None:
    words = ("--images", images, *MAP, "--codecs", "foveate,foveate-none,mozjpeg")
    words += ("--qualities", "30,50,80")
    run = foveate("bench", "codecs", *words, "--figures", "figures", "--save", "codecs.json")
    assert run.code == 0
    rates = ("BD-rate against mozjpeg", "BD-rate against the same without a map")
    for told in (*rates, "quality 50, less", "s a megapixel", "written"):
        assert told in run.out
    assert Path("figures/codecs-set.svg").is_file()
    record = json.loads(Path("codecs.json").read_text())
    assert record["command"].startswith("foveate bench codecs --images")
    assert record["files"] == ["codecs-set.png", "codecs-set.svg"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("reproduce", "table1", "--protocol", "right"), "no protocol is called 'right'"),
        (
            ("reproduce", "table1", "--quality", "0"),
            "--quality: should be greater than or equal to 1",
        ),
        (("reproduce", "table1", "--codecs", "gif"), "no coder is called 'gif'"),
        (("reproduce", "table1", "--map", "nonesuch"), "no model is called 'nonesuch'"),
        (
            ("reproduce", "table1", "--workers", "0"),
            "--workers: should be greater than or equal to 1",
        ),
        (("reproduce", "table1", "--sizes", "2", "--masks", "a"), "--sizes takes no"),
        (("bench", "codecs", "--qualities", "30"), "a curve has 2 at least"),
        (("bench", "codecs", "--qualities", "a,b"), "give numbers from 1 to 100"),
    ],
)
def test_wrong_usage_is_told_before_any_work(foveate, images: Path, arguments, message) -> None:
    run = foveate(*arguments, "--images", images)
    assert run.code == 2
    assert message in run.err


def test_a_folder_without_pictures_is_named(foveate) -> None:
    Path("empty").mkdir()
    run = foveate("bench", "codecs", "--images", "empty")
    assert run.code == 1
    assert "empty holds no" in run.err


def test_help_gives_examples(foveate) -> None:
    for words in (("bench", "codecs"), ("reproduce", "table1"), ("reproduce", "same-place")):
        run = foveate(*words, "--help")
        assert run.code == 0
        assert "Example" in run.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--count", "0"), "--count: should be greater than or equal to 1"),
        (("--codecs", ","), "--codecs ,: name one at least"),
        (("--codecs", "foveate-viewers"), "foveate-viewers: needs --fixations"),
    ],
)
def test_what_cannot_be_measured_is_refused(foveate, images: Path, words, told: str) -> None:
    run = foveate("reproduce", "table1", "--images", images, *MAP, *words)
    assert run.code == 2
    assert told in run.err


def test_a_place_that_cannot_be_written_is_told_before_any_work(foveate, images: Path) -> None:
    Path("file").write_text("")
    run = foveate("reproduce", "table1", "--images", "nowhere", *MAP, "--save", "file/t1.json")
    assert run.code == 1
    assert "file is not a folder; write elsewhere" in run.err


def test_what_was_measured_is_printed_even_if_it_cannot_be_saved(capsys, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("t1.json: cannot be written: the disk is full")

    monkeypatch.setattr("foveate_research.records.save_record", full)
    results = Results(as_json=False, save=Path("t1.json"), overwrite=False)
    with pytest.raises(OutputError, match="disk is full"):
        results.publish({"a": 1}, lambda record: print("shown", record))
    assert capsys.readouterr().out == "shown {'a': 1}\n"


def test_a_ladder_of_sizes_never_enlarges(foveate, images: Path) -> None:
    one = images / "0.png"
    run = foveate("reproduce", "figure4", one, "--sizes", "3", *MAP, "--codecs", "foveate")
    assert run.code == 0
    assert "21x16" in run.out  # 128x96 down to 16 pixels, its aspect kept
    Image.fromarray(photo(12, 40, 0)).save("small.png")
    run = foveate("reproduce", "figure4", "small.png", *MAP, "--overwrite")
    assert run.code == 1
    assert "too small for a ladder" in run.err
