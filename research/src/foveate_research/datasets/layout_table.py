"""The table of published sets' official layouts: where their files lie, how papers split them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from foveate_research.datasets.folders import PICTURES

Kind = Literal["masks", "fixations", "class masks", "labels"]
JPEG = (".jpg", ".jpeg")

VOC_CLASSES = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair"),
    *("cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)


@dataclass(frozen=True)
class Places:
    """Where one part of a set lies below its root: folders, and what tells its files apart."""

    images: str
    answers: str | None = None
    maps: str | None = None
    image_suffixes: tuple[str, ...] = PICTURES
    answer_suffixes: tuple[str, ...] = PICTURES
    point_pictures: str = ""
    map_ending: str = ""
    deep: bool = False
    list_file: str | None = None  # keys, one a line
    prefix: str = ""  # of the keys

    def __str__(self) -> str:
        kinds = "" if self.image_suffixes == PICTURES else f"/*{self.image_suffixes[0]}"
        named = [f"{self.images or '.'}{kinds}"]
        if self.answers is not None:
            kinds = "" if self.answer_suffixes == PICTURES else f"/*{self.answer_suffixes[0]}"
            named.append(f"{self.answers or '.'}{kinds}")
        named += [folder for folder in (self.maps, self.list_file) if folder is not None]
        return " with ".join(named)


@dataclass(frozen=True)
class Layout:
    """One published set: its name, what it holds, and where, part by part."""

    name: str
    title: str
    kind: Kind
    parts: Mapping[str, tuple[Places, ...]]  # alternatives, the first that is there is taken
    inside: tuple[str, ...] = ()  # folders of its archives, in which the root may lie
    threshold: float = 0.5  # of graded masks
    split: Mapping[str, float] = field(default_factory=dict)
    clean: Callable[[str], str] = str  # a class's name from its folder's
    of_class: Mapping[str, Callable[[list[str]], list[str]]] = field(default_factory=dict)

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts that can be asked for."""
        return (*self.parts, *self.split)

    @property
    def default_part(self) -> str:
        """The part that is measured where none is asked for."""
        names = self.part_names
        return next((name for name in ("test", "val", "all") if name in names), names[0])


def _one(*places: Places) -> dict[str, tuple[Places, ...]]:
    return {"all": places}


def _after_number(folder: str) -> str:
    """Caltech-256's "001.ak47" -> "ak47"."""
    return re.sub(r"^\d+\.", "", folder)


def _same_folder(folder: str) -> Places:
    """Pictures .jpg and masks .png in one folder."""
    return Places(folder, folder, image_suffixes=JPEG, answer_suffixes=(".png",))


_MASKS = (
    Layout(
        "msra10k",
        "MSRA10K (Cheng et al.)",
        "masks",
        _one(_same_folder("Imgs"), _same_folder("")),
        inside=("MSRA10K_Imgs_GT", "MSRA10K_Imgs_GT/MSRA10K_Imgs_GT"),
        split={"train": 8500, "val": 500, "test": 1000},  # MEnet, section IV
    ),
    Layout(
        "msra-b",
        "MSRA-B, 5,000 pictures (Liu et al.; masks of Jiang et al.)",
        "masks",
        _one(
            Places("image", "annotation", image_suffixes=JPEG, answer_suffixes=(".png",)),
            Places("images", "annotation", image_suffixes=JPEG, answer_suffixes=(".png",)),
            _same_folder("Imgs"),
            _same_folder(""),
        ),
        inside=("MSRA-B",),
    ),
    Layout(
        "msra-1k",
        "MSRA-1K or ASD, 1,000 pictures (Achanta et al.)",
        "masks",
        _one(
            Places("images", "binarymasks", image_suffixes=JPEG, answer_suffixes=(".bmp",)),
            Places("Imgs", "binarymasks", image_suffixes=JPEG, answer_suffixes=(".bmp",)),
            _same_folder("Imgs"),
        ),
        inside=("MSRA1K", "ASD", "MSRA-1K"),
    ),
    Layout(
        "duts",
        "DUTS (Wang et al.)",
        "masks",
        {
            "train": (Places("DUTS-TR/DUTS-TR-Image", "DUTS-TR/DUTS-TR-Mask"),),
            "test": (Places("DUTS-TE/DUTS-TE-Image", "DUTS-TE/DUTS-TE-Mask"),),
        },
        inside=("DUTS",),
    ),
    Layout(
        "ecssd",
        "ECSSD (Shi et al.)",
        "masks",
        _one(Places("images", "ground_truth_mask"), _same_folder("")),
        inside=("ECSSD",),
    ),
    Layout(
        "hku-is",
        "HKU-IS (Li and Yu)",
        "masks",
        _one(Places("imgs", "gt")),
        inside=("HKU-IS",),
        split={"train": 0.80, "val": 0.05, "test": 0.15},  # MEnet, section IV
    ),
    Layout(
        "dut-omron",
        "DUT-OMRON (Yang et al.)",
        "masks",
        _one(Places("DUT-OMRON-image", "pixelwiseGT-new-PNG")),
        inside=("DUT-OMRON", "DUT-OMRON-image"),
    ),
    Layout(
        "sod",
        "SOD, 300 pictures of the Berkeley set (Movahedi and Elder)",
        "masks",
        _one(_same_folder("Imgs"), Places("images", "masks"), _same_folder("")),
        inside=("SOD",),
    ),
    Layout(
        "pascal-s",
        "PASCAL-S (Li et al.); masks are graded, object from half of the viewers",
        "masks",
        _one(
            Places("datasets/imgs/pascal", "datasets/masks/pascal"),
            Places("imgs/pascal", "masks/pascal"),
            _same_folder("Imgs"),
        ),
        inside=("salObj", "PASCAL-S"),
        threshold=0.5,
    ),
)

_FIXATIONS = (
    Layout(
        "cat2000",
        "CAT2000 (Borji and Itti)",
        "fixations",
        {
            "train": (
                Places("Stimuli", "FIXATIONLOCS", "FIXATIONMAPS", deep=True),
                Places("Stimuli", "FIXATIONLOCS", deep=True),
            )
        },
        inside=("trainSet", "CAT2000/trainSet", "CAT2000"),
    ),
    Layout(
        "mit1003",
        "MIT1003 (Judd et al.)",
        "fixations",
        _one(
            Places(
                "ALLSTIMULI",
                "ALLFIXATIONMAPS",
                "ALLFIXATIONMAPS",
                point_pictures="_fixPts",
                map_ending="_fixMap",
            )
        ),
        inside=("MIT1003",),
    ),
    Layout(
        "salicon",
        "SALICON (Jiang et al.)",
        "fixations",
        {
            part: (
                Places(f"images/{part}", f"fixations/{part}", f"maps/{part}"),
                Places(f"images/{part}", f"fixations/{part}"),
            )
            for part in ("train", "val")
        },
        inside=("SALICON",),
    ),
    Layout(
        "osie",
        "OSIE (Xu et al.)",
        "fixations",
        _one(Places("data/stimuli", "data/eye/fixations.mat"), Places("stimuli", "fixations.mat")),
        inside=("predicting-human-gaze-beyond-pixels", "OSIE"),
    ),
    Layout(
        "gaze-test",
        "80 crowds with fixations, 92 pictures of MIT1003 with density maps",
        "fixations",
        {
            "crowd": (Places("images", "fixations", prefix="crowd-"),),
            "mit": (Places("images", maps="maps", prefix="mit-"),),
        },
        inside=("gaze-test",),
    ),
)

_LABELS = (
    Layout(
        "caltech-256",
        "Caltech-256 (Griffin et al.)",
        "labels",
        {part: (Places("256_ObjectCategories"), Places("")) for part in ("all", "train", "test")},
        clean=_after_number,
        # as MS-ROI's authors split it: the last ten files of each class are for testing
        of_class={"train": lambda keys: keys[:-10], "test": lambda keys: keys[-10:]},
    ),
    Layout(
        "caltech-101",
        "Caltech-101 (Fei-Fei et al.)",
        "labels",
        _one(Places("101_ObjectCategories"), Places("")),
        inside=("caltech-101",),
    ),
    Layout(
        "imagenet",
        "ImageNet (ILSVRC), a folder a WordNet id",
        "labels",
        {
            part: (
                Places(f"ILSVRC/Data/CLS-LOC/{part}"),
                Places(f"Data/CLS-LOC/{part}"),
                Places(part),
            )
            for part in ("train", "val")
        },
    ),
    Layout(
        "pascal-voc",
        "PASCAL VOC segmentation (Everingham et al.)",
        "class masks",
        {
            part: (
                Places(
                    "JPEGImages",
                    "SegmentationClass",
                    image_suffixes=JPEG,
                    answer_suffixes=(".png",),
                    list_file=f"ImageSets/Segmentation/{part}.txt",
                ),
            )
            for part in ("train", "val", "trainval")
        },
        inside=tuple(
            f"{outer}VOC{year}" for outer in ("", "VOCdevkit/") for year in (2012, 2010, 2007)
        ),
    ),
)

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (*_MASKS, *_FIXATIONS, *_LABELS)}
"""Every layout by name."""
