"""docs/models/NAME.md from a model's record.

python -m foveate_research.training.page > docs/models/foveate-s.md
"""

from __future__ import annotations

from typing import Any

from foveate.models.records import read_card

ROWS = (
    ("osie val", "OSIE val, NSS", "nss"),
    ("gaze-test crowd", "crowds (gaze-test), NSS", "nss"),
    ("gaze-test mit", "MIT1003 scenes (gaze-test), CC", "cc"),
    ("gaze-more val scene", "SUN scenes (gaze-more val), NSS", "nss"),
    ("gaze-more val crowd", "crowds (gaze-more val), NSS", "nss"),
    ("gaze-scenes val", "gaze-scenes val, CC", "cc"),
    ("duts test", "DUTS test, max F", "max_f"),
    ("duts test", "DUTS test, MAE", "mae"),
)
MODELS = (
    "centre",
    "spectral-residual",
    "humans, leave one out",
    "foveate-s",
    "foveate-s-gaze",
    "foveate-s-mask",
)


def results_table(card: dict[str, Any]) -> str:
    """The measured means as a Markdown table."""
    lines = ["| | " + " | ".join(MODELS) + " |", "|---" * (len(MODELS) + 1) + "|"]
    measured = card["measured"].get("rows", {})
    for row, title, metric in ROWS:
        values = [measured.get(row, {}).get(model, {}).get(metric) for model in MODELS]
        if all(value is None for value in values):
            continue
        cells = ["–" if value is None else f"{value:.3f}" for value in values]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def model_page(card: dict[str, Any]) -> str:
    """The whole page of a model."""
    weights, trunk, training = card["weights"], card["trunk"], card["training"]
    data = "\n".join(
        f"- `{facts['set']}` {facts['part']}, {facts['count']} pictures. {facts['terms']}"
        for facts in training["data"]
    )
    limits = "\n".join(f"- {line}" for line in card["use_and_limits"])
    libraries = ", ".join(f"{name} {version}" for name, version in training["libraries"].items())
    return f"""# {card["name"]}

{card["architecture"]["family"]}. One picture of any size is seen at about 158,000 pixels;
three maps at a quarter of that resolution come out: gaze, mask, and their mix, which steers the
coder. This page is written by `python -m foveate_research.training.page` from the model's record,
`src/foveate/models/cards/{card["name"]}.json`.

## Measured

{results_table(card)}

Baselines and humans (each viewer against the others) are measured by the same command:
`{card["measured"].get("command", "")}`; intervals and every picture's number are in
`{card["measured"].get("results", "")}`. None of these pictures was trained on; the val parts of
gaze-more, gaze-scenes and duts served to follow the training and to fit three constants.

## Made by

{_began(training)}`{training["command"]}`: {training["steps"]} steps in {training["hours"]} hours on
{training["hardware"]}, seed {training["seed"]}, {training["date"]}; {libraries}.

Started from {trunk["name"]} (`{trunk["package"]}`, {trunk["licence"]}, {trunk["authors"]}):
{trunk["changed"]}.

{data}

Weights: `{weights["file"]}`, {weights["bytes"]:,} bytes, {weights["licence"]},
SHA-256 `{weights["sha256"]}`.

## Use and limits

{limits}
"""


def _began(training: dict[str, Any]) -> str:
    """The training that this one refines, where there is one."""
    first = training.get("started_from")
    if first is None:
        return ""
    return (
        f"`{first['command']}`: {first['steps']} steps in {first['hours']} hours; then, on"
        " larger pictures,\n"
    )


def main() -> None:
    """The command line of this file."""
    print(model_page(read_card("foveate-s")), end="")


if __name__ == "__main__":
    main()
