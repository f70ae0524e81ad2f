"""Losses of the gaze read-out and of the mask head."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

NARROW_SIGMA = 0.9  # cells: what a tracker's error blurs, for the likelihood
WIDE_SIGMA = 2.0  # cells: about a degree of sight, for the correlation


def blurred(seen: Tensor, sigma: float) -> Tensor:
    """(B, 1, h, w) blurred by a Gaussian, edges repeated."""
    radius = int(3 * sigma + 0.5)
    offsets = torch.arange(-radius, radius + 1, device=seen.device, dtype=seen.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = (kernel / kernel.sum())[None, None]
    padded = functional.pad(seen, (radius, radius, radius, radius), mode="replicate")
    across = functional.conv2d(padded, kernel[:, :, None, :])
    return functional.conv2d(across, kernel[:, :, :, None])


def divergence(log_scores: Tensor, seen: Tensor) -> Tensor:
    """KL in nats from softmax(log_scores) to what was seen, per picture; both (B, h, w)."""
    log_predicted = functional.log_softmax(log_scores.flatten(1), dim=1)
    target = seen.flatten(1)
    target = target / target.sum(dim=1, keepdim=True)
    return (torch.xlogy(target, target) - target * log_predicted).sum(dim=1)


def correlation_loss(log_scores: Tensor, seen: Tensor) -> Tensor:
    """1 - CC of the predicted and the seen density, per picture; (B, h, w)."""
    predicted = torch.softmax(log_scores.flatten(1), dim=1)
    predicted = predicted - predicted.mean(dim=1, keepdim=True)
    target = seen.flatten(1)
    target = target - target.mean(dim=1, keepdim=True)
    return 1 - functional.cosine_similarity(predicted, target, dim=1)


def gaze_loss(log_scores: Tensor, seen: Tensor, points: Tensor) -> Tensor:
    """KL + 0.5 (1 - CC), averaged; counts are blurred where `points` (B,) says so."""
    counted = points[:, None, None, None]
    narrow = torch.where(counted, blurred(seen, NARROW_SIGMA), seen)[:, 0]
    wide = torch.where(counted, blurred(seen, WIDE_SIGMA), seen)[:, 0]
    losses = divergence(log_scores, narrow) + 0.5 * correlation_loss(log_scores, wide)
    return losses.mean()


def mask_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy + soft (1 - IoU), averaged over pictures; (B, 1, h, w)."""
    cross = functional.binary_cross_entropy_with_logits(logits, mask)
    chosen = torch.sigmoid(logits)
    both = (chosen * mask).sum(dim=(1, 2, 3))
    either = (chosen + mask - chosen * mask).sum(dim=(1, 2, 3))
    return cross + (1 - (both + 1) / (either + 1)).mean()
