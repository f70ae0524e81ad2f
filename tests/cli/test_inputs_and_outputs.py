"""Which pictures a command takes, and where its results go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate.cli.input_files import Input, found_inputs
from foveate.cli.output_files import planned_outputs, without_clashes
from foveate.errors import OptionError

JPEG = (".jpg", ".jpeg")


def touched(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [str(folder / name) for name in names]


def names(found: list[Input]) -> list[str]:
    return [item.path.name for item in found]


def plan(inputs: list[str], output: str | None = None, *, several: bool = False) -> list[str]:
    found = [Input(Path(name)) for name in inputs]
    targets = planned_outputs(found, output, suffix=".foveate.jpg", kinds=JPEG, several=several)
    return [str(target) for target in targets]


def test_files_are_taken_as_named_whatever_their_suffix(tmp_path: Path) -> None:
    files = touched(tmp_path, "b.jpg", "a.data")
    assert [str(item.path) for item in found_inputs(files)] == files


def test_a_folder_gives_the_pictures_directly_in_it_in_natural_order(tmp_path: Path) -> None:
    touched(tmp_path, "p10.png", "p2.JPG", "P1.webp", "notes.txt", "deeper/p3.png")
    assert names(found_inputs([str(tmp_path)])) == ["P1.webp", "p2.JPG", "p10.png"]


def test_hidden_files_and_own_results_in_a_folder_are_left_out(tmp_path: Path) -> None:
    touched(tmp_path, "a.jpg", ".b.jpg", "c.foveate.jpg", "a.map.png", "a.overlay.jpg")
    assert names(found_inputs([str(tmp_path)])) == ["a.jpg"]


def test_pipes_and_folders_in_a_folder_are_left_out_but_not_broken_links(tmp_path: Path) -> None:
    touched(tmp_path, "a.jpg", "folder.jpg/b.txt")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link.jpg").symlink_to("nowhere.jpg")
    first, second = found_inputs([str(tmp_path)])
    assert (first.path.name, first.error) == ("a.jpg", None)
    (named,) = found_inputs([str(tmp_path / "link.jpg")])
    for item in (second, named):
        assert str(item.error) == (
            f"{tmp_path}/link.jpg: is a link to nowhere.jpg, which is not there; mend or remove the"
            " link"
        )


def test_a_result_named_with_its_picture_is_left_out(tmp_path: Path) -> None:
    files = touched(tmp_path, "a.png", "a.foveate.jpg", "a.map.png", "b.foveate.jpg")
    assert names(found_inputs(files)) == ["a.png", "b.foveate.jpg"]


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    (file,) = touched(tmp_path, "a.jpg")
    assert names(found_inputs([file, str(tmp_path), f"{tmp_path}/./a.jpg"])) == ["a.jpg"]


def test_a_folder_without_pictures_and_an_empty_name_are_failures(tmp_path: Path) -> None:
    for name, words in ((str(tmp_path), "holds no pictures"), ("", "empty name")):
        (item,) = found_inputs([name])
        assert words in str(item.error)


def test_results_lie_beside_their_pictures() -> None:
    assert plan(["a.png", "b/c.tar.jpg"]) == ["a.foveate.jpg", "b/c.tar.foveate.jpg"]


def test_one_picture_may_be_given_a_file_name() -> None:
    assert plan(["a.png"], "b/small.JPG") == ["b/small.JPG"]


@pytest.mark.parametrize("output", ["small.png", "small.jpg.gz", "out.2024"])
def test_a_file_name_that_does_not_fit_is_refused(output: str) -> None:
    with pytest.raises(OptionError, match=r"end a file's name in \.jpg or \.jpeg"):
        plan(["a.png"], output)
    with pytest.raises(OptionError, match=r"a folder's in /"):
        plan(["a.png", "b.png"], output, several=True)


@pytest.mark.parametrize("several", [False, True])
def test_a_name_without_an_ending_is_a_folders_for_any_number(several: bool) -> None:
    assert plan(["a.png"], "small", several=several) == ["small/a.foveate.jpg"]


def test_several_pictures_go_into_a_folder(tmp_path: Path) -> None:
    assert plan(["a.png", "x/b.png"], "out", several=True) == [
        "out/a.foveate.jpg",
        "out/b.foveate.jpg",
    ]
    assert plan(["a.png"], "out/") == ["out/a.foveate.jpg"]
    assert plan(["a.png"], str(tmp_path)) == [f"{tmp_path}/a.foveate.jpg"]


def test_several_pictures_cannot_go_into_a_file(tmp_path: Path) -> None:
    (file,) = touched(tmp_path, "a.jpg")
    for name in (file, "new.jpg"):
        with pytest.raises(OptionError, match="several results need a folder; end its name in /"):
            plan(["a.png", "b.png"], name, several=True)


def clashes(inputs: list[str], output: str | None = None) -> list[str | None]:
    """What is wrong with each input's place, for results that are called by `planned_outputs`."""
    found = [Input(Path(name)) for name in inputs]
    targets = planned_outputs(found, output, suffix=".foveate.jpg", kinds=JPEG, several=True)
    checked = without_clashes(found, targets, suffix=".foveate.jpg")
    return [None if item.error is None else str(item.error) for item in checked]


def test_two_results_of_one_name_fail_alone_and_each_is_told_another_name() -> None:
    first, second, third = clashes(["a.png", "a.jpg", "b.png"])
    assert first == (
        "a.png: a.jpg would be written to a.foveate.jpg too; "
        "give it alone, with -o a.png.foveate.jpg"
    )
    assert second is not None
    assert second.endswith("with -o a.jpg.foveate.jpg")
    assert third is None
    first, second = clashes(["x/a.png", "y/a.png"], "out")
    assert first is not None
    assert second is not None
    assert second.startswith("y/a.png: x/a.png would be written to out/a.foveate.jpg too")


def test_a_result_that_is_another_input_fails_alone() -> None:
    first, second = clashes(["x/a.png", "y/a.foveate.jpg"], "y")
    assert first is not None
    assert "y/a.foveate.jpg is another of the inputs" in first
    assert second is None


def test_names_and_the_tree_are_kept_in_a_folder_of_results() -> None:
    found = [
        Input(Path("trip/A.JPG"), named=Path("trip")),
        Input(Path("trip/x/y/b.png"), named=Path("trip")),
        Input(Path("c.jpeg")),
    ]
    targets = planned_outputs(
        found, "out", suffix=".foveate.jpg", kinds=JPEG, several=True, keep_names=True
    )
    assert list(map(str, targets)) == ["out/A.JPG", "out/x/y/b.jpg", "out/c.jpeg"]


def test_a_result_in_the_place_of_its_picture_is_refused() -> None:
    found = [Input(Path("a.jpg"))]
    (item,) = without_clashes(found, [Path("./a.jpg")], suffix=".foveate.jpg")
    assert "would take its place; give another folder, or --in-place" in str(item.error)
    assert without_clashes(found, [Path("a.jpg")], suffix="", may_replace=True) == found


def test_folders_of_folders_are_looked_into_when_asked(tmp_path: Path) -> None:
    touched(tmp_path, "b.jpg", "x/a.jpg", "x/10/c.png", "x/9/d.png", ".hidden/e.png", "out/f.jpg")
    (tmp_path / "round").symlink_to(tmp_path)
    found = found_inputs([str(tmp_path)], recursive=True, without=[tmp_path / "out"])
    places = [(str(item.inside), item.path.name) for item in found]
    assert places == [(".", "b.jpg"), ("x", "a.jpg"), ("x/9", "d.png"), ("x/10", "c.png")]


def test_a_folder_of_folders_alone_says_how_to_look_into_them(tmp_path: Path) -> None:
    touched(tmp_path, "x/a.jpg")
    (item,) = found_inputs([str(tmp_path)])
    assert "holds no pictures; --recursive looks into its folders" in str(item.error)


stems = st.text("ab.é ", min_size=1, max_size=4).filter(lambda stem: stem.strip("."))


@given(st.lists(st.tuples(st.sampled_from(["", "x/"]), stems), min_size=1, max_size=6))
def test_no_two_results_ever_share_a_place(parts: list[tuple[str, str]]) -> None:
    inputs = [f"{folder}{stem}.png" for folder, stem in dict.fromkeys(parts)]
    for output in (None, "out"):
        found = [Input(Path(name)) for name in inputs]
        planned = planned_outputs(
            found, output, suffix=".foveate.jpg", kinds=JPEG, several=True, keep_names=True
        )
        checked = without_clashes(found, planned, suffix=".foveate.jpg")
        targets = [
            os.path.realpath(target)
            for item, target in zip(checked, planned, strict=True)
            if item.error is None
        ]
        assert len(set(targets)) == len(targets)
        assert not {os.path.realpath(name) for name in inputs} & set(targets)
