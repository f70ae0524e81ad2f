"""A few generated pictures in the layout of each published set that can be learnt from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

COUNT = 4
SIDE = (48, 64)

MASKS = {
    "msra10k": ("Imgs/{}.jpg", "Imgs/{}.png"),
    "msra-b": ("image/{}.jpg", "annotation/{}.png"),
    "hku-is": ("imgs/{}.png", "gt/{}.png"),
    "duts": ("DUTS-TR/DUTS-TR-Image/{}.jpg", "DUTS-TR/DUTS-TR-Mask/{}.png"),
    "ecssd": ("images/{}.jpg", "ground_truth_mask/{}.png"),
    "dut-omron": ("DUT-OMRON-image/{}.jpg", "pixelwiseGT-new-PNG/{}.png"),
    "pascal-s": ("imgs/pascal/{}.jpg", "masks/pascal/{}.png"),
    "sod": ("Imgs/{}.jpg", "Imgs/{}.png"),
}
FIXATIONS = ("salicon", "cat2000", "mit1003", "osie")
LABELS = {
    "caltech-256": "256_ObjectCategories/00{}.{}/00{}_{:04}.jpg",
    "caltech-101": "101_ObjectCategories/{1}/image_{3:04}.jpg",
    "imagenet": "train/n0{}{}/n0{}_{}.JPEG",
}


def write_published(name: str, root: Path) -> None:
    """The set's folders, COUNT pictures (a class) in each."""
    if name in MASKS:
        for number in range(COUNT * 5):  # hku-is and msra10k are split
            for place, values in zip(MASKS[name], _scene(number), strict=True):
                _save(root / place.format(number), values)
    elif name in LABELS:
        for group, kind in enumerate(("ant", "bee")):
            for number in range(COUNT + 10):  # caltech-256 keeps ten of each for testing
                place = LABELS[name].format(group, kind, group, number)
                _save(root / place, _scene(number)[0])
    elif name == "pascal-voc":
        _write_voc(root / "VOCdevkit/VOC2012")
    else:
        _write_fixations(name, root)


def _scene(number: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture with one bright box, and the box's mask."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 60, (*SIDE, 3), dtype=np.uint8)
    mask = np.zeros(SIDE, np.uint8)
    top, left = int(rng.integers(4, 24)), int(rng.integers(4, 40))
    mask[top : top + 16, left : left + 18] = 255
    pixels[mask > 0] = 230
    return pixels, mask


def _save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def _write_voc(root: Path) -> None:
    names = [f"2007_{number}" for number in range(COUNT)]
    for number, stem in enumerate(names):
        pixels, mask = _scene(number)
        _save(root / f"JPEGImages/{stem}.jpg", pixels)
        indices = np.where(mask > 0, 15 if number % 2 else 8, 0).astype(np.uint8)
        _save(root / f"SegmentationClass/{stem}.png", indices)
    (root / "ImageSets/Segmentation").mkdir(parents=True)
    (root / "ImageSets/Segmentation/train.txt").write_text("\n".join(names))


def _write_fixations(name: str, root: Path) -> None:
    pictures = []
    for number in range(COUNT):
        pixels, mask = _scene(number)
        rng = np.random.default_rng(number)
        rows, columns = np.nonzero(mask)
        seen = rng.choice(len(rows), 8, replace=False)
        points = np.stack([columns[seen], rows[seen]], axis=1)
        dots = np.zeros(SIDE, np.uint8)
        dots[points[:, 1], points[:, 0]] = 255
        if name == "salicon":
            gaze = np.zeros((1, 1), dtype=[("fixations", object)])
            gaze[0, 0]["fixations"] = points + 1
            _save(root / f"images/train/COCO_{number}.jpg", pixels)
            (root / "fixations/train").mkdir(parents=True, exist_ok=True)
            savemat(root / f"fixations/train/COCO_{number}.mat", {"gaze": gaze})
        elif name == "cat2000":
            _save(root / f"trainSet/Stimuli/Action/{number:03}.jpg", pixels)
            (root / "trainSet/FIXATIONLOCS/Action").mkdir(parents=True, exist_ok=True)
            savemat(root / f"trainSet/FIXATIONLOCS/Action/{number:03}.mat", {"fixLocs": dots})
        elif name == "mit1003":
            _save(root / f"ALLSTIMULI/i{number}.jpeg", pixels)
            for ending in ("Pts", "Map"):
                Image.fromarray(dots).save(
                    _made(root / f"ALLFIXATIONMAPS/i{number}_fix{ending}.jpg")
                )
        else:
            _save(root / f"data/stimuli/{1001 + number}.jpg", pixels)
            subject = {"fix_x": points[:, 0] + 1.0, "fix_y": points[:, 1] + 1.0}
            pictures.append({"img": f"{1001 + number}.jpg", "subjects": _cells([subject, subject])})
    if name == "osie":
        (root / "data/eye").mkdir()
        savemat(root / "data/eye/fixations.mat", {"fixations": _cells(pictures)})


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _cells(items: list[object]) -> np.ndarray:
    made = np.empty((len(items), 1), dtype=object)
    made[:, 0] = items
    return made
