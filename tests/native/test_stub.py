"""The stub of the C++ module, which nanobind generates, is that of the module as it is built."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from foveate import native
from foveate.native import _core

STUB = Path(__file__).resolve().parents[2] / "src" / "foveate" / "native" / "_core.pyi"


def built(name: str) -> list[str]:
    """The names of a built function's arguments, as nanobind tells them."""
    ((signature, *_),) = getattr(_core, name).__nb_signature__
    return re.findall(r"[(,] ?(\w+): ", signature)


def test_the_stub_has_the_functions_and_arguments_of_the_module():
    stub = {f.name: f for f in ast.parse(STUB.read_text()).body if isinstance(f, ast.FunctionDef)}
    functions = [name for name in native.__all__ if name != "COEFFICIENT_UNITS"]
    assert sorted(stub) == sorted(functions)
    for name in functions:
        assert [each.arg for each in stub[name].args.args] == built(name), name


def test_every_function_tells_what_it_does():
    for name in native.__all__:
        if name != "COEFFICIENT_UNITS":
            assert getattr(_core, name).__doc__.count("\n") > 1, name
