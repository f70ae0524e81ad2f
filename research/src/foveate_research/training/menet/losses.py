"""MEnet's losses: equation 3 with region means on hard pixels, and cross-entropy.

Scaled as the authors' code scales its gradients: at a chosen pixel the metric loss gives (other
centre - own centre) / (C·H·W) and the cross-entropy gives (softmax - one-hot) / (2·H·W). Equation
4 as printed would weigh the metric C times more beside the cross-entropy. Two things are not as
coded: the gradient passes through the scaling to unit length, and it is averaged over the batch.

Equation 2 is only meaningful when its second sum runs over set-. Then, with V the mean squared
distance of a region's features from their mean and n its pixels,
equation 2 - equation 3 = (n+ - n-)·(V+ - V-) / |Ω|: they agree when areas or spreads do, as under
mining, which takes as many pixels of either region.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def region_means(features: Tensor, salient: Tensor) -> tuple[Tensor, Tensor]:
    """Means (B, C, 1, 1) of features (B, C, h, w) over salient (B, h, w) and over the rest."""
    inside = salient[:, None].to(features.dtype)
    outside = 1 - inside
    means = [
        (features * region).sum(dim=(2, 3), keepdim=True)
        / region.sum(dim=(2, 3), keepdim=True).clamp(min=1)
        for region in (inside, outside)
    ]
    return means[0], means[1]


def metric_losses(features: Tensor, salient: Tensor) -> Tensor:
    """(B, h, w): equation 3's summand, squared distance to the own less the other region's mean.

    The means are constants for the gradient, as in the authors' code.
    """
    inside, outside = (mean.detach() for mean in region_means(features, salient))
    to_inside = (features - inside).square().sum(dim=1)
    to_outside = (features - outside).square().sum(dim=1)
    return torch.where(salient, to_inside - to_outside, to_outside - to_inside)


def hard_pixels(losses: Tensor, salient: Tensor) -> Tensor:
    """(B, h, w) True for the whole smaller region and as many of the larger with most loss.

    False everywhere in a picture that has one region only.
    """
    flat, inside = losses.detach().flatten(1), salient.flatten(1)
    counted = inside.sum(dim=1, keepdim=True)
    larger = torch.where(counted * 2 > inside.shape[1], inside, ~inside)
    fewer = torch.minimum(counted, inside.shape[1] - counted)
    ranks = flat.masked_fill(~larger, -torch.inf).argsort(dim=1, descending=True).argsort(dim=1)
    chosen = torch.where(larger, ranks < fewer, fewer > 0)
    return chosen.view_as(salient)


def metric_loss(features: Tensor, salient: Tensor) -> Tensor:
    """Equation 3 over hard pixels, over 2·C·H·W, averaged over the batch."""
    losses = metric_losses(features, salient)
    chosen = hard_pixels(losses, salient)
    return (losses * chosen).mean() / (2 * features.shape[1])


def cross_entropy(logits: Tensor, salient: Tensor) -> Tensor:
    """Half of equation 1: logits (B, 2, h, w), background first."""
    return functional.cross_entropy(logits, salient.long()) / 2
