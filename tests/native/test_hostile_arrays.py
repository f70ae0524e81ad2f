"""Arrays that are none, that lie askew, or that are flat and tall."""

from __future__ import annotations

import numpy as np
import pytest

from foveate import native

BITS = [5.0] * 256
LEVELS = np.zeros((2, 3, 64), np.int16)
TABLE = [8.0] * 64


def askew(array: np.ndarray) -> np.ndarray:
    """The same numbers, a byte away from where the processor reads them."""
    store = np.zeros(array.nbytes + 1, np.uint8)
    moved = store[1:].view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


@pytest.mark.parametrize("counts", [[None], [LEVELS, None], (None,)])
def test_none_among_counts_is_refused(counts: object) -> None:
    with pytest.raises(TypeError):
        native.write_jpeg(
            [LEVELS], 16, 24, False, [[1] * 64], [((0,), 0, 63)], False, b"", 1, counts
        )


def test_none_among_levels_is_refused() -> None:
    for levels in ([None], [LEVELS, None, LEVELS]):
        with pytest.raises(TypeError):
            native.scan_statistics(levels, 16, 24, False, [((0,), 0, 63)], False)
        with pytest.raises(TypeError):
            native.inverse(levels, 16, 24, False, [TABLE])


def test_none_for_hidden_error_is_refused() -> None:
    weights = np.ones((2, 3), np.float32)
    with pytest.raises(TypeError):
        native.quantise_ac(
            *(LEVELS, weights, TABLE, [1.0] * 64, 1.0, [(1, 63, BITS, 2.0, 4.0)]),
            *(LEVELS.copy(), (2, 3), 1, (None, [1.0] * 64, [1.0] * 64)),
        )


@pytest.mark.parametrize("side", [0, 65536, 2**31 - 1, 2**31 - 9])
def test_sides_beyond_those_of_jpeg_have_no_blocks(side: int) -> None:
    for height, width in ((side, 8), (8, side), (side, side)):
        with pytest.raises(ValueError, match=r"1\.\.65535"):
            native.used_blocks(height, width, 3, True)
    assert native.used_blocks(65535, 65535, 1, False) == [(8192, 8192)]


def test_arrays_that_lie_askew_are_refused() -> None:
    with pytest.raises(TypeError):
        native.round_levels(askew(LEVELS), TABLE, LEVELS.copy(), (2, 3))
    with pytest.raises(TypeError):
        native.round_levels(LEVELS, TABLE, askew(LEVELS), (2, 3))
    with pytest.raises(TypeError):
        native.fill_padding(askew(LEVELS), (2, 3))
    with pytest.raises(TypeError):
        native.huffman_lengths(askew(np.ones(256, np.int64)))
    with pytest.raises(TypeError):
        native.scan_statistics([askew(LEVELS)], 16, 24, False, [((0,), 0, 63)], False)


@pytest.mark.parametrize("rows", [1, 31, 32, 33, 64, 65, 1111])
@pytest.mark.parametrize("coded", [None, 0, 32, 40])
def test_runs_of_empty_blocks_across_parts_are_counted_as_in_one_part(
    rows: int, coded: int | None
) -> None:
    """An EOB run of at most 32,767 blocks (T.81, G.1.2.2), whatever the rows it reaches over."""
    cols = 40
    levels = np.zeros((rows, cols, 64), np.int16)
    places = []
    if coded is not None and coded < rows:
        levels[coded, 7, 3] = 5
        levels[coded, 7, 63] = 1
        places = [coded * cols + 7]
    ((counts, _, eobs),) = native.scan_statistics(
        [levels], 8 * rows, 8 * cols, False, [((0,), 1, 63)], True
    )
    before = [-1, *places]
    after = [*places, rows * cols]
    runs = [end - start - 1 for start, end in zip(before, after, strict=True)]
    expected: dict[int, int] = {}
    for run in runs:
        whole, rest = divmod(run, 32767)
        for length in (*[32767] * whole, *([rest] if rest else [])):
            symbol = (length.bit_length() - 1) << 4
            expected[symbol] = expected.get(symbol, 0) + 1
    symbols = [*range(0, 0xF0, 16)]
    assert {s: int(counts[1][s]) for s in symbols if counts[1][s]} == expected
    assert eobs == rows * cols - len(places)
