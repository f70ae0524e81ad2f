"""The Lightning module of foveate-s: losses, rates, averaged weights, validation."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foveate.models.working_size import working_size
from foveate_research.architectures.efficientnet_lite import EfficientNetLite
from foveate_research.architectures.foveate_s import GENERAL, TAILS, FoveateS, density
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.metrics.fixations import correlation, nss
from foveate_research.training.foveate_s.losses import gaze_loss, mask_loss
from foveate_research.training.foveate_s.mixing import Batch
from foveate_research.training.timed import TimedTraining, device_of

FROZEN_STAGES = 2  # the stem and the first two stages see edges and colours: left as they are
MASK_WEIGHT = 0.7
GENERAL_WEIGHT = 1.0
OWN_WEIGHT = 0.5
VALIDATION_PIXELS = 320 * 256


class FoveateSTraining(TimedTraining):
    """Heads and trunk at two rates; the stem and the first stages of EfficientNet-Lite as they are.

    A trunk that begins untrained learns at trunk_rate too, which is then to be that of the heads.
    """

    network: FoveateS
    average: FoveateS

    def __init__(self, network: FoveateS, *, trunk_rate: float = 2e-4, **settings: Any) -> None:
        super().__init__(network, **settings)
        self.trunk_rate = trunk_rate
        self.validation: dict[str, list[AttentionPicture]] = {}
        if isinstance(network.trunk, EfficientNetLite):
            freeze(network.trunk)

    def rate_of(self, name: str) -> float:
        return self.trunk_rate if name.startswith("trunk.") else self.rate

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        pixels = batch.pixels.to(memory_format=torch.channels_last).float()
        mask, gaze = self.network(pixels, batch.box)
        watched = batch.seen.shape[0]
        sharp = batch.tail != TAILS.index("gaze-scenes")
        own = gaze[torch.arange(watched, device=gaze.device), batch.tail]
        own_loss = gaze_loss(own, batch.seen, sharp)
        general_loss = gaze_loss(gaze[:watched, GENERAL][sharp], batch.seen[sharp], sharp[sharp])
        masks = mask_loss(mask[watched:], batch.mask)
        loss = GENERAL_WEIGHT * general_loss + OWN_WEIGHT * own_loss + MASK_WEIGHT * masks
        self.log_dict(
            {"general": general_loss.detach(), "own": own_loss.detach(), "mask": masks.detach()},
            prog_bar=True,
            batch_size=batch.pixels.shape[0],
        )
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """The averaged weights on the pictures held out for selecting; one call does all."""
        scores = validate(self.average, self.validation)
        scores["progress"] = self.progress()
        scores["minutes"] = self.elapsed_s / 60
        self.log_dict(scores, batch_size=1)


def freeze(trunk: EfficientNetLite) -> None:
    """Keep the stem and the first stages as they are."""
    trunk.stem.requires_grad_(False)
    for stage in trunk.stages[:FROZEN_STAGES]:
        stage.requires_grad_(False)


@torch.inference_mode()
def predict(
    network: FoveateS, pixels: np.ndarray[Any, np.dtype[np.uint8]]
) -> tuple[Tensor, Tensor]:
    """Mask and gaze density of every tail, (1, 1, H, W) and (1, tails, H, W) float32, of one
    whole (H, W, 3) picture; on the processor, wherever the network is."""
    height, width = pixels.shape[:2]
    size = working_size(height, width, pixels=VALIDATION_PIXELS)
    # a copy: torch does not take read-only arrays
    device = device_of(network)
    inputs = torch.tensor(pixels, device=device).permute(2, 0, 1)[None].float()
    inputs = functional.interpolate(
        inputs, size=size, mode="bilinear", antialias=True, align_corners=False
    )
    inputs = inputs.contiguous(memory_format=torch.channels_last)
    mask, gaze = network(inputs, torch.tensor([[0.0, 0.0, 1.0, 1.0]], device=device))
    maps = torch.cat([torch.sigmoid(mask.float()), density(gaze.float())], dim=1)
    maps = functional.interpolate(maps, size=(height, width), mode="bilinear", align_corners=False)
    maps = maps.cpu()
    return maps[:, :1], maps[:, 1:]


def validate(network: FoveateS, pictures: dict[str, list[AttentionPicture]]) -> dict[str, float]:
    """Means: NSS of pictures with fixations, CC of density maps, MAE and soft IoU of masks."""
    was_training = network.training
    network.eval()
    found: dict[str, list[float]] = {}
    for name, group in pictures.items():
        for picture in group:
            mask, gaze = predict(network, picture.pixels)
            if picture.fixations is not None:
                kind = f"{name}/{picture.key.split('-')[0]}/nss"
                score = nss(gaze[0, GENERAL].numpy(), picture.fixations[:, 1:3])
                found.setdefault(kind, []).append(score)
            elif picture.density is not None:
                seen = torch.tensor(picture.density).float()[None, None]
                small = functional.adaptive_avg_pool2d(gaze, (seen.shape[-2], seen.shape[-1]))
                for tail in ("general", "gaze-scenes"):
                    score = correlation(small[0, TAILS.index(tail)].numpy(), seen[0, 0].numpy())
                    found.setdefault(f"{name}/{tail}/cc", []).append(score)
            elif picture.mask is not None:
                seen = torch.tensor(picture.mask).float() / 255
                error = float((mask[0, 0] - seen).abs().mean())
                both = float((mask[0, 0] * seen).sum())
                either = float((mask[0, 0] + seen).sum()) - both
                found.setdefault(f"{name}/mae", []).append(error)
                found.setdefault(f"{name}/iou", []).append(both / max(either, 1e-9))
    network.train(was_training)
    return {name: float(np.mean(values)) for name, values in found.items()}
