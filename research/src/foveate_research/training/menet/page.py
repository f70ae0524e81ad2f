"""docs/models/menet.md from the records of MEnet and its ablations.

python -m foveate_research.training.menet.page > docs/models/menet.md
"""

from __future__ import annotations

from typing import Any

from foveate.models.records import has_record, read_card
from foveate_research.training.provenance import cell, made_by, table

CARDS = ("menet", "menet-ce-only", "menet-ce-plain")
MAPS = {
    "menet": "menet: distance, equation 5",
    "menet-ce": "menet-ce: its classifier",
    "menet-ce-only": "menet-ce-only: no metric loss",
    "menet-ce-plain": "menet-ce-plain: no metric loss, no scales",
    "foveate-s-mask": "foveate-s-mask, for scale",
    "spectral-residual": "spectral-residual",
}
WAYS = {"none": "as they are", "noise": "noise 0 to 50", "jpeg": "JPEG 5 to 50"}
METRICS = {"adaptive_f": "F", "max_f_of_mean_curve": "max F", "mae": "MAE"}
COMPARED = ("adaptive_f", "max_f_of_mean_curve")

BUILT = """\
Cai et al., *MEnet: A Metric Expression Network for Salient Object Segmentation* (IJCAI 2018): a
residual encoder-decoder of pre-activated units that are summed, down to a single position and back;
from the picture and each of twelve levels one map, enlarged by repetition; on these thirteen maps,
side by side, 16 features of unit length at every pixel (batch norm, tanh, division by the length)
and a classifier of two classes, which does not see the features. At the paper's width of 32 and 224
pixels it has 184,959,166 weights in 72 convolutions and 72 batch norms, more than half of them in
the two layers to and from the single position; tests count them.

What ships is narrower and smaller, {width} of 32 channels at {size} pixels, trained for minutes on
a processor: a row beside the paper's ablations, not what the published network reaches.
`foveate train menet-paper` trains the paper's size.

Four names:

- `menet`: the distance of each pixel's features from the expected background feature (equation
  5), stretched to 0..1. The expectation is the mean over all pixels weighed by the classifier's
  probability of background; the authors' code draws up to a hundred pixels of the picture's frame
  at random instead. Nothing is drawn here: a picture has one map.
- `menet-ce`: the probability of the same network's classifier; the paper draws its
  precision-recall curves from this one.
- `menet-ce-only`: the thirteen maps and the classifier, trained by cross-entropy alone{absent}.
- `menet-ce-plain`: no thirteen maps either. The classifier (batch norm, ReLU, 3x3 convolution,
  batch norm) reads the last decoder map. The paper does not say what its CE-plain reads.

`foveate reproduce menet-figure7` draws the thirteen maps.

## Losses

Equation 3 with each region's mean feature of the picture, plus cross-entropy. As in the authors'
code, the means are constants for the gradient, the metric loss takes the whole smaller region and
as many pixels of the larger with most loss, and the gradient at such a pixel is the difference of
the two means over C·H·W, beside (softmax - one-hot) / (2·H·W) of the cross-entropy: equation 4 as
printed would weigh the metric C = 16 times more beside it. Not as coded: the gradient passes
through the division by the length, and is averaged over the batch.

Equation 2 prints both sums over set+: the second must run over set-. Then, with n pixels in a
region and V the mean squared distance of their features from their mean,
equation 2 - equation 3 = (n+ - n-)(V+ - V-) / |Ω|: the "trivial deduction" from 2 to 3 holds when
the two regions are equal in area or in spread, and under sampling of as many pixels of either, as
mining does. Unit length matters: equation 3 is linear in the features for fixed means and has no
lower bound without it, -4 with it.

The rest departs too: AdamW at {rate} falling to zero in place of SGD at 0.1, shuffled batches of
{batch} for 5, averaged weights. Crops of 0.9 to 1 of each side and mirroring are the authors'.
No noise and no JPEG in training, as in the paper."""

READ = """\
Whether the metric helps turns on the threshold: `menet` leads where a map is cut at twice its own
mean, and does not where each is cut at the threshold that suits it best (max F). Its map is nearly
binary, which the first rule favours. `menet` minus `menet-ce` is the read-out, the distance against
the same network's classifier; `menet-ce` minus `menet-ce-only` is the training, read by the same
kind of head; `menet-ce-plain` lacks the thirteen scales too. Each variant is one training, from
weights of its own draw, and that of `menet-ce-only` was interrupted and went on with other
pictures; intervals are over pictures, and what another seed would change is not in them. How much
of F a distortion takes is the difference between two columns of the first table: a picture is
averaged down to {size} pixels before the network sees it, which takes most of the noise away for
all."""


def results_table(measured: dict[str, Any]) -> str:
    """Means over the test part of duts, whole and spoilt."""
    header = ["", *(f"{metric}, {way}" for way in WAYS.values() for metric in METRICS.values())]
    rows = []
    for model, title in MAPS.items():
        found = measured.get("rows", {}).get("duts test", {}).get(model)
        if found is not None:
            cells = [cell(found[way].get(metric)) for way in WAYS for metric in METRICS]
            rows.append([title, *cells])
    return table(header, rows)


def differences_table(measured: dict[str, Any]) -> str:
    """Paired differences with their 95 % intervals, F and max F side by side."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for told in measured.get("differences", []):
        low, high = told["interval_95"]
        of = rows.setdefault((f"{told['first']} - {told['second']}", WAYS[told["way"]]), {})
        of[told["metric"]] = f"{told['mean']:+.3f} [{low:+.3f}, {high:+.3f}]"
    header = ["", "pictures", *(METRICS[metric] for metric in COMPARED)]
    return table(
        header, [[*pair, *(of.get(metric, "") for metric in COMPARED)] for pair, of in rows.items()]
    )


def page(cards: list[dict[str, Any]]) -> str:
    """The page, from the cards of CARDS."""
    measured, options = cards[0]["measured"], cards[0]["architecture"]["options"]
    training = cards[0]["training"]
    built = BUILT.format(
        width=options["width"],
        size=options["size"],
        rate=training["rates"]["all"],
        batch=training["batch"]["masks"],
        absent="" if len(cards) == len(CARDS) else "; its weights do not come with the package",
    )
    made = "\n\n".join(made_by(card) for card in cards)
    limits = "\n".join(f"- {line}" for line in cards[0]["use_and_limits"])
    return f"""# MEnet

{built}

This page is written by `python -m foveate_research.training.menet.page` from the models' records.

## Measured

`duts` test, 500 pictures, by `{measured.get("command", "")}`;
intervals are in `{measured.get("results", "")}`. F is taken at twice the map's mean (the paper does
not say where), max F of the mean curve.

{results_table(measured)}

The same pictures, one variant minus the other:

{differences_table(measured)}

{READ.format(size=options["size"])}

## Made by

{made}

## Use and limits

{limits}
"""


def main() -> None:
    """The command line of this file."""
    print(page([read_card(name) for name in CARDS if has_record(name)]), end="")


if __name__ == "__main__":
    main()
