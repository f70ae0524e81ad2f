"""Caffe's files of weights, written field by field, apart from the reader."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return varint(field * 8) + varint(value)


def chunk(field: int, data: bytes) -> bytes:
    return varint(field * 8 + 2) + varint(len(data)) + data


def blob(
    values: np.ndarray, *, legacy: bool = False, packed: bool = True, doubles: bool = False
) -> bytes:
    """A BlobProto; legacy: four axes as num, channels, height, width."""
    flat = values.ravel()
    if doubles:
        numbers = chunk(8, flat.astype("<f8").tobytes())
    elif packed:
        numbers = chunk(5, flat.astype("<f4").tobytes())
    else:
        numbers = b"".join(varint(5 * 8 + 5) + struct.pack("<f", each) for each in flat)
    if legacy:
        sides = [1] * (4 - values.ndim) + list(values.shape)
        return b"".join(number(i + 1, side) for i, side in enumerate(sides)) + numbers
    return chunk(7, chunk(1, b"".join(varint(side) for side in values.shape))) + numbers


def net(layers: dict[str, Sequence[np.ndarray]], *, v1: bool = False, **how: bool) -> bytes:
    """A NetParameter with layers between others that have no weights."""
    out = chunk(1, b"a net") + chunk(3, b"data") + number(4, 1)
    for name, arrays in layers.items():
        blobs = [blob(np.asarray(each, np.float32), **how) for each in arrays]
        if v1:
            body = chunk(2, b"bottom") + chunk(4, name.encode()) + number(5, 4)
            body += b"".join(chunk(6, each) for each in blobs)
            out += chunk(2, chunk(4, b"relu") + number(5, 18)) + chunk(2, body)
        else:
            body = chunk(1, name.encode()) + chunk(2, b"Convolution") + chunk(3, b"bottom")
            body += b"".join(chunk(7, each) for each in blobs) + number(10, 0)
            out += chunk(100, chunk(1, b"relu") + chunk(2, b"ReLU")) + chunk(100, body)
    return out


def write_net(path: Path, layers: dict[str, Sequence[np.ndarray]], **how: bool) -> Path:
    path.write_bytes(net(layers, **how))
    return path
