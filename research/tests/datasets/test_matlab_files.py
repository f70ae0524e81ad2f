"""MATLAB's files as SciPy writes them, and files that lie about their sizes."""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from foveate_research.datasets.matlab import mat_variables


def written(variables: dict[str, Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    savemat(buffer, variables, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    "value",
    [
        np.arange(12.0).reshape(3, 4),
        np.arange(12, dtype=np.uint8).reshape(1, 12),
        np.arange(24, dtype=np.int16).reshape(2, 3, 4),
        np.eye(5, dtype=bool),
        np.zeros((0, 3)),
        7.5,
    ],
)
def test_numbers_are_those_that_scipy_reads(value: Any, compressed: bool) -> None:
    data = written({"x": value}, do_compression=compressed)
    theirs = loadmat(io.BytesIO(data), squeeze_me=True)["x"]
    ours = mat_variables(data)["x"]
    np.testing.assert_array_equal(np.atleast_1d(ours), np.atleast_1d(theirs))


def test_texts_cells_and_structs_are_those_that_scipy_reads() -> None:
    people = [{"name": "Ann", "at": np.ones((2, 2))}, {"name": "Bö", "at": np.zeros((0, 2))}]
    data = written({"people": people, "one": {"in": {"deep": 3}}})
    ours = mat_variables(data)
    assert [person.name for person in ours["people"]] == ["Ann", "Bö"]
    np.testing.assert_array_equal(ours["people"][0].at, np.ones((2, 2)))
    assert getattr(ours["one"], "in").deep == 3


def test_damaged_files_are_refused() -> None:
    chance = random.Random(0)
    whole = [
        written({"x": [{"a": np.ones((3, 2))}], "y": "text"}, do_compression=c) for c in (0, 1)
    ]
    for _ in range(400):
        data = bytearray(chance.choice(whole))
        for _ in range(3):
            data[chance.randrange(124, len(data))] = chance.choice((0, 1, 14, 127, 128, 255))
        try:
            mat_variables(bytes(data[: chance.choice((len(data), chance.randrange(len(data))))]))
        except Exception as error:
            assert not isinstance(error, MemoryError)  # noqa: PT017
