"""A published file to the ONNX file and record that `foveate models add` takes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from foveate.errors import OptionError, printable
from foveate_research.importing.arrays import read_arrays
from foveate_research.importing.caffemodel import Layer, read_caffemodel
from foveate_research.importing.design import Design
from foveate_research.importing.filling import fill
from foveate_research.importing.menet import with_norms_divided
from foveate_research.importing.published import Published
from foveate_research.training.onnx_file import write_onnx

ARRAYS = (".npz", ".pkl", ".pickle")
NOT_STATED = "not stated: ask the network's authors"


@dataclass(frozen=True)
class Imported:
    """What came of a file. weights: how many numbers the network has."""

    card: dict[str, Any]
    weights: int


def filled(published: Published, source: Path, *, flip: bool = False, rgb: bool = False) -> Design:
    """The network with the file's weights; ModelError, of one line, where they do not fit.

    flip, rgb: as import_weights has them.
    """
    if rgb and published.facts["input"].startswith("RGB"):
        raise OptionError(f"--rgb: {published.name} takes RGB as it is: leave it out")
    shown = printable(source)
    if source.suffix.lower() in ARRAYS:
        layers = _outputs_first(read_arrays(source))
    else:
        layers = read_caffemodel(source)
    layers = with_norms_divided(layers)
    made = published.design(layers, shown)
    fill(made.network, made.slots, layers, shown, flip=flip, swap=rgb)
    return made


def import_weights(
    published: Published,
    source: Path,
    target: Path,
    *,
    bits: Literal[8, 16, 32] = 32,
    licence: str | None = None,
    flip: bool = False,
    rgb: bool = False,
) -> Imported:
    """Write the ONNX file of a published network's weights, its record inside.

    bits: for each large weight; 32 keeps the authors' numbers. licence: of the weights. flip: the
    file's kernels are turned around, as Theano's convolution has them. rgb: its first layer takes
    RGB where the authors' own takes BGR.
    """
    made = filled(published, source, flip=flip, rgb=rgb)
    count = sum(parameter.numel() for parameter in made.network.parameters())
    card = {
        "name": published.name,
        "summary": published.summary,
        **({} if made.reads_as is None else {"reads_as": made.reads_as}),
        "architecture": {**published.facts, "options": made.options},
        "imported": {
            "file": source.name,
            "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
            "weights": count,
            "bits": bits,
        },
        "weights": {"licence": licence or NOT_STATED},
        "measured": {},
        **made.extra,
    }
    write_onnx(replace(made.run_time, bits=bits), target, card=card)
    return Imported(card, count)


def _outputs_first(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with outputs as the first axis, where TensorFlow's order has them last.

    TensorFlow's kernels begin with two equal sides, Caffe's and Theano's end with them; a network's
    first kernels, of three channels in, tell the two apart.
    """
    kernels = [array.shape for layer in layers for array in layer.arrays if array.ndim == 4]
    begin = all(shape[0] == shape[1] for shape in kernels)
    if not begin or all(shape[2] == shape[3] for shape in kernels):
        return list(layers)

    def turned(layer: Layer) -> Layer:
        arrays = tuple(
            array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T for array in layer.arrays
        )
        return Layer(layer.name, arrays)

    return [turned(layer) for layer in layers]
