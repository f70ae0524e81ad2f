"""NumPy's and Theano's files of weights: .npz archives and pickles, as layers like Caffe's."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError, printable
from foveate.pictures.file_bytes import file_bytes
from foveate_research.importing.caffemodel import LARGEST_FILE, Layer
from foveate_research.importing.pickled import PickleError, load_arrays

MOST_ARRAYS = 10_000

# "conv1_1_W", "conv1_1/W", "conv1_1/weights:0", "conv1_1.weight"; "BatchNorm1/0" counts blobs
_PART = re.compile(r"(.+?)[._/](W|w|weights?|kernel|b|bias|biases|\d+)(:0)?")
_PLACES = {"W": 0, "w": 0, "weight": 0, "weights": 0, "kernel": 0, "b": 1, "bias": 1, "biases": 1}
_COUNTED = re.compile(r"arr_(\d+)")


def read_arrays(path: Path) -> list[Layer]:
    """The layers of an .npz or pickle; a plain list of arrays is one layer without a name.

    Raises ModelError, of one line, for a file that holds anything else.
    """
    shown = printable(path)
    try:
        data = file_bytes(path, most=LARGEST_FILE, kind="file of weights", error_kind=ModelError)
        found = _archive(data) if path.suffix == ".npz" else load_arrays(data)
    except PickleError as error:
        raise ModelError(f"{shown}: cannot be read: {error}") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ModelError(f"{shown}: is no archive of NumPy arrays") from error
    return layers_of(found, shown)


def layers_of(found: Any, source: str) -> list[Layer]:
    """The layers that a list of arrays, or a dictionary of arrays or of lists of them, holds."""
    if isinstance(found, dict) and isinstance(found.get("param values"), list):
        found = found["param values"]  # as Lasagne's published networks are kept
    if isinstance(found, list):
        arrays = [each for each in found if isinstance(each, np.ndarray)]
        if len(arrays) != len(found) or not arrays:
            raise ModelError(f"{source}: is no list of arrays")
        return [Layer("", tuple(_floats(each, source) for each in arrays))]
    if not isinstance(found, dict):
        raise ModelError(f"{source}: holds no arrays")
    parts: dict[str, dict[int, npt.NDArray[Any]]] = {}
    for key, value in found.items():
        if isinstance(value, list):
            parts.setdefault(key, {}).update(
                {i: each for i, each in enumerate(value) if isinstance(each, np.ndarray)}
            )
        elif isinstance(value, np.ndarray) and (named := _PART.fullmatch(key)):
            place = _PLACES.get(named[2])
            place = int(named[2][:4]) if place is None else place
            parts.setdefault(named[1], {})[place] = value
    return [
        Layer(name, tuple(_floats(arrays[place], source) for place in sorted(arrays)))
        for name, arrays in parts.items()
        if arrays
    ]


def _archive(data: bytes) -> Any:
    """An .npz file's arrays by name; a list where nobody named them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_ARRAYS or sum(each.file_size for each in members) > LARGEST_FILE:
            raise ValueError("too large")
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        found = {name: archive[name] for name in archive.files}
    places = {name: _COUNTED.fullmatch(name) for name in found}
    if all(places.values()):
        return [found[f"arr_{place}"] for place in range(len(found))]
    return found


def _floats(values: npt.NDArray[Any], source: str) -> npt.NDArray[np.float32]:
    if values.dtype.kind not in "fiu":
        raise ModelError(f"{source}: has an array of something other than numbers")
    return np.asarray(values, dtype=np.float32)
