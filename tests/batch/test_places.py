"""What is listed of folders and stores, what results are called, and what stores say."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("obstore", reason="obstore is not installed")

from foveate.batch.places import (
    Source,
    StoreError,
    failing,
    listed,
    one_line,
    opened,
    result_key,
    stamp_of,
)
from foveate.settings import Settings


def test_why_a_folder_cannot_take_a_result_is_told_with_what_would_help() -> None:
    said = "Generic LocalFileSystem error: Unable to copy data to file (os error 28)"
    with pytest.raises(StoreError) as told, failing("a.jpg: cannot be written"):
        raise OSError(said)
    assert str(told.value).startswith("a.jpg: cannot be written: the disk is full; free some space")


def test_of_a_long_saying_the_end_is_told_too() -> None:
    said = one_line(OSError(f"Generic S3 error: {'x' * 300}: no such bucket\nmore"))
    assert said.startswith("Generic S3 error: ")
    assert said.endswith(": no such bucket")
    assert len(said) <= 200


def test_a_folder_is_listed_as_its_store_lists_it(tmp_path: Path) -> None:
    own = ("a.foveate.jpg", "a.9x16.foveate.jpg", "a.overlay.jpg")
    others = (".hidden.jpg", ".x/y.jpg", "notes.txt", *own)
    for name in ("a b.jpg", "%20.jpg", "sub/ü#.JPG", *others):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    store = opened(str(tmp_path))
    objects = {each["path"]: each for chunk in store.list() for each in chunk}
    found = list(listed(store, frozenset({".jpg"})))
    assert [each.key for each in found] == ["%20.jpg", "a b.jpg", "sub/ü#.JPG"]
    assert found == [
        Source(each.key, objects[each.key]["size"], objects[each.key]["e_tag"]) for each in found
    ]


def test_of_a_store_pictures_are_listed_that_are_neither_hidden_nor_results() -> None:
    from obstore.store import MemoryStore

    store = MemoryStore()
    for name in ("a.jpg", "sub/b.JPG", ".hidden.jpg", ".x/c.jpg", "a.foveate.jpg", "notes.txt"):
        store.put(name, b"x")
    assert [each.key for each in listed(store, frozenset({".jpg"}))] == ["a.jpg", "sub/b.JPG"]


def test_a_store_is_asked_as_often_as_the_command_says() -> None:
    assert opened("s3://photos", retries=3).retry_config["max_retries"] == 3


def test_a_picture_has_another_stamp_where_its_size_or_its_tag_is_another() -> None:
    stamps = {stamp_of(Source("a.jpg", size, tag)) for size in (1, 2) for tag in ("x", "y")}
    assert len(stamps) == 4


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
