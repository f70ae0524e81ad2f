"""msroi, msroi-fine, cam, cam-fine and msroi-released: how they are trained, what of them runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from foveate_research.architectures.cam import CAM
from foveate_research.architectures.efficientnet_lite import (
    WEIGHTS_PACKAGE,
    WEIGHTS_SHA256,
    load_published,
    published_weights,
)
from foveate_research.architectures.lite_trunk import LiteOptions, LiteTrunk
from foveate_research.architectures.msroi import MSROI, LabelOptions
from foveate_research.architectures.msroi_released import MSROIReleased, light_released
from foveate_research.architectures.vgg import VggOptions, vgg_options
from foveate_research.datasets.shards import describe_shards
from foveate_research.models.classes import class_list
from foveate_research.training.choices import Choices, shared
from foveate_research.training.labels.losses import sigmoid_loss, softmax_loss
from foveate_research.training.labels.mixing import (
    COUNTS,
    GROWN_FROM,
    HELD_OUT,
    LITE_GROWN,
    LITE_YOUNG,
    SETS,
    SHAPES_GROWN,
    SHAPES_YOUNG,
    LabelBatches,
    read_parts,
)
from foveate_research.training.labels.module import (
    LITE_RATE,
    MAP_COST,
    RATE,
    TRUNK_RATE,
    LabelTraining,
    Loss,
)
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state

FOLLOW_EVERY = 2.0  # minutes
VGG_TRUNK = {"name": "VGG, ten convolutions, begun as vgg-trunk (see training.command)"}
LITE_TRUNK = {
    "name": "EfficientNet-Lite0, trained on ImageNet labels, left as published",
    "package": WEIGHTS_PACKAGE,
    "sha256": WEIGHTS_SHA256,
    "licence": "Apache-2.0",
}
OUTPUTS = ("maps", "scores", "things")


@dataclass(frozen=True)
class LabelNetwork:
    """One of the family: what it is, on which classes, with which loss."""

    build: Callable[[], MSROI | CAM | MSROIReleased]
    classes: str
    loss: Loss
    family: str
    file: str
    map_cost: float = 0.0
    lite: bool = False  # on the published trunk

    @property
    def defaults(self) -> Choices:
        """The choices that there are, as they are where none is made."""
        batch, trunk = sum(COUNTS.values()), self.build().options.trunk
        if isinstance(trunk, VggOptions):
            return Choices(batch=batch, rate=RATE, width=trunk.width, trunk=trunk.layout)
        return Choices(batch=batch, rate=LITE_RATE)

    def built(self, choices: Choices) -> MSROI | CAM | MSROIReleased:
        """The network on the trunk that was chosen. Raises OptionError."""
        network = self.build()
        trunk = network.options.trunk
        if not isinstance(trunk, VggOptions) or choices.width is None or choices.trunk is None:
            return network
        wanted = vgg_options(trunk, width=choices.width, trunk=choices.trunk)
        if wanted == trunk:
            return network
        kind: Any = type(network)
        other: MSROI | CAM | MSROIReleased = kind(replace(network.options, trunk=wanted))
        return other

    def _rates(self, rate: float, *, taught: bool) -> dict[str, float]:
        """What the record says of rates."""
        if self.lite:
            return {"heads": rate}
        return {"heads": rate, "trunk": TRUNK_RATE if taught else rate}

    def about(self, choices: Choices) -> dict[str, Any]:
        """What the card says of the architecture."""
        chosen = class_list(self.classes)
        network = self.built(choices)
        return {
            "architecture": {
                "family": self.family,
                "file": f"models/architectures/{self.file}",
                "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 16",
                "outputs": {
                    "maps": "of every class, (B, C, H/16, W/16)",
                    "scores": "logits, (B, C)",
                    "things": "1 for objects and 0 for their surroundings, (B, C)",
                },
                "options": network.options.to_dict(),
                "classes": list(chosen.classes),
            },
            "trunk": LITE_TRUNK if self.lite else VGG_TRUNK,
            "use_and_limits": [
                "Rows beside the paper's claims, trained for minutes on two processor cores: not"
                " what networks of full width and full sets reach.",
                "Shows where classes of objects seem to be, not where people look.",
                "Knows the classes of caltech101 and msrc21 only; objects of other kinds are shown"
                " as what they resemble or not at all.",
                "The training pictures may be used for research only; see the sets' terms above.",
            ],
        }

    def load(self, checkpoint: Path, choices: Choices) -> nn.Module:
        """The averaged weights of a training's checkpoint."""
        network = self.built(choices)
        network.load_state_dict(averaged_state(checkpoint))
        return network.eval()

    def run_time(self, checkpoint: Path, choices: Choices) -> RunTime:
        module = RunTimeLabels(self.load(checkpoint, choices), class_list(self.classes).things)
        checks = ((1, 224, 288), (2, 256 if self.lite else 240, 224), (1, 224, 448))
        bits: Literal[16, 8] = 8 if self.lite else 16
        return RunTime(module, OUTPUTS, (224, 288), checks, bits=bits)

    def prepare(self, request: Request) -> Prepared:
        chosen, choices = class_list(self.classes), request.choices
        assert choices.batch is not None
        assert choices.rate is not None
        network = self.built(choices)
        if isinstance(network.trunk, LiteTrunk):
            load_published(network.trunk.published, published_weights())
        if request.start is not None:
            begin(network, request.start)
        pictures, held_out = read_parts(request.data)
        module = LabelTraining(
            network,
            self.loss,
            rate=choices.rate,
            map_cost=self.map_cost,
            taught=request.start is not None,
            held_out=held_out,
            classes=chosen,
            minutes=request.minutes,
            steps=request.steps,
        )
        shapes = (LITE_YOUNG, LITE_GROWN) if self.lite else (SHAPES_YOUNG, SHAPES_GROWN)
        counts = shared(choices.batch, COUNTS)
        batches = LabelBatches(
            pictures,
            chosen,
            progress=module.pace,
            seed=request.seed,
            counts=counts,
            shapes=shapes,
        )
        facts = {
            "batch": counts,
            "rates": self._rates(choices.rate, taught=module.taught),
            "map_cost": self.map_cost,
            "sizes": {
                "at first": [list(size) for size, _ in shapes[0]],
                f"from {GROWN_FROM:.2f} of the training": [list(size) for size, _ in shapes[1]],
            },
            "held_out": f"every {HELD_OUT}th picture of msrc21 train follows the training",
            "data": [
                describe_shards(request.data / name, "train", len(pictures[name])) for name in SETS
            ],
        }
        return Prepared(module, batches, facts, validate_every=FOLLOW_EVERY)


class RunTimeLabels(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> maps (B, C, H/16, W/16), scores (B, C), things (B, C)."""

    things: Tensor

    def __init__(self, network: nn.Module, things: tuple[bool, ...]) -> None:
        super().__init__()
        self.network = network.eval()
        self.register_buffer("things", torch.tensor(things, dtype=torch.float32))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, maps = self.network(pixels)
        # the product keeps the exporter from folding the output away as a constant
        return maps, logits, logits * 0 + self.things


def begin(network: nn.Module, start: Path) -> None:
    """All averaged weights of a checkpoint of the same network, or else those of its trunk."""
    state = averaged_state(start)
    shapes = [
        {name: value.shape for name, value in each.items()}
        for each in (state, network.state_dict())
    ]
    if shapes[0] == shapes[1]:
        network.load_state_dict(state)
        return
    prefix = "trunk."
    trunk = {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    network.get_submodule("trunk").load_state_dict(trunk)


_MSROI = LabelNetwork(
    build=MSROI,
    classes="general",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI: maps of its own for every class on a VGG trunk, learned thresholds, sigmoids",
    file="msroi.py",
)
_MSROI_FINE = LabelNetwork(
    build=partial(MSROI, LabelOptions(classes="fine")),
    classes="fine",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI on the sets' own labels, not collapsed",
    file="msroi.py",
)
_CAM = LabelNetwork(
    build=CAM,
    classes="general",
    loss=softmax_loss,
    family="class activation maps: shared maps on a VGG trunk, linear read-out, softmax",
    file="cam.py",
)
_CAM_FINE = LabelNetwork(
    build=partial(CAM, LabelOptions(classes="fine", maps=1)),
    classes="fine",
    loss=softmax_loss,
    family="class activation maps on the sets' own labels, not collapsed",
    file="cam.py",
)
_MSROI_LITE = LabelNetwork(
    build=partial(MSROI, LabelOptions(trunk=LiteOptions())),
    classes="general",
    loss=sigmoid_loss,
    map_cost=MAP_COST,
    family="MS-ROI's maps, thresholds and sigmoids on a published ImageNet trunk",
    file="msroi.py",
    lite=True,
)
_CAM_LITE = LabelNetwork(
    build=partial(CAM, LabelOptions(trunk=LiteOptions())),
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


def _recipe(name: str, summary: str, network: LabelNetwork) -> Recipe:
    return Recipe(
        name,
        summary,
        SETS,
        network.prepare,
        network.run_time,
        network.about,
        defaults=network.defaults,
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
)
