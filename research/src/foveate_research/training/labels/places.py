"""Where classes are, told by a trained label network's maps: what a second one learns from too.

Labels are of whole pictures. Once a network shows roughly where their classes are, the places that
its maps are sure of become labels of their own, as in weakly supervised segmentation.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

SURE = 0.5  # of a map's highest value: the class is there where no other is surer
ABSENT = 0.25  # and below this share of it the class is not there
CLEARLY = 0.8  # nor where it has less than this share of what the surest class has


class PlaceTargets(NamedTuple):
    """Both (B, C, h, w) of 0 and 1: where a class is, and where it is not. Elsewhere both are 0."""

    there: Tensor
    absent: Tensor


def place_targets(maps: Tensor, present: Tensor, stated: Tensor) -> PlaceTargets:
    """Where the classes of pictures are, by maps (B, C, h, w) that are not negative.

    present, stated: (B, C) of 0 and 1. The maps of the classes that a picture shows are compared as
    shares of their highest values. A stated class that the picture does not show is nowhere; of a
    class that is not stated nothing is told.
    """
    shown = (present > 0)[:, :, None, None]
    told = (stated > 0)[:, :, None, None]
    highest = maps.amax(dim=(2, 3), keepdim=True).clamp(min=1e-9)
    shares = maps / highest * shown
    surest = shares.amax(dim=1, keepdim=True)
    there = told & (shares >= SURE) & (shares == surest)
    outdone = (surest >= SURE) & (shares < CLEARLY * surest)
    absent = told & ~there & ((shares < ABSENT) | outdone | ~shown)
    return PlaceTargets(there.float(), absent.float())


def place_loss(logits: Tensor, targets: PlaceTargets, present: Tensor, stated: Tensor) -> Tensor:
    """Cross-entropy of every stated class at the places that are told, the mean over a picture's
    stated classes; where a class is and where it is not weigh alike, however many places.

    logits: (B, C, h, w).
    """
    each = functional.binary_cross_entropy_with_logits(logits, targets.there, reduction="none")
    there, absent = (
        (each * told).sum(dim=(2, 3)) / told.sum(dim=(2, 3)).clamp(min=1) for told in targets
    )
    of_classes = torch.where(present > 0, (there + absent) / 2, absent)
    return ((of_classes * stated).sum(dim=1) / stated.sum(dim=1).clamp(min=1)).mean()
