"""What is typed and cannot be meant ends in one line that names the option, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from foveate import crop
from foveate.errors import OptionError
from photos import write_photo


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compress", "p.png", "--limit", "scans=1.5"], "scans=1.5 is no limit; give a whole"),
        (["map", "p.png", "--limit", "pixels=1.0005k"], "pixels=1.0005k is no limit; give a whole"),
        (["compress", "p.png", "-o", ""], "-o has an empty name; give a file's or a folder's"),
        (["map", "p.png", "-o", ""], "-o has an empty name"),
        (["crop", "p.png", "--aspect", "1:1", "-o", ""], "-o has an empty name"),
        (["compress", "p.png", "--strip", "--metadata", "all"], "--strip and --metadata all"),
        (["crop", "p.png", "--aspect", "1:1", "--strip", "--metadata", "rights"], "rights contra"),
        (["compare", "p.png", "-"], "compare needs files, and - is stdin"),
        (["compare", "-", "p.png"], "compare needs files, and - is stdin"),
        (["crop", "p.png", "--aspect", "1:1", "--size", "1x1"], "both crops would be called 1x1"),
        (
            ["crop", "p.png", "--size", "60000x60000"],
            "--size is 60000 x 60000, 3600 megapixels, over the limit of 250: ask for fewer, or "
            "raise --limit pixels=N",
        ),
        (["crop", "p.png", "--size", "9000x9000", "--untrusted"], "81 megapixels, over the limit"),
    ],
)
def test_wrong_usage_ends_in_one_line(foveate, words: list[str], told: str) -> None:
    write_photo("p.png")
    run = foveate(*words)
    assert run.code == 2
    assert told in run.err
    assert run.err.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["p.png"]


def test_the_same_shape_twice_is_one_crop(foveate) -> None:
    write_photo("p.png")
    run = foveate("crop", "p.png", "--aspect", "1:1", "--aspect", "1x1", "--no-files", "--json")
    assert (run.code, len(run.objects[0]["crops"])) == (0, 1)


def test_a_crop_in_python_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match="3600 megapixels, over the limit of 250"):
        crop(bytes_of_photo(), size=(60_000, 60_000))


def bytes_of_photo() -> bytes:
    write_photo("p.png")
    return Path("p.png").read_bytes()


def test_messages_begin_with_the_name_of_their_picture(foveate) -> None:
    write_photo("p.png")
    Path("p.png").rename("a")
    run = foveate("compress", "a", "", "--size", "10", "-o", "out/")
    assert "foveate: a: 10 bytes are too few for this picture" in run.err
    assert "foveate: '': is an empty name; give a picture file" in run.err
