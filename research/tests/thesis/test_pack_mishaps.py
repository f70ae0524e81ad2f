"""Packing pictures of which some are odd, broken or changed since."""

import contextlib
import io
import json
import shutil

import numpy as np
import pytest
import webdataset
from PIL import Image

from foveate.errors import DatasetError, OptionError, OutputError
from foveate_research.thesis import packing
from foveate_research.thesis.pack import open_pack
from foveate_research.thesis.packing import PackOptions, pack_pictures
from foveate_research.thesis.reading import open_part
from tiny_packs import a_picture, write_classes, write_parts

OPTIONS = PackOptions(model="centre")


def packed(folder, **options):
    return pack_pictures(folder / "set", folder / "out", OPTIONS, threads=1, **options)


@pytest.mark.parametrize(
    ("mode", "name"), [("L", "grey.png"), ("L", "grey.jpg"), ("LA", "grey.png")]
)
def test_a_grey_picture_is_stored_in_three_channels(tmp_path, mode, name):
    write_parts(tmp_path / "set", 2, 1)
    Image.new(mode, (40, 30), 90 if mode == "L" else (90, 255)).save(
        tmp_path / "set/val/red" / name
    )
    pack = packed(tmp_path)
    samples = webdataset.WebDataset(
        [str(path) for path in pack.folder.glob("val-*.tar")], shardshuffle=False, empty_check=False
    )
    (found,) = (s for s in samples if json.loads(s["json"])["source"] == "red/grey")
    picture = Image.open(io.BytesIO(found["jpg"]))
    assert picture.mode == "RGB"
    assert np.abs(np.asarray(picture).astype(int) - 90).max() <= 1
    assert np.asarray(open_part(pack, "val").pictures).shape == (4, 144, 144, 4)


def break_all(folder):
    for path in folder.glob("*.png"):
        path.write_bytes(b"no picture")


def stated(pack):
    return json.loads((pack / "manifest.json").read_text())


def test_a_class_that_loses_all_its_pictures_is_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    break_all(tmp_path / "set/train/green")
    message = "no picture of class 'green' can be read .such as .*green/picture00.*png: "
    with pytest.raises(DatasetError, match=message):
        packed(tmp_path)
    write_classes(tmp_path / "set/train", 2)  # mended
    assert packed(tmp_path).counts == {"train": 6, "val": 3}


def test_a_part_that_loses_all_its_pictures_is_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    for name in ("red", "green", "blue"):
        break_all(tmp_path / "set/val" / name)
    with pytest.raises(DatasetError, match="no picture of val can be read"):
        packed(tmp_path)


def test_a_set_without_a_sound_picture_leaves_nothing(tmp_path):
    write_classes(tmp_path / "set", 10)
    for name in ("red", "green", "blue"):
        break_all(tmp_path / "set" / name)
    with pytest.raises(DatasetError, match="no picture of train can be read"):
        packed(tmp_path)
    assert not (tmp_path / "out").exists()


def test_what_could_not_be_read_is_told_of_the_pack(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    (tmp_path / "set/train/red/broken.jpg").write_bytes(b"no picture")
    (told,) = packed(tmp_path).unreadable
    assert told.startswith("red/broken: ")
    assert "set/train/red/broken.jpg" in told


def test_a_mended_picture_makes_a_pack_stale(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    (tmp_path / "set/train/red/broken.jpg").write_bytes(b"no picture")
    pack = packed(tmp_path)
    assert packed(tmp_path) == pack
    Image.fromarray(a_picture((1, 2, 3), 7)).save(tmp_path / "set/train/red/broken.jpg")
    with pytest.raises(OutputError, match=r"was packed before some .* changed or mended"):
        packed(tmp_path)
    assert open_pack(tmp_path / "out") == pack


def test_a_picture_mended_at_the_same_size_makes_a_pack_stale(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    mended = (tmp_path / "set/val/red/picture500.png").read_bytes()
    path = tmp_path / "set/train/red/a: b.png"
    path.write_bytes(bytes(len(mended)))
    packed(tmp_path)
    path.write_bytes(mended)
    with pytest.raises(OutputError, match="changed or mended"):
        packed(tmp_path)


def test_a_picture_of_another_size_makes_a_pack_stale(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    Image.fromarray(a_picture((1, 2, 3), 7, 80, 80)).save(tmp_path / "set/train/red/picture000.png")
    with pytest.raises(OutputError, match="changed or mended"):
        packed(tmp_path)


def test_packs_of_the_first_kind_are_kept(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    first = stated(tmp_path / "out")
    for name in ("sizes", "made_of"):
        del first[name]
    (tmp_path / "out/manifest.json").write_text(json.dumps(first))
    pack = open_pack(tmp_path / "out")
    assert packed(tmp_path) == pack
    assert len(open_part(pack, "train")) == 6


class CutError(Exception):
    """Ctrl-C, but of a test."""


def cut_after(count):
    """As many pictures as that are packed before the packing is cut."""

    @contextlib.contextmanager
    def tick(total):
        seen = []

        def advance(key):
            seen.append(key)
            if len(seen) > count:
                raise CutError

        yield advance

    return tick


def test_a_cut_packing_makes_shards_of_changed_pictures_again(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "SAMPLES_A_SHARD", {144: 3})
    write_parts(tmp_path / "set", 4, 2)
    broken = tmp_path / "set/train/red/picture000.png"
    sound = broken.read_bytes()
    broken.write_bytes(bytes(len(sound)))
    with pytest.raises(CutError):
        packed(tmp_path, tick=cut_after(17))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.tar")}
    broken.write_bytes(sound)
    pack = packed(tmp_path)
    assert pack.counts == {"train": 12, "val": 6}
    assert not pack.unreadable
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.tar")}
    assert sum(after[name] != before[name] for name in before) == 1


def test_a_cut_before_the_first_shard_leaves_nothing(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    with pytest.raises(CutError):
        packed(tmp_path, tick=cut_after(3))
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(CutError):
        packed(tmp_path, tick=cut_after(3))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_plan_without_a_shard_claims_nothing(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    (tmp_path / "out/.packing").mkdir(parents=True)  # as a kill before the first shard leaves it
    (tmp_path / "out/.packing/plan.json").write_text('{"side": 227}')
    assert packed(tmp_path).counts == {"train": 6, "val": 3}


def test_wrong_threads_are_refused_before_the_folder_is_claimed(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    with pytest.raises(OptionError, match="`threads` is 0"):
        pack_pictures(tmp_path / "set", tmp_path / "out", OPTIONS, threads=0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("left", [b"", b"{", b"\xff"])
def test_a_damaged_plan_is_told(tmp_path, left, monkeypatch):
    monkeypatch.setattr(packing, "SAMPLES_A_SHARD", {144: 3})
    write_parts(tmp_path / "set", 2, 1)
    with pytest.raises(CutError):
        packed(tmp_path, tick=cut_after(4))
    (tmp_path / "out/.packing/plan.json").write_bytes(left)
    message = r"out/\.packing/plan\.json is damaged: choose another -o, or remove .*out"
    with pytest.raises(OutputError, match=message):
        packed(tmp_path)


def test_a_shard_whose_record_is_damaged_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "SAMPLES_A_SHARD", {144: 3})
    write_parts(tmp_path / "set", 2, 1)
    with pytest.raises(CutError):
        packed(tmp_path, tick=cut_after(4))
    (tmp_path / "out/.packing/train-000000.tar.json").write_text("{")
    assert packed(tmp_path).counts == {"train": 6, "val": 3}


def test_a_pack_with_an_empty_part_is_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    first = stated(tmp_path / "out")
    first["counts"]["val"] = 0
    (tmp_path / "out/manifest.json").write_text(json.dumps(first))
    with pytest.raises(DatasetError, match="holds no picture for val: remove it and pack again"):
        open_pack(tmp_path / "out")


@pytest.mark.parametrize("limit", [2**30, 0])
def test_a_shard_that_is_cut_off_is_told(tmp_path, limit, monkeypatch):
    monkeypatch.setattr("foveate_research.thesis.pack.HASHED_LIMIT", limit)
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    path = tmp_path / "out/val-000000.tar"
    path.write_bytes(path.read_bytes()[:-512])
    with pytest.raises(DatasetError, match=r"val-000000\.tar is damaged: copy it again, or"):
        open_pack(tmp_path / "out")


def test_a_shard_of_another_pack_is_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    shutil.copy(tmp_path / "out/train-000000.tar", tmp_path / "out/val-000000.tar")
    with pytest.raises(DatasetError, match=r"val-000000\.tar is damaged"):
        open_pack(tmp_path / "out")


def test_a_shard_that_the_manifest_does_not_list_is_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    packed(tmp_path)
    shutil.copy(tmp_path / "out/train-000000.tar", tmp_path / "out/train-000001.tar")
    with pytest.raises(DatasetError, match=r"holds train-000001\.tar, which its manifest does not"):
        open_pack(tmp_path / "out")
