"""A vector quantiser with and without the map, beside the mosaic and plain JPEG, at equal bytes.

Prakash et al. (DCC 2017) name vector quantisation as future work. Its codebooks are trained on
pictures that are not measured, and count errors by those pictures' maps or all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.errors import TargetError
from foveate.saliency import SaliencyMap, Weights
from foveate_research.coders.codecs import CODECS, PLAIN, decoded
from foveate_research.coders.coding import LABELS, copy_numbers
from foveate_research.coders.coding_summary import per_picture, rows_of
from foveate_research.coders.scenes import Pixels, Scene, SceneFiles, open_scene
from foveate_research.coders.study import Study
from foveate_research.coders.vector_quantiser.blocks import Floats
from foveate_research.coders.vector_quantiser.coder import VectorQuantiser
from foveate_research.coders.vector_quantiser.training import STAGES, WORDS, Codebooks, trained
from foveate_research.maps.measuring import Scores
from foveate_research.records import files_hash

BOLDNESS = 0.5
"""The power of the weights, that of regions in JPEG 2000."""
MOSAIC, EVEN, CHOSEN, WEIGHTED = "mosaic", "vq", "vq-choice", "vq-map"
VARIANTS = {
    EVEN: "vector quantiser, no map",
    CHOSEN: "vector quantiser, words chosen by the map",
    WEIGHTED: "vector quantiser, codebooks and choice by the map",
}
METRICS = (
    *("psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix"),
    *("psnr_s", "psnr_y", "psnr_hvs_m", "ssimulacra2"),
)

Made = Callable[[Scene, int], tuple[int, Pixels]]
"""A scene and the bytes asked for -> the bytes taken, and the picture as decoded from them."""


def vector_quantiser_record(
    study: Study, training: Sequence[SceneFiles], *, quality: int = 50, words: int = WORDS
) -> dict[str, Any]:
    """The record: rows of means with intervals, and their differences to plain JPEG and others.

    training: the pictures of the codebooks. quality: plain JPEG's, whose bytes all are given.

    Raises:
        PictureError, DatasetError, ModelError: a scene cannot be opened.
    """
    books, left = _codebooks(training, study.model, words)
    ways = _ways(books)
    names = METRICS if study.has_viewers else [m for m in METRICS if not m.endswith("_fix")]
    scores: dict[str, Scores] = {}
    missing = 0
    for files in study.files:
        study.tick(files.key)
        scene = open_scene(files, model=study.model)
        asked = len(plain_jpeg(scene.pixels, quality))
        for name, made in ways.items():
            numbers: dict[str, float] = {}
            started = time.process_time()
            try:
                size, copy = made(scene, asked)
            except TargetError:
                missing += 1
            else:
                numbers = {
                    "bytes": size,
                    "bytes_ratio": size / asked,
                    "bpp": 8 * size / scene.pixel_count,
                    "seconds_a_megapixel": (time.process_time() - started)
                    / (scene.pixel_count / 1e6),
                    **copy_numbers(scene, copy, names=names),
                }
            scores.setdefault(name, Scores()).add(scene.key, numbers)
    return {
        "experiment": "vector-quantiser",
        **study.facts(),
        "quality": quality,
        "training": {
            "pictures": [each.key for each in training],
            "sha256": files_hash([each.picture for each in training]),
            "words": words,
            "stages": STAGES,
            "boldness": BOLDNESS,
            "squared_error_left": left,
        },
        "metrics": {name: LABELS[name] for name in names},
        "labels": {**{name: CODECS[name].label for name in (PLAIN, MOSAIC)}, **VARIANTS},
        "rows": rows_of(scores, names, against=(PLAIN, MOSAIC, EVEN)),
        "per_picture": per_picture(scores),
        "notes": [
            "bytes are those of real files; the codebooks, which are the same for all pictures, "
            "are not counted",
            "training: squared error of a vector that is left after each stage, weighted as its "
            "codebooks are",
            *([f"{missing} files could not be so small"] if missing else []),
            *study.picture_notes(),
        ],
    }


def _codebooks(
    training: Sequence[SceneFiles], model: str, words: int
) -> tuple[dict[str, Codebooks], dict[str, dict[str, list[float]]]]:
    """Codebooks that count all errors the same, and those that count them by the maps."""
    scenes = [open_scene(files, model=model) for files in training]
    books, left = {}, {}
    for name, weighted in ((EVEN, False), (WEIGHTED, True)):
        pictures = [(s.pixels, _weights(s.saliency) if weighted else None) for s in scenes]
        books[name], errors = trained(pictures, words=words)
        left[name] = {kind: np.round(of, 2).tolist() for kind, of in errors.items()}
    return books, left


def _ways(books: dict[str, Codebooks]) -> dict[str, Made]:
    def by_codec(name: str) -> Made:
        def made(scene: Scene, size_bytes: int) -> tuple[int, Pixels]:
            data = CODECS[name].encode(scene, size_bytes).data
            return len(data), decoded(data)

        return made

    def by_words(book: Codebooks, *, steered: bool) -> Made:
        coder = VectorQuantiser(book)

        def made(scene: Scene, size_bytes: int) -> tuple[int, Pixels]:
            weights = _weights(scene.saliency) if steered else None
            data = coder.of_size(scene.pixels, size_bytes, weights)
            return len(data), coder.decode(data)

        return made

    return {
        **{name: by_codec(name) for name in (PLAIN, MOSAIC)},
        EVEN: by_words(books[EVEN], steered=False),
        CHOSEN: by_words(books[EVEN], steered=True),
        WEIGHTED: by_words(books[WEIGHTED], steered=True),
    }


def _weights(saliency: SaliencyMap) -> Floats | None:
    return Weights(saliency).of_blocks(boldness=BOLDNESS)
