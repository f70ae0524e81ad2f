"""vgg-trunk: VGG's plain trunk learns to say what EfficientNet-Lite0 says of the same picture.

MS-ROI's authors could start from VGG-16's ImageNet weights. At a width that trains on two cores
there are none, so the trunk is taught (Romero et al., "FitNets", ICLR 2015): at every position of
its stride-16 features a linear map has to give the features of a published EfficientNet-Lite0 at
strides 16 and 32. No labels are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.efficientnet_lite import (
    TAP_CHANNELS,
    WEIGHTS_PACKAGE,
    WEIGHTS_SHA256,
    EfficientNetLite,
    load_published,
    published_weights,
)
from foveate_research.architectures.vgg import VggOptions, VggTrunk, vgg_options
from foveate_research.datasets.attention import decode_picture, picture_name
from foveate_research.datasets.shards import describe_shards, read_samples
from foveate_research.training.augmentation import shuffled
from foveate_research.training.choices import Choices
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state
from foveate_research.training.sets import joined, named_sets
from foveate_research.training.stream import BatchStream
from foveate_research.training.timed import TimedTraining

SETS = ("duts", "gaze-scenes", "caltech101", "osie", "gaze-more", "msrc21")
SIDE = 160
BATCH = 24
RATE = 3e-3
OPTIONS = VggOptions(width=0.25)
DEFAULTS = Choices(batch=BATCH, rate=RATE, width=OPTIONS.width, trunk=OPTIONS.layout)
TAUGHT = TAP_CHANNELS[2] + TAP_CHANNELS[3]

ABOUT: dict[str, Any] = {
    "architecture": {
        "family": "VGG trunk, fifth pooling left out",
        "file": "models/architectures/vgg.py",
        "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 16",
        "outputs": {"features": "not negative, at stride 16"},
    },
    "trunk": {
        "name": "taught by EfficientNet-Lite0, trained on ImageNet labels",
        "package": WEIGHTS_PACKAGE,
        "sha256": WEIGHTS_SHA256,
        "licence": "Apache-2.0",
    },
    "use_and_limits": ["The beginning of cam, msroi and msroi-released; it makes no map."],
}


class TaughtTrunk(nn.Module):
    """The trunk and the linear map to its teacher's features."""

    def __init__(self, options: VggOptions = OPTIONS) -> None:
        super().__init__()
        self.trunk = VggTrunk(options)
        self.told = nn.Conv2d(self.trunk.out_channels, TAUGHT, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        told: Tensor = self.told(self.trunk(pixels))
        return told


class Teacher(nn.Module):
    """EfficientNet-Lite0's features at strides 16 and 32, each channel of mean 0 and spread 1."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = EfficientNetLite()
        load_published(self.trunk, published_weights())
        self.requires_grad_(False)
        self.scale = nn.BatchNorm2d(TAUGHT, affine=False, momentum=None)

    @torch.no_grad()
    def forward(self, pixels: Tensor) -> Tensor:
        _, _, sixteenth, coarse = self.trunk(pixels)
        coarse = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        said: Tensor = self.scale(torch.cat([sixteenth, coarse], dim=1))
        return said.clamp(-3, 6)


class TrunkTraining(TimedTraining):
    """Mean squared difference of what the trunk is told and what its teacher says."""

    def __init__(self, network: TaughtTrunk, **settings: Any) -> None:
        super().__init__(network, **settings)
        self.teacher = Teacher()

    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        pixels = batch.to(memory_format=torch.channels_last).float()
        loss = functional.mse_loss(self.network(pixels), self.teacher(pixels))
        self.log("difference", loss.detach(), prog_bar=True, batch_size=len(batch))
        return loss


class Picture(Protocol):
    """What has pixels, whatever else is known of it."""

    @property
    def pixels(self) -> npt.NDArray[np.uint8]: ...


@dataclass(frozen=True)
class EncodedPicture:
    """A picture that is decoded each time: all sets together are too many for memory."""

    data: bytes

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        return decode_picture(self.data)


class Crops(BatchStream[Tensor]):
    """An endless stream of (BATCH, 3, SIDE, SIDE) uint8: crops of all pictures, mirrored."""

    def __init__(
        self,
        pictures: Sequence[Picture],
        *,
        count: int,
        progress: Callable[[int], float],
        seed: int,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.pictures, self.count = pictures, count

    def chosen(self, rng: np.random.Generator) -> Iterator[list[int]]:
        """A batch's pictures by index."""
        orders = shuffled(len(self.pictures), rng)
        while True:
            yield list(islice(orders, self.count))

    def made(self, chosen: list[int], passed: float, rng: np.random.Generator) -> Tensor:
        """A crop of each of these pictures."""
        crops = np.stack([crop(self.pictures[place].pixels, rng) for place in chosen])
        return torch.from_numpy(crops).permute(0, 3, 1, 2)


def crop(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """(SIDE, SIDE, 3): a box of a third to all of the shorter side, mirrored half of the time."""
    height, width = pixels.shape[:2]
    side = min(height, width) * rng.uniform(0.55, 1.0)
    across = min(width, side * rng.uniform(1.0, 1.25))
    left, top = rng.uniform(0, width - across), rng.uniform(0, height - side)
    image = Image.fromarray(pixels).resize(
        (SIDE, SIDE), Image.Resampling.BILINEAR, box=(left, top, left + across, top + side)
    )
    found = np.asarray(image)
    return np.ascontiguousarray(found[:, ::-1] if rng.random() < 0.5 else found)


def options_of(choices: Choices) -> VggOptions:
    """The trunk's options. Raises OptionError for one that there is none of."""
    assert choices.width is not None
    assert choices.trunk is not None
    return vgg_options(OPTIONS, width=choices.width, trunk=choices.trunk)


def load_trunk(checkpoint: Path, options: VggOptions = OPTIONS) -> VggTrunk:
    """The averaged trunk of a vgg-trunk training."""
    network = TaughtTrunk(options)
    network.load_state_dict(averaged_state(checkpoint))
    return network.trunk


def run_time(checkpoint: Path, choices: Choices) -> RunTime:
    """The trunk alone."""
    trunk = load_trunk(checkpoint, options_of(choices)).eval()
    return RunTime(trunk, ("features",), (224, 224), ((1, 224, 224), (2, 160, 256)))


def about(choices: Choices) -> dict[str, Any]:
    """What the card says of the trunk."""
    return {
        **ABOUT,
        "architecture": {**ABOUT["architecture"], "options": options_of(choices).to_dict()},
    }


def every_picture(request: Request) -> tuple[Sequence[Picture], list[dict[str, Any]]]:
    """The pictures of the sets that the user named, or of SETS, and what a record says of them."""
    named = named_sets(request)
    if named:
        groups = [pictures.by_number() for pictures in named]
        told = zip(named, groups, strict=True)
        facts = [{**pictures.described(), "count": len(group)} for pictures, group in told]
        return joined(groups), facts
    groups, facts = [], []
    for name in SETS:
        folder = request.folder / name
        encoded = [
            fields[picture_name(fields, key, folder)]
            for key, fields in read_samples(folder, "train")
        ]
        groups.append([EncodedPicture(data) for data in encoded])
        facts.append(describe_shards(folder, "train", len(encoded)))
    return joined(groups), facts


def prepare(request: Request) -> Prepared:
    """From random weights."""
    choices = request.choices
    assert choices.batch is not None
    assert choices.rate is not None
    pictures, facts = every_picture(request)
    module = TrunkTraining(
        TaughtTrunk(options_of(choices)),
        minutes=request.minutes,
        steps=request.steps,
        rate=choices.rate,
    )
    batches = Crops(pictures, count=choices.batch, progress=module.pace, seed=request.seed)
    told = {
        "batch": choices.batch,
        "sizes": [SIDE, SIDE],
        "rates": {"all": choices.rate},
        "data": facts,
    }
    return Prepared(module, batches, told)


RECIPES = (
    Recipe(
        "vgg-trunk",
        "the trunk of the label networks, taught by EfficientNet-Lite0",
        SETS,
        prepare,
        run_time,
        about,
        defaults=DEFAULTS,
    ),
)
