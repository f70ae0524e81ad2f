"""docs/models/{msroi,cam,msroi-released}.md from the records of the label networks.

python -m foveate_research.training.labels.page NAME > docs/models/NAME.md
python -m foveate_research.training.labels.page --measured results/object-recall.json

The second enters measured means and differences into the records that stand in the package.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from foveate.errors import ModelError
from foveate.models.records import has_record, read_card
from foveate.models.registry import list_models
from foveate_research.training.card import write_card

FAMILIES = {
    "msroi": ("msroi", "msroi-lite", "msroi-fine"),
    "cam": ("cam", "cam-lite", "cam-fine"),
    "msroi-released": ("msroi-released",),
}
METRICS = (
    ("object_recall_0.7", "object recall"),
    ("all_found_0.7", "all found"),
    ("object_recall_0.6", "at 0.6"),
    ("object_recall_0.8", "at 0.8"),
    ("pointing_game", "pointing game"),
    ("energy_in_mask", "energy in masks"),
)
WAYS = ("objects", "all classes")

PROSE = {
    "msroi": """# MS-ROI

After Prakash et al., "Semantic Perceptual Image Compression using Deep Convolution Networks"
(DCC 2017): every class has feature maps of its own, D = 4, on a trunk that all classes share, and
a map of interest is the sum over the classes that are there (equation 5).

- `msroi`: the paper's trunk, ten 3x3 convolutions in five groups, at a quarter of VGG's width,
  with batch norm, read before the fifth pooling (stride 16). General classes.
- `msroi-top-five`: the same network; the five likeliest classes weighted by rank.
- `msroi-lite`, `msroi-lite-top-five`: the same heads on EfficientNet-Lite0 as ImageNet's labels
  left it, for want of a pre-trained VGG of that width.
- `msroi-fine`: 119 labels, not collapsed to general classes; begun from msroi's trunk.

Departures from the text, each for a reason:

- The logit of a class is a · mean over positions of Σ_d f − T_c. Equation 6 as printed falls with
  the evidence, and with features that are never negative it could not say "absent". T is learned,
  as section 3 says; the mean stands in for equation 4's sum, so that T holds at any size.
- The whole picture is seen, shorter side 224, its aspect kept. The published script stretches the
  map of a central square over the picture.
- Surroundings (sky, grass, water, road, mountain, tree) are classes, since the training pictures
  label them, but are not shown in maps. A class that a set does not label is masked from the loss.
- The mean of all maps costs half of itself in the loss. Without it, classes that only one of the
  two sets labels lit up all over the other set's pictures, where they are masked (on the ImageNet
  trunk, 7 classes a picture of msrc21; with it none).
- Where no class is over its threshold, equation 5 is zero everywhere; the map of the likeliest
  class that has features anywhere stands in.

`foveate_research.models.classes` folds the labels of caltech101 and msrc21 into 25 general
classes, and finds the class of an ImageNet synset through WordNet
(`pip install 'foveate-research[wordnet]'`).
`activation_size` is the formula of section 3.

What came out: the paper's claim, that MS-ROI finds all objects where CAM finds one, is hardly put
to the test by these trainings. Of the 21 pictures that decide, no class is over its threshold on
5, where the likeliest class's map stands in, and one on 9 (`msroi`; 8 and 9 with `msroi-fine`):
equation 5 has two maps to sum on 7, on the ImageNet trunk on 11. What is compared is mostly one
class's map with another's. On the paper's trunk MS-ROI's leads that of CAM's best class by 0.07
of recall over objects, within the interval, and CAM's top five make up for that. MS-ROI's maps
lie more on objects (0.66 of their energy against 0.49) but miss people: on faces and bodies alone
(13 pictures, one class to both networks) CAM is ahead and the interval ends below zero; over all
classes CAM leans ahead. On the ImageNet trunk CAM's single map has the higher means over objects,
and MS-ROI's map over thresholds leads on faces and bodies. One training each, with one seed, and
21 pictures that show two kinds of things. How long the trunk learned matters more: an hour in
place of ten minutes doubled or trebled the recall of both. The map's cost and the rate on the
ImageNet trunk were set on training pictures for MS-ROI; CAM took the same rate and nothing was
set for it. Why MS-ROI falls behind was not tested; that features which cannot be negative have no
way of saying "not here" is a guess.
""",
    "cam": """# CAM

Class activation maps (Zhou et al., CVPR 2016; equations 2 and 3 of the MS-ROI paper) on the trunk
of [MS-ROI](msroi.md): one 3x3 layer with as many maps as MS-ROI has, read by all classes through
learned weights; softmax. A picture's mass is shared among its labels; classes that its set does
not label stay out of the softmax. The classes' bias is left out of the map, as in the authors'
code. Least becomes 0 and largest 1.

- `cam`: the likeliest class. `cam-top-five`: the five likeliest, weighted by rank. Without that
  row a gain of MS-ROI could just be five maps against one.
- `cam-lite`, `cam-lite-top-five`: on EfficientNet-Lite0.
- `cam-fine`: 119 labels, not collapsed to general classes; begun from cam's trunk.
""",
    "msroi-released": """# msroi-released

What MS-ROI's published code computes in place of its paper's equations 4 to 6: a class activation
map with a deeper head. On the trunk stand a 3x3 convolution to 32 channels, a depthwise 3x3 with
multiplier 32, a full 3x3 of 1,024 channels and a linear read-out, with nothing between them;
softmax over classes that are not collapsed. No features belong to a class, and nothing is
compared with a threshold. At full width, on VGG-16's thirteen convolutions and for 257 classes,
these are 24,573,792 weights (a test counts them).

The map merges five classes, each stretched to 0..1, by what the script's repeated averaging comes
to: 0.5, 0.25, 0.125, 0.0625 and 0.075, first to fifth.

Departures: a quarter of the width, on the trunk of [MS-ROI](msroi.md); the fine labels of
caltech101 and msrc21 in place of Caltech-256's, surroundings not among the five; no dropout
when maps are made, so that a picture has one map; the whole picture in place of a central square;
classes are merged at stride 16 and enlarged afterwards.
""",
}


def enter_measured(results: dict[str, Any], path: str) -> list[str]:
    """Write means and differences into the record of every network measured; returns their names.

    results: what foveate_research.bench.object_recall saved, at `path` from the repository's root.
    """
    record_of = {entry.name: entry.record for entry in list_models()}
    done = []
    for record in dict.fromkeys(name for family in FAMILIES.values() for name in family):
        if not has_record(record):
            continue
        rows: dict[str, Any] = {}
        differences: dict[str, Any] = {}
        for way, row in results["rows"].items():
            rows[way] = {
                model: {
                    metric: {key: found[key] for key in ("mean", "interval_95")}
                    for metric, found in metrics.items()
                }
                for model, metrics in row["models"].items()
                if record_of.get(model) in (record, None)
            }
            differences[way] = {
                pair: found
                for pair, found in row["differences"].items()
                if record in (record_of.get(name) for name in pair.split(" - "))
            }
        counts = {way: row["of_two_or_more"] for way, row in results["rows"].items()}
        measured = {
            "command": results["command"],
            "results": path,
            "pictures_of_two_or_more": counts,
            "rows": rows,
            "differences": differences,
        }
        write_card(read_card(record) | {"measured": measured})
        done.append(record)
    return done


def family_page(name: str) -> str:
    """The page of a family; ModelError when none of its networks has a record."""
    cards = [read_card(record) for record in FAMILIES[name] if has_record(record)]
    if not cards:
        raise ModelError(f"no network of {name} has a record: train and ship one first")
    parts = [PROSE[name], _measured(cards), *(_made_by(card) for card in cards), _limits(cards[0])]
    return "\n".join(parts)


def _measured(cards: list[dict[str, Any]]) -> str:
    """Tables over all networks of the family."""
    measured = [card["measured"] for card in cards if card["measured"]]
    if not measured:
        return "## Measured\n\nNot yet.\n"
    lines = ["## Measured", ""]
    for way in WAYS:
        count = measured[0]["pictures_of_two_or_more"][way]
        lines += [f"msrc21 val, {way}: {count} pictures show two or more.", ""]
        lines += ["| | " + " | ".join(title for _, title in METRICS) + " |"]
        lines += ["|---" * (len(METRICS) + 1) + "|"]
        rows: dict[str, Any] = {}
        for each in measured:
            rows |= each["rows"][way]
        for model, found in rows.items():
            cells = [_cell(found.get(metric)) for metric, _ in METRICS]
            lines.append(f"| {model} | " + " | ".join(cells) + " |")
        lines.append("")
    differences: dict[str, Any] = {}
    wide: dict[str, Any] = {}
    for each in measured:
        differences |= each["differences"]["objects"]
        wide |= each["differences"]["all classes"]
    if differences:
        lines += ["Object recall at 0.7, picture by picture, with 95 % intervals:", ""]
        lines += ["| | objects | all classes |", "|---|---|---|"]
        for pair in differences:
            cells = [_interval(found[pair]["object_recall_0.7"]) for found in (differences, wide)]
            lines.append(f"| {pair.replace(' - ', ' less ')} | {' | '.join(cells)} |")
        lines.append("")
    lines += [
        "A class is found where the map's mean percentile rank inside its mask is at least 0.7;"
        ' "all found" counts the pictures whose classes are all found. Objects are general classes'
        " of things; all classes are the set's own, surroundings among them, which these maps do"
        f" not show. `{measured[0]['command']}`; every picture's numbers are in"
        f" `{measured[0]['results']}`.",
        "",
    ]
    return "\n".join(lines)


def _cell(found: dict[str, Any] | None) -> str:
    return "–" if found is None else f"{found['mean']:.3f}"


def _interval(found: dict[str, Any]) -> str:
    low, high = found["interval_95"]
    return f"{found['mean']:+.3f} ({low:+.3f} to {high:+.3f})"


def _made_by(card: dict[str, Any]) -> str:
    """How one network of the family was trained."""
    training, weights, trunk = card["training"], card["weights"], card["trunk"]
    data = "; ".join(
        f"`{facts['set']}` {facts['part']}, {facts['count']} pictures ({facts['terms']})"
        for facts in training["data"]
    )
    libraries = ", ".join(f"{name} {version}" for name, version in training["libraries"].items())
    return f"""## {card["name"]}, made by

`{training["command"]}`: {training["steps"]} steps in {training["hours"]} hours on
{training["hardware"]}, seed {training["seed"]}, {training["date"]}; {libraries}.

Trunk: {trunk["name"]}. Data: {data}; {training["held_out"]}.

Weights: {training["weights"]:,} in `{weights["file"]}`, {weights["bytes"]:,} bytes,
{weights["licence"]}, SHA-256 `{weights["sha256"]}`.
"""


def _limits(card: dict[str, Any]) -> str:
    return "## Use and limits\n\n" + "".join(f"- {line}\n" for line in card["use_and_limits"])


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", choices=FAMILIES, help="family to print the page of")
    parser.add_argument(
        "--measured", type=Path, help="JSON of foveate_research.bench.object_recall"
    )
    options = parser.parse_args()
    if options.measured is not None:
        results = json.loads(options.measured.read_text(encoding="utf-8"))
        print(*enter_measured(results, f"results/{options.measured.name}"))
    if options.name is not None:
        print(family_page(options.name), end="")


if __name__ == "__main__":
    main()
