"""`foveate reproduce`."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate_research.cli.reproduce_maps import TABLES
from photos import write_photo
from tiny_sets import write_faces_and_bodies, write_folders, write_mask_shard


def test_a_table_shows_printed_rows_ours_and_where_they_differ_in_data(foveate) -> None:
    write_folders(Path("sets/ECSSD/images"), Path("sets/ECSSD/ground_truth_mask"))
    run = foveate("reproduce", "menet-table1", "--root", "sets", "--model", "centre")
    assert run.code == 0
    for words in ("MEnet", "Amulet", "0.880", "ours: centre", "trained on MSRA10K", "not trained"):
        assert words in run.out
    assert not run.err


def test_a_narrow_terminal_gets_several_tables_with_all_numbers(
    foveate, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mask_shard(Path("duts"))
    monkeypatch.setattr("foveate.cli.terminal._PIPE_WIDTH", 80)
    run = foveate("reproduce", "menet-table1", "--shards", "duts", "--model", "centre")
    assert run.out.count("menet-table1") == 2
    assert max(map(len, run.out.split("centre, duts test")[0].splitlines())) <= 80
    for number in ("0.732", "0.074", "0.928", "0.594", "0.139"):
        assert number in run.out


def test_a_table_in_json_is_one_object(foveate) -> None:
    write_mask_shard(Path("duts"))
    models = ("--model", "centre", "--model", "none")
    run = foveate(
        "reproduce", "menet-table2", "--shards", "duts", *models, "--count", "2", "--json"
    )
    (told,) = run.objects
    assert told["printed"]["MEnet"]["SOD"] == {"noise": 0.466, "jpeg": 0.485}
    assert set(told["ours"]) == {"centre", "none"}
    assert told["sets"]["duts test"]["count"] == 2


def test_a_figure_is_written_where_it_is_sent(foveate) -> None:
    write_photo("kodak/one.png")
    write_photo("kodak/two.png")
    run = foveate("reproduce", "msroi-figure3", "kodak", "--model", "centre", "-o", "out/three")
    assert run.code == 0
    assert Path("out/three.png").is_file()
    assert Path("out/three.svg").is_file()
    again = foveate("reproduce", "msroi-figure3", "kodak", "--model", "centre", "-o", "out/three")
    assert again.code == 1
    assert "out/three.png: exists already" in again.err


def test_a_grid_of_a_sets_pictures_is_drawn(foveate) -> None:
    write_mask_shard(Path("duts"), "val", count=2)
    arguments = ("--shards", "duts", "--part", "val", "--model", "centre", "--json")
    (told,) = foveate("reproduce", "menet-figure5", *arguments).objects
    assert told["files"] == ["menet-figure5.png", "menet-figure5.svg"]
    assert told["notes"] == ["centre: not trained"]


def test_curves_in_json_tell_their_numbers_and_files(foveate) -> None:
    write_mask_shard(Path("duts"), "val", count=2)
    arguments = ("--shards", "duts", "--part", "val", "--model", "centre", "--json")
    (told,) = foveate("reproduce", "menet-figure8", *arguments).objects
    assert told["files"] == ["menet-figure8.png", "menet-figure8.svg"]
    assert len(told["lines"]["duts val"]["centre"]["F"]) == 6


def test_classes_over_their_thresholds_are_counted(foveate, tmp_path: Path) -> None:
    write_faces_and_bodies(tmp_path / "msrc21")
    words = ("reproduce", "msroi-thresholds", "--shards", "msrc21", "--model", "msroi-lite")
    (told,) = foveate(*words, "--json").objects
    found = told["classes_over_threshold"]["msroi-lite"]
    assert sum(found["pictures"].values()) == 1
    assert found["of_two_or_more_objects"] == {}  # a face and its body are one
    assert "msroi-lite, all pictures" in foveate(*words).out
    run = foveate(*words[:-1], "menet")
    assert run.code == 2
    assert "--model menet: has no classes with thresholds" in run.err


def test_pages_are_written_in_a_checkout_only(foveate, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("foveate_research.pages.write.ROOT", tmp_path)
    run = foveate("reproduce", "pages")
    assert run.code == 1
    assert "is no checkout of Foveate with docs and results" in run.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonesuch"], "nonesuch"),
        (["menet-table1"], "give either --root or --shards"),
        (["menet-table1", "--root", "a", "--shards", "b"], "give either --root or --shards"),
        (["menet-table1", "photo.png", "--root", "a"], "photo.png"),
        (["menet-table1", "--root", "a", "-o", "x"], "-o"),
        (["msroi-figure2"], "PICTURE"),
        (["msroi-figure3", "photo.png", "--fixations", "a"], "--fixations"),
        (["msroi-figure3", "photo.png", "--root", "a"], "--root"),
        (["msroi-figure3", "photo.png", "--model", "nonesuch"], "no model is called 'nonesuch'"),
        (["menet-figure6", "--root", "a", "--count", "0"], "--count: should be greater"),
    ],
)
def test_wrong_usage_is_told(foveate, arguments: list[str], message: str) -> None:
    run = foveate("reproduce", *arguments)
    assert run.code == 2
    assert message in run.err


def test_pictures_that_are_not_there_are_named(foveate) -> None:
    run = foveate("reproduce", "msroi-figure3", "gone.png", "--model", "centre")
    assert run.code == 1
    assert "gone.png: no such file" in run.err


def test_help_names_every_experiment_and_gives_examples(foveate) -> None:
    run = foveate("reproduce", "--help")
    assert run.code == 0
    assert "Examples" in run.out
    for name in ("table1", "figure4", "figure5", "same-place", "other-viewers", "pages", *TABLES):
        assert name in run.out
