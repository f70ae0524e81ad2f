"""The Lightning module: the thesis' training, and what is measured after each epoch.

Section 3.3.3: SGD, momentum 0.9, rate 0.01 divided by ten three times, L2 of 0.0005 on weights.
The drops are section 3.5's, after epochs 24, 45 and 62 of 90, scaled to the epochs trained. Biases
and norms do not decay. (Keras's l2(0.0005), if that is what the thesis used, pulls twice as hard.)
"""

from __future__ import annotations

import time
from typing import Any

import lightning
import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.thesis.attention_transfer import BETA, listening, map_transfer_loss
from foveate_research.thesis.batches import Batch, as_floats, teacher_floats
from foveate_research.thesis.networks.build import covered

RATE = 0.01
MOMENTUM = 0.9
DECAY = 5e-4
DROP = 0.1
DROPS = (24, 45, 62)
OF_EPOCHS = 90


def rate_after(steps: int, *, of: int) -> float:
    """The rate of the step that follows `steps` of `of`."""
    return RATE * float(DROP ** sum(steps * OF_EPOCHS >= drop * of for drop in DROPS))


class Classifying(lightning.LightningModule):
    """Trains `network` (pixels, saliency) -> logits; `history` has an entry an epoch.

    mean: subtracted from colours and map, (4,). taught: layers that attention transfer teaches
    where the map is, or where a teacher attends if batches tell it. val_count: pictures of the
    validation part; after each epoch `hits` (N, 2) tells of each whether its class was the first,
    and among the first five.
    """

    mean: Tensor
    hits: Tensor

    def __init__(
        self,
        network: nn.Module,
        *,
        val_count: int,
        mean: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0),
        taught: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.network, self.taught = network, taught
        self.register_buffer("mean", torch.tensor(mean), persistent=False)
        self.register_buffer("hits", torch.zeros(val_count, 2), persistent=False)
        self.history: list[dict[str, float]] = []
        self._train = torch.zeros(4)  # loss, first, among five, pictures
        self._val_losses = torch.zeros(0)
        self._began = time.monotonic()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        every = [p for p in self.network.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in every if p.ndim > 1], "weight_decay": DECAY},
            {"params": [p for p in every if p.ndim <= 1], "weight_decay": 0.0},
        ]
        return torch.optim.SGD(groups, lr=RATE, momentum=MOMENTUM, fused=True)

    def on_train_epoch_start(self) -> None:
        self._train = torch.zeros(4, device=self.device)
        self._began = time.monotonic()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        steps = int(self.trainer.num_training_batches)
        epochs = int(self.trainer.max_epochs or 1)
        rate = rate_after(self.current_epoch * steps + batch_idx, of=epochs * steps)
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = rate

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        pixels, saliency = as_floats(batch.images, self.mean)
        with listening(self.network, self.taught) as heard:
            logits = self.network(pixels, saliency)
        loss = functional.cross_entropy(logits, batch.labels)
        with torch.no_grad():
            count = torch.tensor([float(len(batch.labels))], device=self.device)
            found = _hits(logits, batch.labels).sum(dim=0)
            self._train += torch.cat([loss.detach()[None] * count, found, count])
        if self.taught:
            layers = [heard[name] for name in self.taught]
            teacher = teacher_floats(batch.images)
            # without a teacher the map, which is a density, whatever the network is given
            seen = teacher if teacher.shape[1] else saliency + self.mean[3]
            maps = covered(seen, self.network, self.taught)
            loss = loss + BETA * map_transfer_loss(layers, maps)
        self.log("loss", loss.detach(), prog_bar=True, logger=False)
        return loss

    def on_validation_epoch_start(self) -> None:
        self.hits.zero_()
        self._val_losses = torch.zeros(len(self.hits), device=self.device)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        pixels, saliency = as_floats(batch.images, self.mean)
        logits = self.network(pixels, saliency).float()
        self.hits[batch.indices] = _hits(logits, batch.labels)
        losses = functional.cross_entropy(logits, batch.labels, reduction="none")
        self._val_losses[batch.indices] = losses

    def on_validation_epoch_end(self) -> None:
        self.hits.copy_(self._of_all(self.hits))
        self._val_losses = self._of_all(self._val_losses)

    def on_train_epoch_end(self) -> None:
        loss, first, five, count = self._of_all(self._train).tolist()
        count = max(1.0, count)
        top1, top5 = self.hits.mean(dim=0).tolist()
        self.history.append(
            {
                "epoch": self.current_epoch + 1,
                "rate": float(self.trainer.optimizers[0].param_groups[0]["lr"]),
                "train_loss": loss / count,
                "train_top1": first / count,
                "train_top5": five / count,
                "loss": float(self._val_losses.mean()),
                "top1": top1,
                "top5": top5,
                "seconds": time.monotonic() - self._began,
            }
        )

    def _of_all(self, values: Tensor) -> Tensor:
        """Summed over devices, each of which has zeros where it has not been."""
        summed: Any = self.trainer.strategy.reduce(values, reduce_op="sum")
        return torch.as_tensor(summed)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["history"] = self.history
        checkpoint["hits"] = self.hits

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history = list(checkpoint["history"])
        self.hits.copy_(checkpoint["hits"])


def _hits(logits: Tensor, labels: Tensor) -> Tensor:
    """(B, 2): whether the class was the first, and among the first five."""
    among = logits.topk(min(5, logits.shape[1]), dim=1).indices == labels[:, None]
    return torch.stack([among[:, 0], among.any(dim=1)], dim=1).float()
