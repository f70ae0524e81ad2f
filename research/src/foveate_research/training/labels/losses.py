"""Losses on the classes that a picture's set labels; the other classes are masked, or nearly so."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

UNSTATED = 0.3


def sigmoid_loss(logits: Tensor, present: Tensor, stated: Tensor) -> Tensor:
    """Cross-entropy of every stated class on its own, the mean over a picture's stated classes.

    logits, present, stated: (B, C); present and stated hold 0 and 1.
    """
    each = functional.binary_cross_entropy_with_logits(logits, present, reduction="none")
    return ((each * stated).sum(dim=1) / stated.sum(dim=1).clamp(min=1)).mean()


def softmax_loss(logits: Tensor, present: Tensor, stated: Tensor) -> Tensor:
    """Cross-entropy of a softmax over the classes, the mass shared among those present.

    Equation 3 of Prakash et al. (DCC 2017) for a picture of several labels. A class that is not
    stated counts UNSTATED as much as one that is: left out, it became the likeliest on pictures
    of sets that do not label it (building, on a quarter of VOC's).
    """
    among = torch.log_softmax(logits + torch.where(stated > 0, 1.0, UNSTATED).log(), dim=1)
    share = present / present.sum(dim=1, keepdim=True).clamp(min=1)
    return -(share * among).sum(dim=1).mean()
