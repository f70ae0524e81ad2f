"""A model's record (models/cards/NAME.json): from a training's record and its weights."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

from foveate.errors import ModelError, printable
from foveate.pictures.file_bytes import text_of
from foveate_research.training.choices import Choices, choices_in
from foveate_research.training.onnx_file import write_onnx
from foveate_research.training.recipes import Recipe

MODELS = Path(__file__).resolve().parent.parent / "models"
"""Where the papers' networks are kept; Foveate's own network stays in Foveate's package."""

STORED = {
    32: "in 32-bit floats",
    16: "large tensors in 16-bit floats, cast to 32 when loaded",
    8: "large tensors in 8 bits with a step an output channel, multiplied out when loaded",
}
TERMS = {
    "osie": "OSIE (Xu et al. 2014): published for research use",
    "gaze-more": "Scene Saliency Dataset (SUN2012 pictures) and Saliency in Crowd: research use",
    "gaze-scenes": "the source repository states none: treated as research use",
    "duts": "DUTS-TR: pictures of ImageNet and SUN, non-commercial research and education",
    "caltech101": "Caltech-101 (CaltechDATA, CC BY 4.0): gathered from the web, research use",
    "msrc21": "Microsoft Research Digital Image License Agreement: non-commercial use",
    "voc": "PASCAL VOC 2012: flickr pictures, to be used by flickr's terms, research use",
    "tiny-imagenet": "pictures of ImageNet: non-commercial research and education",
}


def describe(recipe: Recipe, record: dict[str, Any], choices: Choices) -> dict[str, Any]:
    """The card of a training, without the facts of its weights' file."""
    for facts in record.get("data", []):
        facts["terms"] = TERMS.get(facts["set"], facts.get("terms", "not stated"))
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "reads_as": recipe.reads_as,
        **recipe.about(choices),
        "training": record,
        "measured": {},
    }


def weights_facts(path: Path, bits: int) -> dict[str, Any]:
    """What a card says of its weights' file."""
    data = path.read_bytes()
    return {
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "licence": "Apache-2.0",
        "stored": STORED[bits],
    }


def read_record(run: Path) -> dict[str, Any]:
    """What a training in OUT tells of itself. Raises ModelError."""
    path = run / "record.json"
    try:
        record = json.loads(text_of(path, kind="training's record", error_kind=ModelError))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{printable(path)} cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise ModelError(f"{printable(path)} is no record of a training")
    return record


def export(recipe: Recipe, run: Path, target: Path) -> dict[str, Any]:
    """Write the ONNX file of a training's averaged weights; returns its card."""
    record = read_record(run)
    choices = choices_in(record, where=printable(run / "record.json"))
    card = describe(recipe, record, choices)
    run_time = recipe.run_time(run / "last.ckpt", choices)
    write_onnx(run_time, target, card=card)
    return card | {"weights": weights_facts(target, run_time.bits)}


def models_folder(name: str) -> Path:
    """The folder with the cards and weights of the package to which a model belongs."""
    own = Path(str(resources.files("foveate.models")))
    return own if (own / "cards" / f"{name}.json").is_file() else MODELS


def card_path(name: str) -> Path:
    """Where a model's card lies in its package."""
    return models_folder(name) / "cards" / f"{name}.json"


def write_card(card: dict[str, Any]) -> None:
    """Write a card into the package that has the model."""
    path = card_path(card["name"])
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
