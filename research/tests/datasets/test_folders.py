"""Folders of pictures beside folders of answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.io import savemat

from foveate.errors import DatasetError
from foveate_research.datasets.fixation_files import read_fixation_file
from foveate_research.datasets.folders import (
    class_mask_folders,
    fixation_folders,
    label_folders,
    mask_folders,
)

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 12, 18


def save(path, pixels=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels is None:
        pixels = RNG.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def a_mask(left=4):
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    mask[:, left:] = 255
    return mask


# Masks


def test_pictures_and_masks_are_matched_by_stem(tmp_path):
    for stem, suffix in (("a", ".png"), ("b", ".bmp")):
        save(tmp_path / "images" / f"{stem}{suffix}")
        save(tmp_path / "masks" / f"{stem}.png", a_mask())
    found = mask_folders(tmp_path / "images", tmp_path / "masks")
    assert (found.count, found.part) == (2, "all")
    assert [picture.key for picture in found] == ["a", "b"]
    assert [picture.key for picture in found] == ["a", "b"]  # a second time
    assert np.array_equal(next(iter(found)).mask, a_mask())


def test_names_of_masks_may_end_in_what_they_are(tmp_path):
    save(tmp_path / "images" / "a.jpg")
    save(tmp_path / "masks" / "a.mask.png", a_mask())
    assert [picture.key for picture in mask_folders(tmp_path / "images", tmp_path / "masks")] == [
        "a"
    ]


def test_pictures_and_masks_may_share_a_folder(tmp_path):
    save(tmp_path / "both" / "a.jpg")
    save(tmp_path / "both" / "a.png", a_mask())
    (picture,) = mask_folders(tmp_path / "both", tmp_path / "both")
    assert np.array_equal(picture.mask, a_mask())


def test_graded_masks_are_cut_at_the_threshold(tmp_path):
    graded = np.tile(np.arange(WIDTH, dtype=np.uint8) * 15, (HEIGHT, 1))
    save(tmp_path / "images" / "a.png")
    save(tmp_path / "masks" / "a.png", graded)
    for threshold in (0.2, 0.5, 0.9):
        (picture,) = mask_folders(tmp_path / "images", tmp_path / "masks", threshold=threshold)
        assert np.array_equal(picture.mask == 255, graded / 255 >= threshold)


def test_masks_of_zeros_and_ones_are_masks_too(tmp_path):
    save(tmp_path / "images" / "a.png")
    save(tmp_path / "masks" / "a.png", a_mask() // 255)
    (picture,) = mask_folders(tmp_path / "images", tmp_path / "masks")
    assert np.array_equal(picture.mask, a_mask())


def test_a_picture_without_its_mask_is_named(tmp_path):
    save(tmp_path / "images" / "a.png")
    save(tmp_path / "images" / "b.png")
    save(tmp_path / "masks" / "a.png", a_mask())
    with pytest.raises(DatasetError, match="1 of 2 pictures have no mask, such as b"):
        mask_folders(tmp_path / "images", tmp_path / "masks")


def test_two_files_of_one_stem_are_refused(tmp_path):
    save(tmp_path / "images" / "a.png")
    save(tmp_path / "images" / "a.jpg")
    with pytest.raises(DatasetError, match="both called a"):
        mask_folders(tmp_path / "images", tmp_path)


def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere is not a folder"):
        mask_folders(tmp_path / "nowhere", tmp_path)
    with pytest.raises(DatasetError, match=r"ends in \.png, "):
        mask_folders(tmp_path, tmp_path / "masks")


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    save(tmp_path / "masks" / "a.png", a_mask())
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match=r"a\.png cannot be read as a picture"):
        list(mask_folders(tmp_path / "images", tmp_path / "masks"))


def test_only_what_is_asked_for_is_read(tmp_path):
    for stem in "abc":
        save(tmp_path / "images" / f"{stem}.png")
        save(tmp_path / "masks" / f"{stem}.png", a_mask())
    (tmp_path / "images" / "b.png").write_bytes(b"broken")
    found = mask_folders(tmp_path / "images", tmp_path / "masks").first(1)
    assert [picture.key for picture in found] == ["a"]
    assert found.count == 1


# Fixations


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "viewer,x,y\n0,3,4\n2,5,6\n"),
        ("a.csv", "y;x;subject\n4;3;0\n6;5;2\n"),
        ("a.txt", "# viewer x y\n0 3 4\n2 5 6\n"),
        ("a.txt", "0\t3.7\t4.2\n2\t5\t6\n"),
    ],
)
def test_fixations_of_text_files(tmp_path, name, content):
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    (tmp_path / "fixations" / name).write_text(content)
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "fixations")
    assert picture.fixations.tolist() == [[0, 3, 4], [2, 5, 6]]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))),
    st.sampled_from([",", ";", "\t", " ", ", "]),
)
def test_any_fixations_written_as_text_are_read_back(tmp_path_factory, rows, separator):
    path = tmp_path_factory.mktemp("text") / "a.csv"
    lines = [separator.join(map(str, row)) for row in rows]
    path.write_text(separator.join(("viewer", "x", "y")) + "\n" + "\n".join(lines))
    assert read_fixation_file(path, HEIGHT, WIDTH).tolist() == [list(row) for row in rows]


def test_points_without_viewers_are_of_viewer_zero_and_those_outside_are_left_out(tmp_path):
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    np.save(tmp_path / "fixations" / "a.fix.npy", np.array([[3, 4], [WIDTH, 0], [-1, 2]]))
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "fixations")
    assert picture.fixations.tolist() == [[0, 3, 4]]


def test_fixations_of_cat2000_are_the_pixels_of_a_map(tmp_path):
    fixated = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    fixated[4, 3] = fixated[6, 5] = 1
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    savemat(tmp_path / "fixations" / "a.mat", {"fixLocs": fixated})
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "fixations")
    assert picture.fixations.tolist() == [[0, 3, 4], [0, 5, 6]]


def test_fixations_of_salicon_come_by_viewer_and_count_from_one(tmp_path):
    gaze = np.zeros((2, 1), dtype=[("location", object), ("fixations", object)])
    gaze[0, 0]["fixations"] = np.array([[4, 5], [6, 7]])
    gaze[1, 0]["fixations"] = np.array([[1, 1]])
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    savemat(tmp_path / "fixations" / "a.mat", {"gaze": gaze, "image": "a"})
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "fixations")
    assert picture.fixations.tolist() == [[0, 3, 4], [0, 5, 6], [1, 0, 0]]


def test_grey_pictures_instead_of_points_are_density_maps(tmp_path):
    save(tmp_path / "images" / "a.png")
    density = save(tmp_path / "fixations" / "a.map.png", a_mask())
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "fixations")
    assert picture.fixations is None
    assert np.array_equal(picture.density, density)


def test_points_and_density_maps_may_go_together(tmp_path):
    save(tmp_path / "images" / "a.png")
    save(tmp_path / "maps" / "a.png", a_mask())
    (tmp_path / "points").mkdir()
    np.save(tmp_path / "points" / "a.npy", np.array([[1, 3, 4]]))
    (picture,) = fixation_folders(tmp_path / "images", tmp_path / "points", maps=tmp_path / "maps")
    assert picture.fixations.tolist() == [[1, 3, 4]]
    assert picture.density.shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "left,top\n3,4\n", "looked for columns x and y, found left, top"),
        ("a.csv", "x,y,z\n3,4\n", "3 names above 2 columns"),
        ("a.txt", "3 4\n5\n", "not all lines are as many numbers"),
        ("a.txt", "1 2 3 4\n", "rows of x, y or viewer, x, y"),
        ("a.npy", "no numbers", "not a NumPy file"),
        ("a.mat", "no mat", "not a .mat file that can be read"),
    ],
)
def test_a_wrong_file_of_fixations_says_what_was_looked_for(tmp_path, name, content, said):
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    (tmp_path / "fixations" / name).write_text(content)
    with pytest.raises(DatasetError) as caught:
        list(fixation_folders(tmp_path / "images", tmp_path / "fixations"))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_fixations_says_what_was_looked_for(tmp_path):
    save(tmp_path / "images" / "a.png")
    (tmp_path / "fixations").mkdir()
    with pytest.raises(DatasetError, match=r"holds no fixations: looked for \.npy, \.txt"):
        fixation_folders(tmp_path / "images", tmp_path / "fixations")


# Labels


def test_a_folder_a_class(tmp_path):
    for key in ("cat/1.png", "dog/1.png", "dog/2.png"):
        save(tmp_path / key)
    pictures = label_folders(tmp_path)
    assert pictures.classes == ("cat", "dog")
    found = [(picture.key, picture.labels) for picture in pictures]
    assert found == [("cat/1", ("cat",)), ("dog/1", ("dog",)), ("dog/2", ("dog",))]


def test_class_masks_with_a_palette_are_read_as_indices(tmp_path):
    indices = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    indices[:4], indices[4:6], indices[8:] = 2, 255, 1
    image = Image.fromarray(indices, "P")
    image.putpalette([level for index in range(256) for level in (index, 0, 255 - index)])
    (tmp_path / "masks").mkdir()
    image.save(tmp_path / "masks" / "a.png")
    save(tmp_path / "images" / "a.jpg")
    save(tmp_path / "images" / "unlabelled.jpg")
    (picture,) = class_mask_folders(tmp_path / "images", tmp_path / "masks", ("none", "cat", "dog"))
    assert picture.labels == ("cat", "dog")
    assert np.array_equal(picture.class_mask, np.where(indices == 255, 0, indices))
