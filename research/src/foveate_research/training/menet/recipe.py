"""MEnet and the ablations of its table III: how they are trained, what of them runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from foveate_research.architectures.menet import MEnet, MEnetOptions, background_distance
from foveate_research.datasets.attention import read_masks
from foveate_research.datasets.shards import describe_shards
from foveate_research.models.readings.menet import SIDE
from foveate_research.training.menet.batches import LEAST_CROP, MaskBatch, MaskBatches
from foveate_research.training.menet.losses import cross_entropy, metric_loss
from foveate_research.training.recipes import Prepared, Recipe, Request, RunTime, averaged_state
from foveate_research.training.timed import TimedTraining

LIGHT_WIDTH = 6  # of the paper's 32; its 224 pixels are SIDE
BATCH = 12
RATE = 3e-3

MENET = MEnetOptions(width=LIGHT_WIDTH, size=SIDE)
CE_ONLY = MEnetOptions(width=LIGHT_WIDTH, size=SIDE, metric=False)
CE_PLAIN = MEnetOptions(width=LIGHT_WIDTH, size=SIDE, metric=False, multi_scale=False)
PAPER = MEnetOptions()


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


def _run_time(checkpoint: Path, options: MEnetOptions) -> RunTime:
    side = options.size
    return RunTime(
        module=RunTimeMEnet(load_average(checkpoint, options)),
        outputs=outputs_of(options),
        example=(side, side),
        checks=((1, side, side), (2, side, side)),
        fixed=True,
        bits=8,
    )


def _prepare(request: Request, options: MEnetOptions) -> Prepared:
    pictures = read_masks(request.data / "duts", "train")
    network = MEnet(options)
    if request.start is not None:
        network.load_state_dict(averaged_state(request.start))
    module = MEnetTraining(network, minutes=request.minutes, steps=request.steps, rate=RATE)
    batches = MaskBatches(
        pictures,
        count=BATCH,
        size=options.size,
        progress=module.pace,
        seed=request.seed,
    )
    facts = {
        "batch": {"masks": BATCH},
        "rates": {"all": module.rate, "decay": module.decay},
        "augmentation": f"crops of {LEAST_CROP} to 1 of each side, mirrored half the time",
        "data": [describe_shards(request.data / "duts", "train", len(pictures))],
    }
    return Prepared(module, batches, facts)


def _about(options: MEnetOptions, family: str) -> dict[str, Any]:
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
            "A row beside the paper's ablations, trained for minutes on a processor:"
            " not what the published network reaches.",
            "Marks salient objects, not where people look.",
            "The training pictures may be used for research only; see the set's terms above.",
        ],
    }


def _recipe(
    name: str, summary: str, options: MEnetOptions, family: str, read_like: str | None = None
) -> Recipe:
    return Recipe(
        name,
        summary,
        ("duts",),
        partial(_prepare, options=options),
        partial(_run_time, options=options),
        _about(options, family),
        read_like,
    )


RECIPES = (
    _recipe(
        "menet",
        "salient objects: metric and cross-entropy loss on thirteen scales",
        MENET,
        "MEnet: residual encoder-decoder, thirteen scales, metric features",
    ),
    _recipe(
        "menet-ce-only",
        "MEnet without its metric loss (table III)",
        CE_ONLY,
        "MEnet without metric features (CE-only of table III)",
    ),
    _recipe(
        "menet-ce-plain",
        "MEnet without metric loss and multi-scale maps (table III)",
        CE_PLAIN,
        "MEnet with the classifier on its last decoder map",
    ),
    _recipe(
        "menet-paper",
        "MEnet at the paper's width and size, for a GPU: 185 million weights",
        PAPER,
        "MEnet at the paper's width and size",
        read_like="menet",
    ),
)
