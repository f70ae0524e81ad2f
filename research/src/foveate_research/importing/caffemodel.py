"""Caffe's files of weights (.caffemodel): the few fields that hold layers' names and numbers.

A file is one NetParameter in protobuf's wire format; field numbers are those of Caffe's
`src/caffe/proto/caffe.proto`: NetParameter.layers 2 (V1LayerParameter: name 4, blobs 6) and
NetParameter.layer 100 (LayerParameter: name 1, blobs 7); BlobProto: num, channels, height, width
1 to 4, data 5, shape 7 (BlobShape.dim 1), double_data 8. All other fields are passed over.

The bytes may be anybody's: messages nest exactly as far as written here, every length is checked
against its message, and a blob's shape must account for its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError, printable
from foveate.pictures.file_bytes import file_bytes

Floats = npt.NDArray[np.float32]
Value = int | memoryview

LARGEST_FILE = 1 << 31  # bytes: protobuf's own limit
MOST_LAYERS = 10_000
MOST_BLOBS = 16  # of a layer
MOST_AXES = 8
MOST_NAME = 200  # bytes

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FLOAT_TAG = 5 << 3 | FIXED32  # of a number of BlobProto.data that is not packed
_UNPACKED = np.dtype([("tag", "u1"), ("value", "<f4")])


class WireError(ValueError):
    """Bytes that are not what protobuf or Caffe writes; the text completes "is no Caffe model:"."""


@dataclass(frozen=True)
class Layer:
    """A layer of a file that has weights: its name there, its arrays as float32."""

    name: str
    arrays: tuple[Floats, ...]


def read_caffemodel(path: Path) -> list[Layer]:
    """The layers with weights, in the file's order; ModelError, of one line, for another file."""
    shown = printable(path)
    data = file_bytes(path, most=LARGEST_FILE, kind="Caffe model", error_kind=ModelError)
    try:
        layers = parse_net(memoryview(data))
    except WireError as error:
        raise ModelError(f"{shown}: is no Caffe model that can be read: {error}") from error
    if not layers:
        raise ModelError(f"{shown}: holds no layer with weights")
    return layers


def parse_net(data: memoryview) -> list[Layer]:
    """The layers with weights of a NetParameter's bytes; WireError for others."""
    found = []
    for count, (number, value) in enumerate(_fields(data)):
        if count > MOST_LAYERS:
            raise WireError("it has too many fields")
        if number == 2:
            layer = _layer(_message(value, "layers"), name_field=4, blobs_field=6)
        elif number == 100:
            layer = _layer(_message(value, "layer"), name_field=1, blobs_field=7)
        else:
            continue
        if layer.arrays:
            found.append(layer)
    return found


def _layer(data: memoryview, *, name_field: int, blobs_field: int) -> Layer:
    name = ""
    blobs: list[memoryview] = []
    for number, value in _fields(data):
        if number == name_field:
            name = _name(value)
        elif number == blobs_field:
            if len(blobs) == MOST_BLOBS:
                raise WireError(f"layer {printable(name)} has too many blobs")
            blobs.append(_message(value, "blobs"))
        elif number == 1 and name_field == 4 and isinstance(value, memoryview):
            raise WireError("it is of Caffe's first format: run upgrade_net_proto_binary on it")
    try:
        return Layer(name, tuple(_blob(each) for each in blobs))
    except WireError as error:
        raise WireError(f"layer '{printable(name)}': {error}") from error


def _name(value: Value) -> str:
    data = _message(value, "name")
    if len(data) > MOST_NAME:
        raise WireError("a layer's name is too long")
    return bytes(data).decode("utf-8", errors="replace")


def _blob(data: memoryview) -> Floats:
    """A BlobProto's numbers in its shape."""
    legacy = [1, 1, 1, 1]
    shape: list[int] | None = None
    has_legacy = False
    parts: list[npt.NDArray[np.floating]] = []
    at = 0
    while at < len(data):
        if data[at] == _FLOAT_TAG:
            values, at = _unpacked_run(data, at)
            parts.append(values)
            continue
        number, value, at = _field(data, at)
        if number in (1, 2, 3, 4) and isinstance(value, int):
            legacy[number - 1], has_legacy = value, True
        elif number == 5:
            parts.append(_numbers(_message(value, "data"), "<f4"))
        elif number == 7:
            shape = _dimensions(_message(value, "shape"))
        elif number == 8:
            parts.append(_numbers(_eight_bytes(value), "<f8"))
    flat = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, np.float32)])
    if shape is None:
        shape = legacy if has_legacy else [flat.size]
    if len(shape) > MOST_AXES or math.prod(shape) != flat.size:
        told = "x".join(str(side) for side in shape[:MOST_AXES])
        raise WireError(f"a blob's shape is {told[:60]}, but it has {flat.size} numbers")
    return flat.astype(np.float32, copy=False).reshape(shape)


def _unpacked_run(data: memoryview, at: int) -> tuple[npt.NDArray[np.floating], int]:
    """The numbers of BlobProto.data from `at` that each have a tag of their own, and their end."""
    records = np.frombuffer(data[at:], _UNPACKED, count=(len(data) - at) // _UNPACKED.itemsize)
    others = np.flatnonzero(records["tag"] != _FLOAT_TAG)
    count = int(others[0]) if len(others) else len(records)
    if count == 0:
        raise WireError("it ends in the middle of a number")
    return records["value"][:count].astype(np.float32), at + count * _UNPACKED.itemsize


def _dimensions(data: memoryview) -> list[int]:
    """BlobShape.dim, packed or not."""
    found: list[int] = []
    for number, value in _fields(data):
        if number != 1:
            continue
        if isinstance(value, int):
            found.append(value)
        else:
            at = 0
            while at < len(value):
                side, at = _varint(value, at)
                found.append(side)
                if len(found) > MOST_AXES:
                    break
        if len(found) > MOST_AXES:
            raise WireError("a blob has too many axes")
    return found


def _numbers(data: memoryview, kind: str) -> npt.NDArray[np.floating]:
    if len(data) % np.dtype(kind).itemsize:
        raise WireError("a blob ends in the middle of a number")
    return np.frombuffer(data, kind)


def _eight_bytes(value: Value) -> memoryview:
    """Packed numbers of eight bytes, or the bytes of a single one."""
    return memoryview(value.to_bytes(8, "little")) if isinstance(value, int) else value


def _message(value: Value, name: str) -> memoryview:
    if isinstance(value, int):
        raise WireError(f"the field {name} holds a number")
    return value


def _fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """The number and value of every field of a message."""
    at = 0
    while at < len(data):
        number, value, at = _field(data, at)
        yield number, value


def _field(data: memoryview, at: int) -> tuple[int, Value, int]:
    """The field at `at`: its number, its value, and where the next begins."""
    key, at = _varint(data, at)
    number, kind = key >> 3, key & 7
    if number == 0:
        raise WireError("it has a field without a number")
    if kind == VARINT:
        value, at = _varint(data, at)
        return number, value, at
    if kind == BYTES:
        size, at = _varint(data, at)
    elif kind in (FIXED64, FIXED32):
        size = 8 if kind == FIXED64 else 4
    else:
        raise WireError("it has a field of a kind that Caffe does not write")
    if size > len(data) - at:
        raise WireError("it ends in the middle of a field")
    found = data[at : at + size]
    if kind != BYTES:
        return number, int.from_bytes(found, "little"), at + size
    return number, found, at + size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """The whole number at `at`, and where the next byte is."""
    value = 0
    for count in range(10):
        if at >= len(data):
            raise WireError("it ends in the middle of a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at
    raise WireError("it has a number of more than ten bytes")
