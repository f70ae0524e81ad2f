"""SalNet: how it is trained, what of it runs, and what its card says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.errors import OptionError
from foveate_research.architectures.salnet import STRIDE, SalNet, SalNetOptions, bilinear_kernel
from foveate_research.datasets.attention import read_fixations
from foveate_research.training.choices import Choices, size_text
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state
from foveate_research.training.salnet.batches import (
    MULTIPLE,
    SHAPES,
    SIGMA_SHARE,
    MapBatch,
    Shape,
    WholePictures,
    shapes_of,
)
from foveate_research.training.sets import attention_pictures
from foveate_research.training.timed import TimedTraining

# at a rate of 3e-3 the large layers, which have no norms, die within fifty steps
LIGHT = Choices(batch=8, rate=3e-4, width=1 / 8, size=(192, 144))
# not the paper's plain descent from N(0, 0.01): without a classifier's first layers it stands still
PAPER = Choices(batch=2, rate=3e-4, width=1.0, size=(320, 240))
EIGHT_BITS_FROM = 0.25  # of the paper's width: narrower ones take less than 2 MB in 16 bits
MEAN_TARGET = -0.8  # about what a map is on average: where training begins

SETS = ("osie", "gaze-more")


class SalNetTraining(TimedTraining):
    """The Euclidean loss of the paper, as a mean over pixels in place of a sum."""

    def training_step(self, batch: MapBatch, batch_idx: int) -> Tensor:
        pixels = batch.pixels.to(memory_format=torch.channels_last).float()
        loss = functional.mse_loss(self.network(pixels), batch.target)
        self.log("euclidean", loss.detach(), prog_bar=True, batch_size=len(batch.pixels))
        return loss


class RunTimeSalNet(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> grey levels (B, 1, H, W), the authors' 128·map + 127."""

    def __init__(self, network: SalNet) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, pixels: Tensor) -> Tensor:
        levels: Tensor = 128 * self.network(pixels) + 127
        return levels.clamp(0, 255)


def begin(network: SalNet) -> SalNet:
    """Weights that training starts from: He et al. (ICCV 2015), the map at its mean; in place.

    The paper starts conv1 to conv3 from a classifier, which this size has none of, and the rest
    from N(0, 0.01), with which a signal dies in nine layers without norms.
    """
    for layer in network.convolutions:
        assert isinstance(layer, nn.Conv2d)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        assert layer.bias is not None
        nn.init.zeros_(layer.bias)
    last = network.convolutions[-1]
    assert isinstance(last, nn.Conv2d)
    assert last.bias is not None
    with torch.no_grad():
        last.weight.mul_(0.1)
        last.bias.fill_(MEAN_TARGET)
        network.enlarge.weight.copy_(bilinear_kernel(STRIDE))
    return network


def load_average(checkpoint: Path, options: SalNetOptions) -> SalNet:
    """The averaged weights of a training's checkpoint."""
    network = SalNet(options)
    network.load_state_dict(averaged_state(checkpoint))
    return network.eval()


def options_of(choices: Choices) -> SalNetOptions:
    """The network's options."""
    assert choices.width is not None
    return SalNetOptions(width=choices.width)


def sizes_of(choices: Choices) -> tuple[Shape, ...]:
    """The shapes of training pictures. Raises OptionError for one that the network cannot take."""
    assert choices.size is not None
    if any(side % MULTIPLE for side in choices.size):
        raise OptionError(f"--size {size_text(choices.size)}: give multiples of {MULTIPLE}")
    return shapes_of(*choices.size)


def _run_time(checkpoint: Path, choices: Choices) -> RunTime:
    return RunTime(
        module=RunTimeSalNet(load_average(checkpoint, options_of(choices))),
        outputs=("map",),
        example=SHAPES[0],
        checks=((1, 144, 192), (2, 160, 160), (1, 192, 64)),
        bits=8 if options_of(choices).width >= EIGHT_BITS_FROM else 16,
    )


def _prepare(request: Request) -> Prepared:
    choices = request.choices
    assert choices.batch is not None
    assert choices.rate is not None
    shapes = sizes_of(choices)
    found = attention_pictures(request, "fixations", own=SETS, read=read_fixations)
    network = begin(SalNet(options_of(choices)))
    if request.start is not None:
        network.load_state_dict(averaged_state(request.start))
    module = SalNetTraining(
        network, minutes=request.minutes, steps=request.steps, rate=choices.rate, weight_decay=1e-3
    )
    batches = WholePictures(
        found.together,
        count=choices.batch,
        shapes=shapes,
        progress=module.pace,
        seed=request.seed,
    )
    facts = {
        "batch": {"fixations": choices.batch},
        "rates": {"all": module.rate, "decay": module.decay},
        "sizes": {"throughout": [[width, height] for height, width in shapes]},
        "blur": f"sigma {SIGMA_SHARE} of the longer side",
        "data": found.data,
    }
    return Prepared(module, batches, facts)


def _about(choices: Choices) -> dict[str, Any]:
    assert choices.width is not None
    options, share = options_of(choices), f"{choices.width:g} of the paper's channels."
    limits = () if choices.width == 1 else (share,)
    return {
        "architecture": {
            "family": "SalNet, the deep network of Pan et al. (CVPR 2016)",
            "file": "models/architectures/salnet.py",
            "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 4",
            "outputs": {"map": "grey levels 0 to 255 before blur and division by the maximum"},
            "options": options.to_dict(),
        },
        "use_and_limits": [
            *limits,
            "A reference beside foveate-s, trained from nothing.",
            "The training pictures may be used for research only; see the sets' terms above.",
        ],
    }


def _recipe(name: str, summary: str, defaults: Choices) -> Recipe:
    return Recipe(name, summary, SETS, _prepare, _run_time, _about, "salnet", defaults)


RECIPES = (
    _recipe("salnet", "where people look: nine plain convolutions, Euclidean loss (SalNet)", LIGHT),
    _recipe(
        "salnet-paper",
        "SalNet at the paper's width and 320x240 pixels, for a GPU: 25.8 million weights",
        PAPER,
    ),
)
