"""The picture and tables of docs/saliency-systems.md, from the models and from results/."""

from __future__ import annotations

import io
from functools import partial

from PIL import Image

from foveate.models.entry import ModelEntry
from foveate.models.registry import list_models
from foveate_research.pages import menet_seeds, scores
from foveate_research.pages.markdown import ABSENT, ROOT, Tables, number, result, table
from foveate_research.pages.models import runs
from foveate_research.pages.seeds import seeds
from foveate_research.papers.msroi_figures import figure2

SAMPLE = ROOT / "examples" / "astronaut.png"
PICTURE = ROOT / "docs" / "pictures" / "systems.png"
PICTURE_DPI = 100
DRAWN = ("cam", "msroi", "cam-lite", "msroi-lite", "menet", "salnet", "foveate-s")


def networks() -> dict[str, list[ModelEntry]]:
    """The package's networks by the record that they share."""
    found: dict[str, list[ModelEntry]] = {}
    for entry in list_models():
        if entry.record is not None:
            found.setdefault(entry.record, []).append(entry)
    return found


def systems() -> str:
    rows = []
    for entries in networks().values():
        card = entries[0].card
        assert card is not None
        training = card["training"]
        data = ", ".join(f"{facts['set']} {facts['count']:,}" for facts in training["data"])
        names = ", ".join(f"`{entry.name}`" for entry in entries)
        weights = training.get("weights")
        parts = runs(training)
        steps = " + ".join(f"{part['steps']:,}" for part in parts)
        minutes = sum(60 * part["hours"] for part in parts)
        height, width = entries[0].size(480, 640)
        rows.append(
            (
                names,
                ABSENT if weights is None else f"{weights / 1e6:.2f} M",
                f"{card['weights']['bytes'] / 1e6:.1f} MB",
                f"{width}x{height}",
                f"{steps} steps, {minutes:.0f} min",
                data,
            )
        )
    headings = ("names", "weights", "file", "sees 4:3 at", "trained", "on pictures of")
    return table(headings, rows)


def over_threshold() -> str:
    """How many pictures there are whose maps equation 5 sums of no class, of one, or of more."""
    counted = result("msroi-thresholds").get("classes_over_threshold")
    if counted is None:
        return ABSENT
    rows = []
    for model, of in counted.items():
        for title, found in (
            ("all", of["pictures"]),
            ("those of two objects or more", of["of_two_or_more_objects"]),
        ):
            none, one = found.get("0", 0), found.get("1", 0)
            more = sum(found.values()) - none - one
            rows.append((f"`{model}`", title, str(none), str(one), str(more)))
    return table(("model", "pictures", "no class", "one", "two or more"), rows)


def speed() -> str:
    record = result("models-speed")
    grouped: dict[tuple[str, str], dict[tuple[int, int], float]] = {}
    for row in record.get("rows", []):
        if row["own_size"]:
            key = (
                ", ".join(f"`{name}`" for name in row["models"]),
                f"{row['width']}x{row['height']}",
            )
            grouped.setdefault(key, {})[row["threads"], row["batch"]] = row["images_a_second"]
    if not grouped:
        return ABSENT
    columns = [(threads, batch) for threads in (1, 2) for batch in (1, 32)]
    rows = [
        (names, size, *(number(of.get(column), 1) for column in columns))
        for (names, size), of in grouped.items()
    ]
    headings = ["images a second", "size"]
    headings += [f"{threads} thread{'s' * (threads > 1)}, batch {n}" for threads, n in columns]
    beside = f" Beside {record['beside']}." if "beside" in record else ""
    return f"{table(headings, rows)}\n\n{record['machine']}.{beside}"


TABLES: Tables = {
    "systems": systems,
    "recall-voc": partial(scores.recall, scores.VOC),
    "seeds": seeds,
    "recall": partial(scores.recall, scores.OBJECTS),
    "recall-differences": scores.recall_differences,
    "over-threshold": over_threshold,
    "objects": scores.objects,
    "differences": scores.object_differences,
    **menet_seeds.TABLES,
    "fixations": scores.attention,
    "speed": speed,
}


def draw() -> None:
    """docs/pictures/systems.png: the sample photo and each system's map over it, 256 colours."""
    there = {entry.name for entry in list_models()}
    figure = figure2([SAMPLE], [name for name in DRAWN if name in there])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=PICTURE_DPI)
    Image.open(drawn).convert("RGB").quantize(256).save(PICTURE, optimize=True)
