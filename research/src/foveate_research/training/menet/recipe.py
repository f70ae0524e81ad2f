"""MEnet and the ablations of its table III: how they are trained, what of them runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from foveate.errors import OptionError
from foveate_research.architectures.menet import LEVELS, MEnet, MEnetOptions, background_distance
from foveate_research.datasets.attention import read_masks
from foveate_research.training.choices import Choices, square_side
from foveate_research.training.menet.batches import LEAST_CROP, MaskBatch, MaskBatches
from foveate_research.training.menet.losses import cross_entropy, metric_loss
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state
from foveate_research.training.sets import attention_pictures
from foveate_research.training.timed import Descent, TimedTraining

LIGHT = Choices(batch=12, rate=3e-3, width=6, size=(96, 96))
PAPER = Choices(batch=5, rate=0.1, width=32, size=(224, 224))
PAPER_DESCENT = Descent(drops=(60 / 110, 90 / 110, 100 / 110))  # of 110,000 steps
PAPER_WEIGHT_DECAY = 1e-8


@dataclass(frozen=True)
class MEnetKind:
    """The network or one of its ablations, at any size. descent: how it learns, if not by AdamW."""

    name: str
    metric: bool = True
    multi_scale: bool = True
    descent: Descent | None = None

    def options(self, choices: Choices) -> MEnetOptions:
        """The network's options. Raises OptionError for a width or size that it cannot have."""
        assert choices.width is not None
        assert choices.size is not None
        if choices.width != int(choices.width):
            raise OptionError(f"--width {choices.width:g}: {self.name} takes whole channels")
        side = square_side(choices.size, multiple=2**LEVELS, recipe=self.name)
        return MEnetOptions(
            width=int(choices.width), size=side, metric=self.metric, multi_scale=self.multi_scale
        )


MENET = MEnetKind("menet")
CE_ONLY = MEnetKind("menet-ce-only", metric=False)
CE_PLAIN = MEnetKind("menet-ce-plain", metric=False, multi_scale=False)
PAPERS = MEnetKind("menet-paper", descent=PAPER_DESCENT)


class MEnetTraining(TimedTraining):
    """Cross-entropy, and the metric loss where the network has features: equation 4 with λ = 1."""

    def training_step(self, batch: MaskBatch, batch_idx: int) -> Tensor:
        pixels = batch.pixels.to(memory_format=torch.channels_last).float()
        outputs = self.network(pixels)
        loss = cross_entropy(outputs.logits, batch.salient)
        parts = {"cross_entropy": loss.detach()}
        if outputs.features is not None:
            metric = metric_loss(outputs.features, batch.salient)
            parts["metric"] = metric.detach()
            loss = loss + metric
        self.log_dict(parts, prog_bar=True, batch_size=len(batch.pixels))
        return loss


class RunTimeMEnet(nn.Module):
    """(B, 3, size, size) RGB in [0, 255] -> probability, distance and scales, as the variant has.

    probability (B, 1, size, size) of being salient, by the cross-entropy head. distance
    (B, 1, size, size) in [0, 2], equation 5. scales (B, 13, size, size), figure 7's maps.
    """

    def __init__(self, network: MEnet) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        logits, features, scales = self.network(pixels)
        background = torch.sigmoid(logits[:, :1] - logits[:, 1:])
        found = [1 - background]
        if features is not None:
            found.append(background_distance(features, background))
        if scales is not None:
            found.append(scales)
        return tuple(found)


def outputs_of(options: MEnetOptions) -> tuple[str, ...]:
    """The names of RunTimeMEnet's outputs."""
    wanted = (("distance", options.metric), ("scales", options.multi_scale))
    return ("probability", *(name for name, there in wanted if there))


def load_average(checkpoint: Path, options: MEnetOptions) -> MEnet:
    """The averaged weights of a training's checkpoint."""
    network = MEnet(options)
    network.load_state_dict(averaged_state(checkpoint))
    return network.eval()


def _run_time(checkpoint: Path, choices: Choices, *, kind: MEnetKind) -> RunTime:
    options = kind.options(choices)
    side = options.size
    return RunTime(
        module=RunTimeMEnet(load_average(checkpoint, options)),
        outputs=outputs_of(options),
        example=(side, side),
        checks=((1, side, side), (2, side, side)),
        fixed=True,
        bits=8,
    )


def _prepare(request: Request, *, kind: MEnetKind) -> Prepared:
    options, choices = kind.options(request.choices), request.choices
    assert choices.batch is not None
    assert choices.rate is not None
    found = attention_pictures(request, "masks", own=("duts",), read=read_masks)
    pictures = found.together
    network = MEnet(options)
    if request.start is not None:
        network.load_state_dict(averaged_state(request.start))
    decay = {} if kind.descent is None else {"weight_decay": PAPER_WEIGHT_DECAY}
    module = MEnetTraining(
        network,
        minutes=request.minutes,
        steps=request.steps,
        rate=choices.rate,
        descent=kind.descent,
        **decay,
    )
    batches = MaskBatches(
        pictures,
        count=choices.batch,
        size=options.size,
        progress=module.pace,
        seed=request.seed,
    )
    facts = {
        "batch": {"masks": choices.batch},
        "rates": {"all": module.rate, "decay": module.decay},
        "optimiser": "AdamW" if kind.descent is None else {"SGD": asdict(kind.descent)},
        "augmentation": f"crops of {LEAST_CROP} to 1 of each side, mirrored half the time",
        "data": found.data,
    }
    return Prepared(module, batches, facts)


def narrower(options: MEnetOptions) -> str:
    """What a card says of a network that is not of the paper's size."""
    return (
        f"Width {options.width} at {options.size} pixels, where the paper has 32 at 224:"
        " not what the published network reaches."
    )


def _about(choices: Choices, *, kind: MEnetKind, family: str) -> dict[str, Any]:
    options = kind.options(choices)
    limits = () if options == replace(options, width=32, size=224) else (narrower(options),)
    said = {
        "probability": "of belonging to a salient object, by the cross-entropy head",
        "distance": "from the expected background feature, in [0, 2]: equation 5",
        "scales": "the maps of 13 scales, enlarged: figure 7",
    }
    return {
        "architecture": {
            "family": family,
            "file": "models/architectures/menet.py",
            "input": f"RGB in [0, 255], (B, 3, {options.size}, {options.size}), squashed",
            "outputs": {name: said[name] for name in outputs_of(options)},
            "options": options.to_dict(),
        },
        "use_and_limits": [
            *limits,
            "Marks salient objects, not where people look.",
            "The training pictures may be used for research only; see the set's terms above.",
        ],
    }


def _recipe(
    kind: MEnetKind,
    summary: str,
    family: str,
    defaults: Choices = LIGHT,
    read_like: str | None = None,
) -> Recipe:
    return Recipe(
        kind.name,
        summary,
        ("duts",),
        partial(_prepare, kind=kind),
        partial(_run_time, kind=kind),
        partial(_about, kind=kind, family=family),
        read_like,
        defaults,
    )


RECIPES = (
    _recipe(
        MENET,
        "salient objects: metric and cross-entropy loss on thirteen scales",
        "MEnet: residual encoder-decoder, thirteen scales, metric features",
    ),
    _recipe(
        CE_ONLY,
        "MEnet without its metric loss (table III)",
        "MEnet without metric features (CE-only of table III)",
    ),
    _recipe(
        CE_PLAIN,
        "MEnet without metric loss and multi-scale maps (table III)",
        "MEnet with the classifier on its last decoder map",
    ),
    _recipe(
        PAPERS,
        "MEnet as its paper trains it: 185 million weights, SGD, for a GPU and --steps 110000",
        "MEnet: residual encoder-decoder, thirteen scales, metric features",
        PAPER,
        read_like="menet",
    ),
)
