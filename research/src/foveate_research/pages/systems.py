"""Rewrite the picture and tables of docs/saliency-systems.md from the models and from results/.

python -m foveate_research.pages.systems    # after objects.py, object_recall.py, attention.py, models.py
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from foveate.models.registry import ModelEntry, families, list_models
from foveate_research.pages.markdown import ABSENT, ROOT, filled, number, result, table
from foveate_research.papers.msroi_figures import figure2

PAGE = ROOT / "docs" / "saliency-systems.md"
SAMPLE = ROOT / "examples" / "astronaut.png"
PICTURE = ROOT / "docs" / "pictures" / "systems.png"
PICTURE_DPI = 100
DRAWN = ("cam", "msroi", "cam-lite", "msroi-lite", "menet", "salnet", "foveate-s")

FIXATIONS = (
    ("osie", "val", "nss", "OSIE val, NSS"),
    ("osie", "val", "auc_judd", "AUC-Judd"),
    ("osie", "val", "shuffled_auc", "shuffled AUC"),
    ("gaze-test", "crowd", "nss", "crowds, NSS"),
    ("gaze-test", "mit", "cc", "MIT1003, CC"),
)
RECALLS = ("object_recall_0.6", "object_recall_0.7", "object_recall_0.8", "all_found_0.7")


def with_interval(value: dict[str, Any]) -> str:
    low, high = value["interval_95"]
    return f"{value['mean']:+.3f} [{low:+.3f}, {high:+.3f}]"


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
        parts = [training["started_from"], training] if "started_from" in training else [training]
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
    shipped = {entry.name for entry in list_models()}
    others = ", ".join(f"`{name}`" for name in families() if name not in shipped)
    told = f"\n\nReady to be trained, without weights in the package: {others}." if others else ""
    return table(headings, rows) + told


def recall() -> str:
    rows = result("object-recall").get("rows", {}).get("objects")
    if rows is None:
        return ABSENT
    shown = [
        (f"`{model}`", *(number(of.get(name, {}).get("mean")) for name in RECALLS))
        for model, of in rows["models"].items()
    ]
    headings = ("model", "found at 0.6", "at 0.7", "at 0.8", "pictures with all found at 0.7")
    lines = [
        f"- `{pair.replace(' - ', '` minus `')}`: {with_interval(of['object_recall_0.7'])}"
        for pair, of in rows["differences"].items()
    ]
    told = f"{rows['of_two_or_more']} pictures; differences at 0.7, with 95 % intervals:"
    return "\n".join([table(headings, shown), "", told, "", *lines])


def over_threshold() -> str:
    """Of how many pictures' maps equation 5 sums no class, one, or more."""
    counted = result("object-recall").get("classes_over_threshold")
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


def objects() -> str:
    found = result("objects").get("rows")
    if not found:
        return ABSENT
    rows = []
    for model, ways in found[0]["models"].items():
        whole = ways["none"]
        cells = [whole["adaptive_f"], whole["max_f_of_mean_curve"], whole["mae"]]
        cells += [ways["noise"]["adaptive_f"], ways["jpeg"]["adaptive_f"]]
        rows.append((f"`{model}`", *(number(cell["mean"]) for cell in cells)))
    return table(("model", "F", "max F", "MAE", "F, noise", "F, JPEG"), rows)


def differences() -> str:
    found = result("objects").get("rows")
    if not found:
        return ABSENT
    pairs: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    for each in found[0]["differences"]:
        pair = pairs.setdefault((each["first"], each["second"]), {})
        pair[each["metric"], each["way"]] = with_interval(each)
    shown = [
        (metric, way)
        for metric in ("adaptive_f", "max_f_of_mean_curve")
        for way in ("none", "noise", "jpeg")
    ]
    rows = [
        (f"`{first}` − `{second}`", *(of.get(column, ABSENT) for column in shown))
        for (first, second), of in pairs.items()
    ]
    return table(
        ("", "F", "F, noise", "F, JPEG", "max F", "max F, noise", "max F, JPEG"),
        rows,
    )


def fixations() -> str:
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (row["set"], row["part"]): row["models"] for row in result("attention").get("rows", [])
    }
    models = list(dict.fromkeys(model for of in rows.values() for model in of))
    shown = []
    for model in models:
        cells = [
            rows.get((name, part), {}).get(model, {}).get(metric, {}).get("mean")
            for name, part, metric, _ in FIXATIONS
        ]
        if any(cell is not None for cell in cells):
            title = model if "human" in model else f"`{model}`"
            shown.append((title, *(number(cell) for cell in cells)))
    shown.sort(key=lambda row: "human" in row[0])
    return table(("model", *(title for *_, title in FIXATIONS)), shown)


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
    papers = record["papers"]
    menet, msroi = papers["MEnet"], papers["MS-ROI"]
    beside = f" Beside {record['beside']}." if "beside" in record else ""
    told = (
        f"{record['machine']}.{beside} Printed: MS-ROI over {msroi['images_a_second']} a second on "
        f"a {msroi['hardware']}, at VGG's width; MEnet {menet['seconds_an_image']} s an image "
        f"({1 / menet['seconds_an_image']:.1f} a second) on a {menet['hardware']}, at width 32 and "
        "224x224."
    )
    return f"{table(headings, rows)}\n\n{told}"


TABLES = {
    "systems": systems,
    "recall": recall,
    "objects": objects,
    "over-threshold": over_threshold,
    "differences": differences,
    "fixations": fixations,
    "speed": speed,
}


def draw() -> None:
    """docs/pictures/systems.png: the sample photo and each system's map over it, 256 colours."""
    there = {entry.name for entry in list_models()}
    figure = figure2([SAMPLE], [name for name in DRAWN if name in there])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=PICTURE_DPI)
    Image.open(drawn).convert("RGB").quantize(256).save(PICTURE, optimize=True)


def main() -> None:
    draw()
    PAGE.write_text(filled(PAGE.read_text(), TABLES))


if __name__ == "__main__":
    main()
