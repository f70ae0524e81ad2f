"""Published sets in their official layouts, and the sets of shards."""

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from foveate.errors import DatasetError, OptionError
from foveate_research.datasets.layouts import LAYOUTS, open_layout
from foveate_research.datasets.packed import open_shards
from foveate_research.datasets.sets import split_by_hash
from shard_files import encoded, noise, write_set

PIXELS = noise(20, 30)
MASK = np.zeros((20, 30), dtype=np.uint8)
MASK[5:12, 8:20] = 255
DOT = np.zeros((20, 30), dtype=np.uint8)
DOT[6, 9] = 255


def save(path, pixels=PIXELS):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=100)


MASK_FILES = {
    "msra10k": ("MSRA10K_Imgs_GT/Imgs/{}.jpg", "MSRA10K_Imgs_GT/Imgs/{}.png"),
    "msra-b": ("MSRA-B/image/{}.jpg", "MSRA-B/annotation/{}.png"),
    "msra-1k": ("images/{}.jpg", "binarymasks/{}.bmp"),
    "duts": ("DUTS-TE/DUTS-TE-Image/{}.jpg", "DUTS-TE/DUTS-TE-Mask/{}.png"),
    "ecssd": ("images/{}.jpg", "ground_truth_mask/{}.png"),
    "hku-is": ("HKU-IS/imgs/{}.png", "HKU-IS/gt/{}.png"),
    "dut-omron": ("DUT-OMRON-image/{}.jpg", "pixelwiseGT-new-PNG/{}.png"),
    "sod": ("SOD/Imgs/{}.jpg", "SOD/Imgs/{}.png"),
    "pascal-s": ("datasets/imgs/pascal/{}.jpg", "datasets/masks/pascal/{}.png"),
}


@pytest.mark.parametrize("name", MASK_FILES)
def test_sets_of_masks_are_found_where_their_archives_put_them(tmp_path, name):
    for stem in ("1", "2"):
        for place, pixels in zip(MASK_FILES[name], (PIXELS, MASK), strict=True):
            save(tmp_path / place.format(stem), pixels)
    part = "test" if name == "duts" else "all"
    pictures = list(open_layout(name, tmp_path, part))
    assert [picture.key for picture in pictures] == ["1", "2"]
    assert np.array_equal(pictures[0].mask, MASK)


def test_msra10k_is_split_as_menet_states_it(tmp_path):
    for stem in range(40):
        save(tmp_path / "Imgs" / f"{stem}.jpg", PIXELS[:4, :4])
        save(tmp_path / "Imgs" / f"{stem}.png", MASK[:4, :4])
    parts = {part: open_layout("msra10k", tmp_path, part) for part in ("train", "val", "test")}
    assert [found.count for found in parts.values()] == [34, 2, 4]
    keys = [picture.key for found in parts.values() for picture in found]
    assert len(set(keys)) == 40
    assert parts["test"].described()["split"]["parts"] == {"train": 8500, "val": 500, "test": 1000}


def test_a_split_depends_on_names_alone():
    keys = [f"picture {number}" for number in range(10000)]
    menet = split_by_hash(keys, {"train": 8500, "val": 500, "test": 1000})
    assert [len(part) for part in menet.values()] == [8500, 500, 1000]
    assert split_by_hash(keys[::-1], {"train": 8500, "val": 500, "test": 1000}) == menet
    assert split_by_hash(keys, {"train": 8500, "val": 500, "test": 1000}, seed=1) != menet


def test_cat2000_goes_by_category(tmp_path):
    save(tmp_path / "trainSet/Stimuli/Action/001.jpg")
    save(tmp_path / "trainSet/Stimuli/Action/Output/001_SaliencyMap.jpg")
    save(tmp_path / "trainSet/FIXATIONMAPS/Action/001.jpg", MASK)
    (tmp_path / "trainSet/FIXATIONLOCS/Action").mkdir(parents=True)
    savemat(tmp_path / "trainSet/FIXATIONLOCS/Action/001.mat", {"fixLocs": DOT})
    (picture,) = open_layout("cat2000", tmp_path)
    assert picture.key == "Action/001"
    assert picture.fixations.tolist() == [[0, 9, 6]]
    assert picture.density.shape == (20, 30)


def test_mit1003_has_points_and_maps_in_one_folder(tmp_path):
    save(tmp_path / "ALLSTIMULI" / "i1.jpeg")
    save(tmp_path / "ALLFIXATIONMAPS" / "i1_fixPts.jpg", DOT)
    save(tmp_path / "ALLFIXATIONMAPS" / "i1_fixMap.jpg", MASK)
    (picture,) = open_layout("mit1003", tmp_path)
    assert picture.fixations.tolist() == [[0, 9, 6]]
    assert picture.density.max() > 250


def test_salicon_is_read_by_part(tmp_path):
    gaze = np.zeros((1, 1), dtype=[("fixations", object)])
    gaze[0, 0]["fixations"] = np.array([[10, 7]])
    save(tmp_path / "images/val/COCO_1.jpg")
    (tmp_path / "fixations/val").mkdir(parents=True)
    savemat(tmp_path / "fixations/val/COCO_1.mat", {"gaze": gaze})
    (picture,) = open_layout("salicon", tmp_path)
    assert picture.fixations.tolist() == [[0, 9, 6]]


def test_osie_has_one_file_of_fixations_for_all(tmp_path):
    def subject(x, y):
        return {"fix_x": np.array(x, dtype=float), "fix_y": np.array(y, dtype=float)}

    def cells(items):
        made = np.empty((len(items), 1), dtype=object)
        made[:, 0] = items
        return made

    subjects = cells([subject([10.0, 3.0], [7.0, 4.0]), subject([31.0], [2.0])])
    save(tmp_path / "data/stimuli/1001.jpg")
    (tmp_path / "data/eye").mkdir()
    fixations = cells([{"img": "1001.jpg", "subjects": subjects}])
    savemat(tmp_path / "data/eye/fixations.mat", {"fixations": fixations})
    (picture,) = open_layout("osie", tmp_path)
    assert picture.fixations.tolist() == [[0, 9, 6], [0, 2, 3]]  # one point lies outside


def test_gaze_test_has_a_part_of_points_and_one_of_maps(tmp_path):
    save(tmp_path / "images" / "crowd-1.png")
    save(tmp_path / "images" / "mit-1.png")
    (tmp_path / "fixations").mkdir()
    np.save(tmp_path / "fixations" / "crowd-1.npy", np.array([[0, 3, 4]], dtype=np.int16))
    save(tmp_path / "maps" / "mit-1.map.png", MASK)
    (crowd,) = open_layout("gaze-test", tmp_path, "crowd")
    (mit,) = open_layout("gaze-test", tmp_path, "mit")
    assert crowd.fixations.tolist() == [[0, 3, 4]]
    assert np.array_equal(mit.density, MASK)


def test_labelled_sets_give_names_without_numbers(tmp_path):
    save(tmp_path / "256_ObjectCategories/001.ak47/001_0001.jpg")
    (picture,) = open_layout("caltech-256", tmp_path)
    assert picture.labels == ("ak47",)
    (picture,) = open_layout("caltech-256", tmp_path, "all")
    save(tmp_path / "101_ObjectCategories/ant/image_0001.jpg")
    (picture,) = open_layout("caltech-101", tmp_path)
    assert picture.labels == ("ant",)
    save(tmp_path / "val/n01440764/ILSVRC2012_val_1.jpeg")
    (picture,) = open_layout("imagenet", tmp_path)
    assert picture.labels == ("n01440764",)


def test_the_last_ten_pictures_of_each_class_of_caltech_256_are_for_testing(tmp_path):
    for number in range(12):
        save(tmp_path / f"001.ak47/001_{number:04}.jpg", PIXELS[:4, :4])
    train = [picture.key for picture in open_layout("caltech-256", tmp_path, "train")]
    assert train == ["001.ak47/001_0000", "001.ak47/001_0001"]
    assert len(list(open_layout("caltech-256", tmp_path, "test"))) == 10


def test_pascal_voc_takes_the_listed_pictures(tmp_path):
    root = tmp_path / "VOCdevkit" / "VOC2012"
    indices = np.where(MASK > 0, 15, 0).astype(np.uint8)
    for stem in ("2007_1", "2007_2"):
        save(root / "JPEGImages" / f"{stem}.jpg")
        save(root / "SegmentationClass" / f"{stem}.png", indices)
    (root / "ImageSets/Segmentation").mkdir(parents=True)
    (root / "ImageSets/Segmentation/val.txt").write_text("2007_2\n")
    (picture,) = open_layout("pascal-voc", tmp_path)
    assert picture.key == "2007_2"
    assert picture.labels == ("person",)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_wrong_root_says_what_was_looked_for_and_where(tmp_path, name):
    with pytest.raises(DatasetError) as caught:
        open_layout(name, tmp_path / "nothing")
    said = str(caught.value)
    assert "looked for" in said
    assert str(tmp_path / "nothing") in said
    assert "\n" not in said


def test_an_unknown_layout_or_part_names_those_there_are(tmp_path):
    with pytest.raises(OptionError, match="there are msra10k, msra-b"):
        open_layout("msra", tmp_path)
    with pytest.raises(OptionError, match="hku-is has no part 'dev': there are all, train"):
        open_layout("hku-is", tmp_path, "dev")


# Shards


def test_shards_are_opened_by_what_they_hold(tmp_path):
    points = np.array([[0, 3, 4]], dtype=np.int16)
    np.save(tmp_path / "points.npy", points)
    webp = {"webp": encoded(PIXELS, "WEBP")}
    write_set(
        tmp_path / "watched",
        [],
        [("a", {**webp, "fix.npy": (tmp_path / "points.npy").read_bytes()})],
    )
    write_set(tmp_path / "masked", [], [("a", {**webp, "mask.png": encoded(MASK, "PNG")})])
    write_set(tmp_path / "named", ["cat"], [("a", {**webp, "cls": b"0"})])
    (watched,) = open_shards(tmp_path / "watched", "val")
    assert watched.fixations.tolist() == points.tolist()
    masked = open_shards(tmp_path / "masked", "val")
    assert np.array_equal(next(iter(masked)).mask, MASK)
    assert list(masked.described()["sha256"]) == ["val-000000.tar"]
    assert open_shards(tmp_path / "named", "val").classes == ("cat",)
    (named,) = open_shards(tmp_path / "named", "val")
    assert named.labels == ("cat",)


@pytest.mark.parametrize(("name", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_a_samples_picture_may_be_of_any_kind(tmp_path, name, kind):
    write_set(
        tmp_path / "masked",
        [],
        [("a", {name: encoded(PIXELS, kind), "mask.png": encoded(MASK, "PNG")})],
    )
    write_set(tmp_path / "named", ["cat"], [("a", {name: encoded(PIXELS, kind), "cls": b"0"})])
    for folder in ("masked", "named"):
        (picture,) = open_shards(tmp_path / folder, "val")
        assert picture.pixels.shape == PIXELS.shape


def test_pictures_of_files_are_read_by_number(tmp_path):
    for stem in ("1", "2", "3"):
        save(tmp_path / f"Imgs/{stem}.jpg")
        save(tmp_path / f"Imgs/{stem}.png", MASK)
    pictures = open_layout("sod", tmp_path).by_number()
    assert [len(pictures), pictures[2].key, pictures[-1].key] == [3, "3", "3"]
    assert [picture.key for picture in pictures[1:]] == ["2", "3"]
    with pytest.raises(IndexError):
        pictures[3]


def test_a_sample_that_is_no_picture_is_named(tmp_path):
    write_set(tmp_path, ["cat"], [("a", {"webp": b"no picture", "cls": b"0"})])
    with pytest.raises(DatasetError, match=r"a\.webp cannot be read as a picture"):
        list(open_shards(tmp_path, "val"))


def test_pictures_of_one_kind_are_told_by_their_names(tmp_path):
    webp = {"webp": encoded(PIXELS, "WEBP"), "cls": b"0"}
    write_set(tmp_path, ["cat"], [("crowd-1", webp), ("scene-1", webp), ("crowd-2", webp)])
    crowds = open_shards(tmp_path, "val").starting("crowd")
    assert [picture.key for picture in crowds] == ["crowd-1", "crowd-2"]
    assert crowds.described()["keys"] == "crowd*"


def test_shards_of_something_else_say_what_was_looked_for(tmp_path):
    write_set(tmp_path, [], [("a", {"txt": b"words"})])
    with pytest.raises(DatasetError, match="a has txt; looked for webp, jpg or png with one of"):
        open_shards(tmp_path, "val")
    with pytest.raises(DatasetError, match=r"holds no test-\*.tar"):
        open_shards(tmp_path, "test")
