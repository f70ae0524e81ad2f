"""Sets of strangers: damaged and hostile files are refused by name, and never start a shell."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.errors import DatasetError
from foveate_research.datasets.attention import read_attention
from foveate_research.datasets.fixation_files import read_fixation_file
from foveate_research.datasets.indexed_shards import index_shards
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.shards import read_manifest, read_samples


def picture(file_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 6), 200).save(buffer, file_format)
    return buffer.getvalue()


def write_shard(folder: Path, *members: tuple[str, bytes], compressed: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "val-000000.tar"
    with tarfile.open(path, f"w:{compressed}") as archive:  # type: ignore[call-overload]
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def refusal(folder: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        list(read_attention(folder, "val"))
    message = str(caught.value)
    assert message.isprintable()
    assert folder.name in message
    return message


@pytest.mark.parametrize("name", ["pipe:touch started;", "file:x", "http:"])
def test_a_folder_with_the_name_of_a_command_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_shard(Path(name), ("a.png", picture()), ("a.mask.png", picture()))
    (found,) = read_attention(Path(name), "val")
    assert found.pixels.shape == (6, 8, 3)
    assert open_shards(Path(name), "val").count is None
    assert not (tmp_path / "started").exists()


def test_a_command_in_place_of_a_folder_is_refused(
    foveate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = f"pipe:touch {tmp_path}/started #"
    run = foveate("evaluate", "sod", "--model", "centre", "--shards", command, "--part", "val")
    assert run.code == 1
    assert "pipe:touch" in run.err
    assert not (tmp_path / "started").exists()
    with pytest.raises(DatasetError, match=r"holds no \*-"):
        list(read_samples(tmp_path, "*"))


def test_shards_are_read_as_webdataset_wrote_them(tmp_path: Path) -> None:
    members = [("x/a.png", b"1"), ("x/a.MASK.png", b"2"), ("b.c.d", b""), ("x/.hidden", b"3")]
    write_shard(tmp_path, *members, compressed="gz")
    samples = list(read_samples(tmp_path, "val"))
    assert samples[:2] == [("x/a", {"png": b"1", "mask.png": b"2"}), ("b", {"c.d": b""})]


@pytest.mark.parametrize("cut", [100, 700, 1300, 1900])
def test_a_shard_that_is_cut_off_is_refused_by_name(tmp_path: Path, cut: int) -> None:
    path = write_shard(tmp_path, ("a.png", picture()), ("a.mask.png", picture()))
    path.write_bytes(path.read_bytes()[:cut])
    assert "val-000000.tar" in refusal(tmp_path)


def test_damaged_members_are_refused_by_name(tmp_path: Path) -> None:
    path = write_shard(tmp_path, ("a.png", picture()), ("a.mask.png", picture()))
    path.write_bytes(b"\xff" * 4096)
    assert "val-000000.tar" in refusal(tmp_path)
    write_shard(tmp_path, ("a.png", picture()), ("a.png", picture()))
    assert "val-000000.tar" in refusal(tmp_path)
    write_shard(tmp_path, ("\x1b[31mred.png", picture()[:30]), ("\x1b[31mred.mask.png", picture()))
    assert "cannot be read as a picture" in refusal(tmp_path)


def test_members_are_decoded_as_pictures_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import EpsImagePlugin

    def started(*_: object, **__: object) -> None:
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    write_shard(tmp_path, ("a.png", picture("EPS")), ("a.mask.png", picture()))
    assert "a.png cannot be read as a picture" in refusal(tmp_path)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((4, 2)),
        np.full((4, 3), np.nan),
        np.full((4, 3), 1e9),
        np.zeros((4, 3), np.complex64),
        np.array([["a", "b", "c"]]),
    ],
)
def test_fixations_that_are_none_are_refused(tmp_path: Path, points: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, points)
    write_shard(tmp_path, ("a.png", picture()), ("a.fix.npy", buffer.getvalue()))
    assert "a.fix.npy" in refusal(tmp_path)


def test_an_index_refuses_members_that_reach_beyond_the_file(tmp_path: Path) -> None:
    path = write_shard(tmp_path, ("a.png", picture() * 30))
    path.write_bytes(path.read_bytes()[:1024])
    with pytest.raises(DatasetError, match=r"val-000000\.tar"):
        index_shards(tmp_path, "val")


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff", ""])
def test_a_damaged_manifest_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DatasetError, match=r"manifest\.json is not JSON"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("count", [True, -3, "many", 1.5, None, {"a": 1}])
def test_a_count_that_is_none_counts_as_not_stated(tmp_path: Path, count: object) -> None:
    write_shard(tmp_path, ("a.png", picture()), ("a.mask.png", picture()))
    (tmp_path / "manifest.json").write_text(json.dumps({"counts": {"val": count}}))
    assert open_shards(tmp_path, "val").count is None


@pytest.mark.parametrize("suffix", [".npy", ".mat", ".csv", ".txt"])
def test_damaged_files_of_fixations_are_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"fixations{suffix}"
    rng = np.random.default_rng(0)
    matlab = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    for head in (b"\x93NUMPY\x01\x00v\x00", matlab, b"x,y\n"):
        path.write_bytes(head + rng.bytes(300))
        with pytest.raises(DatasetError, match="fixations"):
            read_fixation_file(path, 100, 100)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(DatasetError, match=r"fixations\.\w+"):
        read_fixation_file(path, 100, 100)


@pytest.mark.parametrize("text", ["a\x1b[31m,\x00b\n1,2\n", "x" * 5000 + "\n1\n"])
def test_what_a_file_of_fixations_says_is_quoted_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fixations.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"fixations\.csv") as caught:
        read_fixation_file(path, 100, 100)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600
