"""MATLAB's files of level 5, read within their bounds.

SciPy's reader takes a file's own word for its sizes, and crashes on some that lie. What sets of
fixations hold is little: numbers, texts, cells and structs ("MAT-File Format", MathWorks, R2024a).
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST_UNPACKED = 1 << 30  # bytes
_DEEPEST = 16
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_CLASSES = dict(enumerate(["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"], 6))
_MATRIX, _COMPRESSED, _UTF8, _UTF16, _UTF32 = 14, 15, 16, 17, 18
_TEXTS = {_UTF8: "utf-8", _UTF16: "utf-16", _UTF32: "utf-32", 2: "latin-1", 4: "utf-16"}
_CELL, _STRUCT, _CHAR = 1, 2, 4
_LOGICAL, _COMPLEX = 0x200, 0x800


def mat_variables(data: bytes) -> dict[str, Any]:
    """The variables of a file by name, axes of length 1 left out; structs have their fields as
    attributes. Raises ValueError for what is damaged, or of another level or class."""
    if len(data) < 128 or data[126:128] not in (b"IM", b"MI"):
        raise ValueError("no MATLAB file of level 5")
    order = "<" if data[126:128] == b"IM" else ">"
    found = {}
    unpacked = 0
    for kind, body in _elements(memoryview(data)[128:], order):
        if kind == _COMPRESSED:
            plain = zlib.decompressobj().decompress(body, LARGEST_UNPACKED - unpacked + 1)
            unpacked += len(plain)
            if unpacked > LARGEST_UNPACKED:
                raise ValueError("too large once unpacked")
            kind, body = next(_elements(memoryview(plain), order), (0, memoryview(b"")))
        if kind == _MATRIX and len(body):
            name, value = _matrix(body, order, _DEEPEST)
            found[name] = value
    return found


def _elements(rest: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """The type and the bytes of each element, which begin at multiples of 8."""
    while len(rest) >= 8:
        kind, size = struct.unpack_from(f"{order}II", rest)
        if kind >> 16:  # a small element: its size and at most 4 bytes stand in the same word
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise ValueError("a small element of more than 4 bytes")
            yield kind, rest[4 : 4 + size]
            rest = rest[8:]
            continue
        if size > len(rest) - 8:
            raise ValueError("an element that reaches beyond the file")
        yield kind, rest[8 : 8 + size]
        rest = rest[8 + size + (0 if kind == _COMPRESSED else -size % 8) :]


def _matrix(body: memoryview, order: str, depth: int) -> tuple[str, Any]:
    """An array's name, and what it holds."""
    if depth == 0:
        raise ValueError("cells within cells too deep")
    parts = _elements(body, order)
    try:
        flags = int(_numbers(*next(parts), order)[0])
        shape = tuple(int(side) for side in _numbers(*next(parts), order))
        name = bytes(next(parts)[1]).decode("latin-1")
        if not shape or min(shape) < 0 or math.prod(shape) > len(body):
            raise ValueError("an array of more numbers than bytes")
        return name, _value(flags, shape, parts, order, depth)
    except StopIteration as error:
        raise ValueError("an array that ends early") from error


def _value(
    flags: int,
    shape: tuple[int, ...],
    parts: Iterator[tuple[int, memoryview]],
    order: str,
    depth: int,
) -> Any:
    kind = flags & 0xFF
    count = math.prod(shape)
    if kind in _CLASSES:
        numbers = _numbers(*next(parts), order).astype(_CLASSES[kind])
        if flags & _COMPLEX:
            raise ValueError("complex numbers")
        return _squeezed(numbers.astype(bool) if flags & _LOGICAL else numbers, shape)
    if kind == _CHAR:
        stored, text = next(parts)
        return bytes(text).decode(_text_code(stored, order))
    if kind == _CELL:
        return _squeezed(_objects(_inner(parts, order, depth) for _ in range(count)), shape)
    if kind == _STRUCT:
        length = int(_numbers(*next(parts), order)[0])
        names = bytes(next(parts)[1])
        if not 0 < length <= 64:
            raise ValueError("names of fields of no length")
        fields = [
            names[at : at + length].split(b"\0")[0].decode("latin-1")
            for at in range(0, len(names), length)
        ]
        return _squeezed(
            _objects(
                SimpleNamespace(**{name: _inner(parts, order, depth) for name in fields})
                for _ in range(count)
            ),
            shape,
        )
    raise ValueError(f"an array of class {kind}")


def _inner(parts: Iterator[tuple[int, memoryview]], order: str, depth: int) -> Any:
    kind, body = next(parts, (0, memoryview(b"")))
    if kind != _MATRIX:
        raise ValueError("a cell that is no array")
    return _matrix(body, order, depth - 1)[1] if len(body) else np.zeros(0)


def _text_code(stored: int, order: str) -> str:
    if stored not in _TEXTS:
        raise ValueError("a text that is none")
    code = _TEXTS[stored]
    return f"{code}-{'le' if order == '<' else 'be'}" if code in ("utf-16", "utf-32") else code


def _numbers(kind: int, body: memoryview, order: str) -> npt.NDArray[Any]:
    if kind not in _TYPES:
        raise ValueError("numbers of an unknown type")
    return np.frombuffer(body, np.dtype(f"{order}{_TYPES[kind]}"))


def _objects(values: Iterator[Any]) -> npt.NDArray[Any]:
    found = list(values)
    array = np.empty(len(found), dtype=object)
    for index, value in enumerate(found):  # NumPy would take arrays of one shape apart
        array[index] = value
    return array


def _squeezed(flat: npt.NDArray[Any], shape: tuple[int, ...]) -> Any:
    """Values in MATLAB's order, by columns, as an array; a single one by itself."""
    array = flat.reshape(shape, order="F")
    if not array.size:
        return array.reshape(-1)
    return array.item() if array.size == 1 else np.squeeze(array)
