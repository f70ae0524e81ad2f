"""The recipes of the label networks: the papers' and our variants of them, by name."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from foveate_research.architectures.cam import CAM
from foveate_research.architectures.efficientnet_lite import TAP_CHANNELS
from foveate_research.architectures.lite_trunk import LiteOptions
from foveate_research.architectures.msroi import MSROI, LabelOptions
from foveate_research.architectures.msroi_released import MSROIReleased, light_released
from foveate_research.architectures.vgg import VggOptions
from foveate_research.training.labels.losses import sigmoid_loss, softmax_loss
from foveate_research.training.labels.mixing import SETS
from foveate_research.training.labels.module import MAP_COST
from foveate_research.training.labels.network import LabelNetwork
from foveate_research.training.recipes import Recipe

SURROUNDINGS = 3.0
PAPER_OPTIONS = LabelOptions(surroundings=SURROUNDINGS)
LITE_OPTIONS = LabelOptions(
    trunk=LiteOptions(),
    hidden=128,
    reach=1,
    likeness=2.0,
    compared=TAP_CHANNELS[2],  # of the shallower depth alone, whose edges are sharper
    surroundings=SURROUNDINGS,
)

_MSROI = LabelNetwork(
    build=partial(MSROI, PAPER_OPTIONS),
    classes="general",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI: maps of its own for every class on a VGG trunk, learned thresholds, sigmoids",
    file="msroi.py",
)
_MSROI_FINE = LabelNetwork(
    build=partial(MSROI, replace(PAPER_OPTIONS, classes="fine")),
    classes="fine",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI on the sets' own labels, not collapsed",
    file="msroi.py",
)
_CAM = LabelNetwork(
    build=partial(CAM, PAPER_OPTIONS),
    classes="general",
    loss=softmax_loss,
    family="class activation maps: shared maps on a VGG trunk, linear read-out, softmax",
    file="cam.py",
)
_CAM_FINE = LabelNetwork(
    build=partial(CAM, replace(PAPER_OPTIONS, classes="fine", maps=1)),
    classes="fine",
    loss=softmax_loss,
    family="class activation maps on the sets' own labels, not collapsed",
    file="cam.py",
)
_MSROI_LITE = LabelNetwork(
    build=partial(MSROI, LITE_OPTIONS),
    classes="general",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI's maps, thresholds and sigmoids on a published ImageNet trunk",
    file="msroi.py",
    lite=True,
)
_CAM_LITE = LabelNetwork(
    build=partial(CAM, LITE_OPTIONS),
    classes="general",
    loss=softmax_loss,
    family="class activation maps on a published ImageNet trunk",
    file="cam.py",
    lite=True,
)
_RELEASED = LabelNetwork(
    build=lambda: MSROIReleased(light_released()),
    classes="fine",
    loss=softmax_loss,
    family="what MS-ROI's published code computes: class activation maps with a deeper linear head",
    file="msroi_released.py",
)


FULL = VggOptions(width=1.0, layout="vgg16", batch_norm=False)
"""VGG-16 as published, so that its ImageNet weights fit: --start takes them."""

_MSROI_PAPER = replace(
    _MSROI,
    build=partial(MSROI, replace(PAPER_OPTIONS, trunk=FULL)),
    family="MS-ROI: maps of its own for every class on VGG-16, learned thresholds, sigmoids",
)
_CAM_PAPER = replace(
    _CAM,
    build=partial(CAM, replace(PAPER_OPTIONS, trunk=FULL)),
    family="class activation maps: shared maps on VGG-16, linear read-out, softmax",
)
_RELEASED_PAPER = replace(
    _RELEASED,
    build=lambda: MSROIReleased(replace(light_released(), trunk=FULL)),
)


def _recipe(name: str, summary: str, network: LabelNetwork, read_like: str | None = None) -> Recipe:
    return Recipe(
        name,
        summary,
        SETS,
        network.prepare,
        network.run_time,
        network.about,
        read_like,
        network.defaults,
        named_trunks=network.takes_named_trunks,
        teachers=network.takes_teachers,
    )


RECIPES = (
    _recipe("msroi", "several regions of interest: general classes over their thresholds", _MSROI),
    _recipe(
        "msroi-fine",
        "several regions of interest: the sets' own classes, not collapsed",
        _MSROI_FINE,
    ),
    _recipe("cam", "class activation map of general classes", _CAM),
    _recipe("cam-fine", "class activation map of the sets' own classes", _CAM_FINE),
    _recipe(
        "msroi-released",
        "what MS-ROI's published code computes, at a width that trains on two cores",
        _RELEASED,
    ),
    _recipe(
        "msroi-lite",
        "as msroi, on a published ImageNet trunk in place of the paper's",
        _MSROI_LITE,
    ),
    _recipe("cam-lite", "as cam, on a published ImageNet trunk in place of the paper's", _CAM_LITE),
    _recipe("msroi-paper", "msroi on VGG-16 at full width, for a GPU", _MSROI_PAPER, "msroi"),
    _recipe("cam-paper", "cam on VGG-16 at full width, for a GPU", _CAM_PAPER, "cam"),
    _recipe(
        "msroi-released-paper",
        "what MS-ROI's published code computes, at its width: 24.57 million weights of 257 classes",
        _RELEASED_PAPER,
        "msroi-released",
    ),
)
