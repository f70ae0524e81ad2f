"""docs/models/salnet.md from the model's record.

python -m foveate_research.training.salnet.page > docs/models/salnet.md
"""

from __future__ import annotations

from typing import Any

from foveate.models.records import read_card
from foveate_research.training.provenance import cell, made_by, table

MODELS = ("salnet", "centre", "spectral-residual", "foveate-s", "humans, leave one out")
ROWS = (
    ("osie val", "OSIE val, NSS", "nss"),
    ("osie val", "OSIE val, AUC-Judd", "auc_judd"),
    ("gaze-test crowd", "crowds (gaze-test), NSS", "nss"),
    ("gaze-test crowd", "crowds (gaze-test), AUC-Judd", "auc_judd"),
    ("gaze-test mit", "MIT1003 scenes (gaze-test), CC", "cc"),
)

BUILT = """\
Pan et al., *Shallow and Deep Convolutional Networks for Saliency Prediction* (CVPR 2016), the deep
network: convolutions of 7, 5, 3, 5, 5, 7, 11, 11 and 13 pixels with 96, 256, 512, 512, 512, 256,
128, 32 and 1 channels, ReLU after all but the last, local response normalisation after the first,
two poolings that round up, and a transposed convolution that enlarges the map four times. At full
width 25,806,209 weights and 133.7 billion multiplications for a picture of 320x240; tests count
both.

What ships has {width:g} of those channels and sees {size} pixels on the longer side where the
authors' sees 320; nothing else differs. `foveate train salnet-paper` trains the full width.

Targets are the fixations of all viewers blurred by a Gaussian of {blur}, scaled from -1 where
nobody looked to 1 at the peak; whole pictures, mirrored half the time, never cropped. The loss is
the paper's Euclidean distance, as a mean. The rest is not the paper's, whose training code is not
published: weights begin at random (He et al.) with the last bias at the mean map, where the
paper takes the first three layers from a classifier; AdamW at {rate} falling to zero; averaged
weights. Without norms, layers of 7 to 13 pixels die within fifty steps at ten times that rate.

The map is post-processed as in the authors' script: 128 times plus 127, cut to 0..255, blurred by
a 5x5 Gaussian, divided by its maximum. They blur after enlarging to the picture, here before."""


def results_table(measured: dict[str, Any]) -> str:
    """Means over the pictures of the measuring sets."""
    rows = []
    for name, title, metric in ROWS:
        found = measured.get("rows", {}).get(name, {})
        rows.append([title, *(cell(found.get(model, {}).get(metric)) for model in MODELS)])
    return table(["", *MODELS], rows)


def page(card: dict[str, Any]) -> str:
    """The whole page."""
    training, measured = card["training"], card["measured"]
    sizes = training["sizes"]["throughout"]
    built = BUILT.format(
        width=card["architecture"]["options"]["width"],
        size=max(max(size) for size in sizes),
        blur=training["blur"].removeprefix("sigma "),
        rate=training["rates"]["all"],
    )
    limits = "\n".join(f"- {line}" for line in card["use_and_limits"])
    return f"""# SalNet

{built}

This page is written by `python -m foveate_research.training.salnet.page` from the model's record.

## Measured

By `{measured.get("command", "")}`; intervals are in `{measured.get("results", "")}`.

{results_table(measured)}

## Made by

{made_by(card)}

## Use and limits

{limits}
"""


def main() -> None:
    """The command line of this file."""
    print(page(read_card("salnet")), end="")


if __name__ == "__main__":
    main()
