"""Packing pictures with their maps, and reading them."""

import io
import json
import shutil

import numpy as np
import pytest
import webdataset
from PIL import Image

from foveate import saliency_map
from foveate.errors import DatasetError, OptionError, OutputError
from foveate_research.thesis import packing
from foveate_research.thesis.pack import open_pack
from foveate_research.thesis.packing import PackOptions, central_square, pack_pictures
from foveate_research.thesis.reading import (
    central_draws,
    centred_gaussian,
    epoch_draws,
    open_part,
)
from tiny_packs import MODEL, a_pack, write_classes, write_parts

OPTIONS = PackOptions(model=MODEL)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return a_pack(tmp_path_factory.mktemp("packed"), train=5)


def samples(pack, part):
    urls = sorted(str(path) for path in pack.folder.glob(f"{part}-*.tar"))
    return list(webdataset.WebDataset(urls, shardshuffle=False, empty_check=False))


def test_any_reader_of_webdataset_finds_picture_map_and_class(pack):
    found = samples(pack, "train")
    assert len(found) == 15
    for sample in found:
        picture = Image.open(io.BytesIO(sample["jpg"]))
        saliency = Image.open(io.BytesIO(sample["map.jpg"]))
        assert (picture.size, picture.mode) == ((144, 144), "RGB")
        assert (saliency.size, saliency.mode) == ((144, 144), "L")
        stated = json.loads(sample["json"])
        assert stated["class"] == pack.classes[int(sample["cls"])]
        assert stated["source"].startswith(stated["class"])


def test_pictures_are_shuffled(pack):
    labels = [int(sample["cls"]) for sample in samples(pack, "train")]
    assert labels != sorted(labels)


def test_the_map_is_the_models_of_the_central_square(pack, tmp_path):
    sample = samples(pack, "val")[0]
    source = pack.folder.parent / "pictures/val" / f"{json.loads(sample['json'])['source']}.png"
    square = central_square(np.asarray(Image.open(source)))
    assert square.shape == (40, 40, 3)
    expected = 255 * saliency_map(square, model=MODEL).resized(144, 144)
    found = np.asarray(Image.open(io.BytesIO(sample["map.jpg"])))
    assert np.abs(found - expected).mean() < 2


def test_the_manifest_tells_counts_classes_model_and_means(pack):
    stated = json.loads((pack.folder / "manifest.json").read_text())
    assert stated["counts"] == {"train": 15, "val": 6}
    assert stated["classes"] == ["blue", "green", "red"]
    assert stated["model"] == {"name": MODEL, "sha256": None}
    part = open_part(pack, "train")
    mean = np.asarray(part.pictures).mean(axis=(0, 1, 2)) / 255
    assert pack.mean == pytest.approx(mean, abs=0.004)
    assert set(stated["shards"]) == {path.name for path in pack.folder.glob("*.tar")}
    assert not (pack.folder / ".packing").exists()


def test_fewer_classes_are_spread_over_all(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    options = PackOptions(model="centre", classes=2)
    pack = pack_pictures(tmp_path / "set", tmp_path / "out", options, threads=1)
    assert pack.classes == ("blue", "green")
    assert pack.counts == {"train": 4, "val": 2}
    found = [(json.loads(sample["json"]), int(sample["cls"])) for sample in samples(pack, "train")]
    assert all(stated["class"] == pack.classes[label] for stated, label in found)
    assert all(stated["source"].startswith(stated["class"]) for stated, _ in found)
    other = PackOptions(model="centre", classes=3)
    with pytest.raises(OutputError, match="another pack"):
        pack_pictures(tmp_path / "set", tmp_path / "out", other, threads=1)


@pytest.mark.parametrize("count", [1, 4])
def test_as_many_classes_as_there_are(tmp_path, count):
    write_parts(tmp_path / "set", 2, 1)
    with pytest.raises(OptionError, match=r"--classes .: give 2 to 3"):
        pack_pictures(tmp_path / "set", tmp_path / "out", PackOptions(classes=count))
    assert not (tmp_path / "out").exists()


def test_the_models_hash_is_kept(tmp_path):
    write_classes(tmp_path / "set", 5)
    pack = pack_pictures(tmp_path / "set", tmp_path / "out", PackOptions(model="salnet"), threads=1)
    assert len(pack.model["sha256"]) == 64


def test_a_killed_packing_goes_on_and_ends_the_same(tmp_path, monkeypatch):
    write_parts(tmp_path / "set", 4, 2)
    monkeypatch.setattr(packing, "SAMPLES_A_SHARD", {144: 5, 256: 5})
    whole = pack_pictures(tmp_path / "set", tmp_path / "whole", OPTIONS, threads=1)

    class KilledError(Exception):
        pass

    made = []

    def until_eight(*arguments):
        made.append(arguments)
        if len(made) > 8:
            raise KilledError
        return saliency_map(*arguments[:1], model=MODEL)

    monkeypatch.setattr(packing, "saliency_map", lambda image, **_: until_eight(image))
    with pytest.raises(KilledError):
        pack_pictures(tmp_path / "set", tmp_path / "cut", OPTIONS, threads=1)
    with pytest.raises(DatasetError, match="holds no pack"):
        open_pack(tmp_path / "cut")
    counted = []
    monkeypatch.setattr(
        packing,
        "saliency_map",
        lambda image, **_: (counted.append(1), saliency_map(image, model=MODEL))[1],
    )
    again = pack_pictures(tmp_path / "set", tmp_path / "cut", OPTIONS, threads=1)
    assert len(counted) == 18 - 5  # the first shard was whole
    assert again.shards == whole.shards


def test_a_finished_pack_is_left_as_it_is_and_another_refused(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    done = pack_pictures(tmp_path / "set", tmp_path / "out", OPTIONS, threads=1)
    assert pack_pictures(tmp_path / "set", tmp_path / "out", OPTIONS) == done
    with pytest.raises(OutputError, match="holds another pack"):
        pack_pictures(tmp_path / "set", tmp_path / "out", PackOptions(model="centre"))


def test_a_broken_picture_is_left_out_and_told(tmp_path):
    write_parts(tmp_path / "set", 2, 1)
    (tmp_path / "set/train/red/broken.jpg").write_bytes(b"no picture")
    pack = pack_pictures(tmp_path / "set", tmp_path / "out", OPTIONS, threads=1)
    assert pack.counts == {"train": 6, "val": 3}
    (told,) = json.loads((tmp_path / "out/manifest.json").read_text())["unreadable"]
    assert told.startswith("red/broken: ")


def test_packs_for_227_hold_256(tmp_path):
    pack = a_pack(tmp_path, train=2, val=1, side=227)
    part = open_part(pack, "val")
    pictures, _ = part.gather(central_draws(len(part), part.margin))
    assert np.asarray(part.pictures).shape == (3, 256, 256, 4)
    assert pictures.shape == (3, 227, 227, 4)


def test_other_sizes_are_refused(tmp_path):
    with pytest.raises(OptionError, match="--size 100: give 128 or 227"):
        pack_pictures(tmp_path, tmp_path / "out", PackOptions(side=100))


def test_a_set_too_small_for_val_is_refused_before_it_is_packed(tmp_path):
    write_classes(tmp_path / "set/train", 2)
    with pytest.raises(DatasetError, match="no picture for val: add some or raise --val-share"):
        pack_pictures(tmp_path / "set", tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out").exists()


def test_a_damaged_pack_is_told(pack, tmp_path):
    twin = tmp_path / "twin"
    shutil.copytree(pack.folder, twin)
    (twin / "val-000000.tar").unlink()
    with pytest.raises(DatasetError, match=r"lacks val-000000\.tar"):
        open_pack(twin)
    (twin / "manifest.json").write_text('{"name": "x"}')
    with pytest.raises(DatasetError, match="is no pack's"):
        open_pack(twin)


def test_picture_and_map_are_cropped_and_mirrored_together(pack):
    part = open_part(pack, "train")
    stored = np.asarray(part.pictures)
    batch, labels = part.gather(np.array([[3, 5, 11, 0], [4, 16, 0, 1]]))
    assert np.array_equal(batch[0], stored[3, 5:133, 11:139])
    assert np.array_equal(batch[1], stored[4, 16:144, 0:128][:, ::-1])
    assert labels.tolist() == part.labels[[3, 4]].tolist()


def test_decoding_each_time_gives_the_same_pictures(pack):
    draws = epoch_draws(15, 16, seed=1, epoch=0)
    kept = open_part(pack, "train").gather(draws)
    decoded = open_part(pack, "train", raw_limit=0).gather(draws)
    assert np.array_equal(kept[0], decoded[0])
    assert np.array_equal(kept[1], decoded[1])


def test_a_pack_that_cannot_be_written_beside_is_held_in_memory(pack, monkeypatch):
    monkeypatch.setattr("foveate_research.thesis.reading.RAW", "manifest.json/nowhere")
    part = open_part(pack, "val")
    assert not isinstance(part.pictures, np.memmap)
    assert part.gather(central_draws(6, 16))[0].shape == (6, 128, 128, 4)


def test_a_first_decoding_that_is_cut_leaves_nothing(tmp_path):
    whole = a_pack(tmp_path, train=2, val=1)
    shard = whole.folder / "train-000000.tar"
    data = shard.read_bytes()
    second = data.rindex(b"\xff\xd8\xff")
    shard.write_bytes(data[:second] + b"not" + data[second + 3 :])
    with pytest.raises(DatasetError, match="cannot be decoded"):
        open_part(whole, "train")
    assert list((whole.folder / "decoded").iterdir()) == []
    shard.write_bytes(data)
    assert isinstance(open_part(whole, "train").pictures, np.memmap)


def test_an_epoch_shows_every_picture_once_and_the_next_another_way():
    first, again, second = (epoch_draws(50, 16, seed=3, epoch=epoch) for epoch in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert sorted(first[:, 0].tolist()) == list(range(50))
    assert first[:, 1:3].min() == 0
    assert first[:, 1:3].max() == 16
    assert set(first[:, 3].tolist()) == {0, 1}


def test_maps_can_be_replaced(pack):
    draws = np.array([[0, 0, 0, 0], [1, 8, 4, 1]])
    own = open_part(pack, "train")
    stored = np.asarray(own.pictures)
    found = {
        maps: open_part(pack, "train", maps=maps).gather(draws)[0]
        for maps in ("gaussian", "other", "constant")
    }
    for batch in found.values():
        assert np.array_equal(batch[..., :3], own.gather(draws)[0][..., :3])
    gaussian = centred_gaussian(144)
    assert gaussian[71:73, 71:73].min() == 255
    assert np.array_equal(found["gaussian"][1, ..., 3], gaussian[8:136, 4:132][:, ::-1])
    assert np.array_equal(found["other"][0, ..., 3], stored[7, :128, :128, 3])
    assert np.unique(found["constant"][..., 3]).tolist() == [round(255 * pack.mean[3])]


def test_parts_that_are_not_there_are_told(pack):
    with pytest.raises(OptionError, match="no part 'test': train, val"):
        open_part(pack, "test")
