"""What every page of a model says of its training: command, time, machine, data, weights."""

from __future__ import annotations

from typing import Any


def made_by(card: dict[str, Any]) -> str:
    """A paragraph and a list of the sets, Markdown."""
    training, weights = card["training"], card["weights"]
    libraries = ", ".join(f"{name} {version}" for name, version in training["libraries"].items())
    sets = "\n".join(
        f"- `{facts['set']}` {facts['part']}, {facts['count']} pictures. {facts['terms']}"
        for facts in training["data"]
    )
    return f"""`{training["command"]}`: {training["steps"]} steps in {training["hours"]} hours on
{training["hardware"]}, seed {training["seed"]}, {training["date"]}; {libraries}.
`{weights["file"]}`: {training["weights"]:,} weights, {weights["bytes"]:,} bytes,
{weights["licence"]}, SHA-256 `{weights["sha256"]}`.

{sets}"""


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def cell(value: float | None) -> str:
    """A number with three decimals; a dash for what was not measured."""
    return "–" if value is None else f"{value:.3f}"
