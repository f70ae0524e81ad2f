"""A model's record (models/cards/NAME.json) from a training's record, its weights and its results.

python -m foveate.training.card --run OUT --results results/attention.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from foveate.models.architectures.efficientnet_lite import WEIGHTS_PACKAGE, WEIGHTS_SHA256
from foveate.models.architectures.foveate_s import FoveateSOptions
from foveate.training.export import MASK_WEIGHT
from foveate.training.foveate_s.mixing import GROWN_FROM, SHAPES_GROWN, SHAPES_YOUNG

MODELS = Path(__file__).resolve().parent.parent / "models"

ARCHITECTURE = {
    "family": "EfficientNet-Lite0 trunk, top-down decoder, mask head, gaze read-out",
    "file": "models/architectures/foveate_s.py",
    "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 32",
    "outputs": {
        "mask": "probability of a salient object at stride 4",
        "gaze": "density of fixations at stride 4, mean 1",
        "mix": "gaze and mask pooled in log space, mean 1",
    },
}
TRUNK = {
    "name": "EfficientNet-Lite0, trained on ImageNet labels",
    "package": WEIGHTS_PACKAGE,
    "file": "efficientnet-lite0-57934424.pth",
    "sha256": WEIGHTS_SHA256,
    "licence": "Apache-2.0",
    "authors": "TensorFlow TPU authors (weights), ML Illustrated (PyTorch file)",
    "changed": "classifier dropped; stages 3 to 7 trained further",
}
TERMS = {
    "osie": "OSIE (Xu et al. 2014): published for research use",
    "gaze-more": "Scene Saliency Dataset (SUN2012 pictures) and Saliency in Crowd: research use",
    "gaze-scenes": "the source repository states none: treated as research use",
    "duts": "DUTS-TR: pictures of ImageNet and SUN, non-commercial research and education",
}
USE = [
    "Steering bits in picture compression. Not for judging persons or what single viewers see.",
    "Trained on free viewing of natural photographs for about three seconds: drawings,"
    " documents, screens, aerial and medical pictures are outside of what it has seen.",
    "Small faces and text in pictures above about 300 pixels are seen at reduced size: very small"
    " ones are missed.",
    "The training pictures may be used for research only; see the sets' terms above.",
]


def write_card(run: Path, weights: Path, *, measured: dict[str, Any]) -> dict[str, Any]:
    """Put the weights and their record into the package; returns the record."""
    record = json.loads((run / "record.json").read_text(encoding="utf-8"))
    data = weights.read_bytes()
    target = MODELS / "weights" / "foveate-s.onnx"
    target.parent.mkdir(exist_ok=True)
    if target.resolve() != weights.resolve():
        shutil.copyfile(weights, target)
    for facts in record["data"]:
        facts["terms"] = TERMS[facts["set"]]
    card = {
        "name": "foveate-s",
        "architecture": ARCHITECTURE
        | {"options": FoveateSOptions().to_dict(), "mask_weight": MASK_WEIGHT},
        "weights": {
            "file": target.name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "licence": "Apache-2.0",
            "stored": "large tensors in 16-bit floats, cast to 32 when loaded",
        },
        "trunk": TRUNK,
        "training": {name: value for name, value in record.items() if name != "trunk"}
        | {
            "sizes": {
                "at first": [list(size) for size, _ in SHAPES_YOUNG],
                f"from {GROWN_FROM} of the training": [list(size) for size, _ in SHAPES_GROWN],
            }
        },
        "measured": measured,
        "use_and_limits": USE,
    }
    path = MODELS / "cards" / "foveate-s.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card


def measured_means(results: dict[str, Any]) -> dict[str, Any]:
    """The rows of results/attention.json without the numbers per picture."""
    rows = {
        row["set"] + " " + row["part"]: {
            model: {metric: found["mean"] for metric, found in metrics.items()}
            for model, metrics in row["models"].items()
        }
        for row in results["rows"]
    }
    return {"command": results["command"], "results": "results/attention.json", "rows": rows}


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of `foveate train`")
    parser.add_argument("--results", type=Path, help="JSON of benchmarks/attention.py")
    options = parser.parse_args()
    measured: dict[str, Any] = {}
    if options.results is not None:
        measured = measured_means(json.loads(options.results.read_text(encoding="utf-8")))
    weights = options.run / "foveate-s.onnx"
    card = write_card(options.run, weights, measured=measured)
    print(json.dumps(card["weights"]))


if __name__ == "__main__":
    main()
