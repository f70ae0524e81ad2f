"""The array in the bytes of a .npy file, which is never larger than the file."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy


def npy_array(data: bytes) -> npt.NDArray[Any]:
    """The numbers that a .npy file holds; not writable. Raises ValueError for anything else.

    NumPy's own reader reserves what the header states, which may be far more than follows it.
    """
    stream = io.BytesIO(data)
    version = npy.read_magic(stream)  # type: ignore[no-untyped-call]
    if version == (1, 0):
        header = npy.read_array_header_1_0(stream)  # type: ignore[no-untyped-call]
    elif version == (2, 0):
        header = npy.read_array_header_2_0(stream)  # type: ignore[no-untyped-call]
    else:
        raise ValueError("the .npy file is of a version that numbers do not need")
    shape, by_columns, dtype = header
    if dtype.hasobject or not dtype.itemsize:
        raise ValueError("the .npy file holds objects")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * dtype.itemsize > len(data) - stream.tell():
        raise ValueError("the .npy file is shorter than it states")
    numbers = np.frombuffer(data, dtype, count, stream.tell()) if count else np.empty(0, dtype)
    return numbers.reshape(shape, order="F" if by_columns else "C")
