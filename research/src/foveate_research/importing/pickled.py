"""Pickles of NumPy arrays, as Theano's users kept weights, read without running anything.

A pickle is a program. This reader admits those opcodes that lists, dictionaries, texts, numbers and
arrays need, and resolves no name: the few that an array's pickle mentions are answered by stand-ins
that hold shape, type and bytes. Arrays are made of these once the pickle has been read.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

MOST_STEPS = 200_000
MOST_AXES = 8
MOST_DEPTH = 4
MOST_PARTS = 10_000

_STEPS = frozenset(  # of pickletools
    """PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG
    LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8
    BYTEARRAY8 UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 EMPTY_LIST APPEND APPENDS LIST
    EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT SETITEM SETITEMS PUT BINPUT LONG_BINPUT
    MEMOIZE GET BINGET LONG_BINGET GLOBAL STACK_GLOBAL REDUCE BUILD""".split()  # noqa: SIM905
)
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")
_KINDS = frozenset({"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"})


class PickleError(ValueError):
    """A pickle that is refused; the text completes "cannot be read:"."""


class _Type:
    """Stands in for numpy.dtype."""

    def __init__(self, code: Any, *rest: Any) -> None:
        self.code, self.order = code, "<"

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] in ("<", ">", "|", "="):
            self.order = state[1]


class _Array:
    """Stands in for an array. state: its shape, type, whether columns come first, and bytes."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state[-4:] if isinstance(state, tuple) else None


class _Function:
    """Stands in for a function of NumPy's; a pickle cannot set its attributes."""

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    def __call__(self, *given: Any) -> Any:
        return self._answer(*given)

    def __setstate__(self, state: Any) -> None:
        raise PickleError("it changes a function: pickles of NumPy arrays alone are read")


def _reconstruct(*given: Any) -> _Array:
    return _Array()


def _frombuffer(data: Any, kind: Any, shape: Any, order: Any, *rest: Any) -> _Array:
    made = _Array()
    made.state = (shape, kind, order == "F", data)
    return made


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise PickleError("it holds bytes in an encoding that NumPy does not write")
    return text.encode("latin1")


class _Reader(pickle.Unpickler):
    """Resolves names to stand-ins alone."""

    KNOWN: ClassVar[dict[tuple[str, str], Any]] = {
        ("numpy.core.multiarray", "_reconstruct"): _Function(_reconstruct),
        ("numpy._core.multiarray", "_reconstruct"): _Function(_reconstruct),
        ("numpy.core.numeric", "_frombuffer"): _Function(_frombuffer),
        ("numpy._core.numeric", "_frombuffer"): _Function(_frombuffer),
        ("numpy", "ndarray"): _Array,
        ("numpy", "dtype"): _Type,
        ("_codecs", "encode"): _Function(_encode),
    }

    def find_class(self, module: str, name: str) -> Any:
        found = self.KNOWN.get((module, name))
        if found is None:
            asked = f"{module}.{name}"[:80].encode("unicode_escape").decode("ascii")
            raise PickleError(f"it asks for {asked}: pickles of NumPy arrays alone are read")
        return found


def load_arrays(data: bytes) -> Any:
    """What a pickle holds: lists, tuples and dictionaries of arrays, texts and numbers.

    Raises PickleError, of one line, for a pickle of anything else; nothing of it is ever run.
    """
    try:
        for count, (step, argument, _) in enumerate(pickletools.genops(data)):
            if step.name not in _STEPS:
                raise PickleError(f"it has the step {step.name}: NumPy arrays alone are read")
            if count > MOST_STEPS or (step.name in _PUTS and int(argument or 0) > MOST_STEPS):
                raise PickleError("it has more steps than a list of weights")
        found = _Reader(io.BytesIO(data), encoding="latin1").load()
    except PickleError:
        raise
    except Exception as error:  # damaged pickles make pickle raise nearly anything
        raise PickleError("it is no pickle, or a damaged one") from error
    return _with_arrays(found, 0)


def _with_arrays(found: Any, depth: int) -> Any:
    """The same with arrays in place of what stands for them."""
    if isinstance(found, _Array):
        return _array(found)
    if isinstance(found, list | tuple | dict):
        if depth == MOST_DEPTH or len(found) > MOST_PARTS:
            raise PickleError("its lists are deeper or longer than those of weights")
        if isinstance(found, dict):
            return {str(key)[:200]: _with_arrays(each, depth + 1) for key, each in found.items()}
        return [_with_arrays(each, depth + 1) for each in found]
    return found


def _array(made: _Array) -> npt.NDArray[Any]:
    if not isinstance(made.state, tuple) or len(made.state) != 4:
        raise PickleError("it has an array without contents")
    shape, kind, columns_first, data = made.state
    if isinstance(data, str):  # of Python 2
        data = data.encode("latin1", errors="replace")
    code = kind.code if isinstance(kind, _Type) else None
    if code not in _KINDS or not isinstance(data, bytes | bytearray):
        raise PickleError("it has an array of something other than numbers")
    if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
        raise PickleError("it has an array without a shape")
    number = np.dtype(f"{'>' if kind.order == '>' else '<'}{code}")
    if len(shape) > MOST_AXES or math.prod(shape) * number.itemsize != len(data):
        raise PickleError("it has an array whose shape does not account for its bytes")
    return np.frombuffer(data, number).reshape(shape, order="F" if columns_first else "C")
