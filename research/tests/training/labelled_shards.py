"""Small generated sets of labels in the layout that training reads."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from foveate_research.models.classes import general_classes
from shard_files import encoded, write_shard

CALTECH = sorted(general_classes().folds["caltech101"])
VOC = ["void", *general_classes().folds["voc"]]
MSRC = ["void", *general_classes().folds["msrc21"]]


def make_labelled(folder: Path) -> None:
    """caltech101, msrc21 and voc, train, of a few pictures each."""
    rng = np.random.default_rng(0)

    def picture():
        return encoded(rng.integers(0, 256, (72, 96, 3), dtype=np.uint8), "WEBP")

    single = [
        (f"c{index}", {"webp": picture(), "cls": str(index * 9).encode()}) for index in range(8)
    ]
    several = []
    for index in range(12):
        labels = {MSRC[1 + index]: 0.4, "grass": 0.6}
        mask = np.full((72, 96), MSRC.index("grass"), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(mask).save(stream, "PNG")
        fields = {
            "webp": picture(),
            "mask.png": stream.getvalue(),
            "json": json.dumps({"labels": labels}).encode(),
        }
        several.append((f"m{index}", fields))
    listed = [
        (
            f"v{index}",
            {"webp": picture(), "json": json.dumps({"labels": [name, "person"]}).encode()},
        )
        for index, name in enumerate(VOC[1:4])
    ]
    sets = (("caltech101", CALTECH, single), ("msrc21", MSRC, several), ("voc", VOC, listed))
    for name, classes, samples in sets:
        write_shard(folder / name / "train-000000.tar", samples)
        (folder / name / "manifest.json").write_text(json.dumps({"classes": classes}))
