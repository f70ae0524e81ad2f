"""The native core once more in NumPy, written from the standard: what tests compare it with.

Clear before fast: blocks are visited one by one, sums are float64. Arrays of blocks are
(rows, cols, 64) in zigzag order, as `foveate.native` has them, and names are the same. T.81 is
ITU-T T.81 | ISO/IEC 10918-1; T.871 is JFIF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.tables import ZIGZAG

Blocks = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int16]
Scan = tuple[Sequence[int], int, int]

EOB_RUN_LIMIT = 0x7FFF
ZRL = 0xF0


def ycbcr(pixels: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float64]]:
    """Y, Cb and Cr planes (H, W) in [0, 255], neutral at 128 (T.871 clause 7), or grey's one."""
    if pixels.ndim == 2:
        return [pixels.astype(np.float64)]
    red, green, blue = np.moveaxis(pixels.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return [luma, (blue - luma) / 1.772 + 128.0, (red - luma) / 1.402 + 128.0]


def halve(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means of 2x2 samples; both sides of the plane are even."""
    rows, cols = plane.shape
    means: npt.NDArray[np.float64] = plane.reshape(rows // 2, 2, cols // 2, 2).mean(axis=(1, 3))
    return means


def _basis() -> npt.NDArray[np.float64]:
    """(8, 8): row u is the u-th vector of the transform of T.81 A.3.3."""
    u, x = np.mgrid[:8, :8]
    scale = np.where(u == 0, np.sqrt(0.5), 1.0) / 2.0
    return np.asarray(scale * np.cos((2 * x + 1) * u * np.pi / 16))


def forward_dct(plane: npt.NDArray[np.float64]) -> Blocks:
    """Coefficients of a level-shifted plane whose sides are multiples of 8."""
    rows, cols = plane.shape[0] // 8, plane.shape[1] // 8
    blocks = plane.reshape(rows, 8, cols, 8).transpose(0, 2, 1, 3)
    basis = _basis()
    coefficients = basis @ blocks @ basis.T
    return np.asarray(coefficients.reshape(rows, cols, 64)[..., ZIGZAG])


def inverse_dct(coefficients: Blocks) -> npt.NDArray[np.float64]:
    """The level-shifted plane of coefficients: `forward_dct` undone."""
    rows, cols = coefficients.shape[:2]
    natural = np.empty_like(coefficients)
    natural[..., ZIGZAG] = coefficients
    basis = _basis()
    blocks = basis.T @ natural.reshape(rows, cols, 8, 8) @ basis
    return np.asarray(blocks.transpose(0, 2, 1, 3).reshape(rows * 8, cols * 8))


def sampling_factors(channels: int, chroma_420: bool) -> list[int]:
    """Blocks of each component across (and down) an MCU."""
    return [1] if channels == 1 else [2 if chroma_420 else 1, 1, 1]


def stored_blocks(
    height: int, width: int, channels: int, chroma_420: bool
) -> list[tuple[int, int]]:
    """Rows and columns of blocks of each component in whole MCUs (T.81 A.2.4)."""
    factors = sampling_factors(channels, chroma_420)
    mcu = 8 * factors[0]
    down, across = -(-height // mcu), -(-width // mcu)
    return [(down * own, across * own) for own in factors]


def used_blocks(height: int, width: int, channels: int, chroma_420: bool) -> list[tuple[int, int]]:
    """Rows and columns of blocks that hold samples: what a scan of one component codes (A.2.3)."""

    def blocks(side: int, own: int, most: int) -> int:
        samples = -(-side * own // most)
        return -(-samples // 8)

    factors = sampling_factors(channels, chroma_420)
    return [(blocks(height, own, factors[0]), blocks(width, own, factors[0])) for own in factors]


def forward(pixels: npt.NDArray[np.uint8], chroma_420: bool) -> list[Blocks]:
    """DCT coefficients of each component, the picture's last row and column repeated."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    factors = sampling_factors(channels, chroma_420)
    (rows, cols), *_ = stored_blocks(height, width, channels, chroma_420)
    grow = ((0, rows * 8 - height), (0, cols * 8 - width))
    components = []
    for plane, own in zip(ycbcr(pixels), factors, strict=True):
        grown = np.pad(plane - 128.0, grow, mode="edge")
        components.append(forward_dct(halve(grown) if own < factors[0] else grown))
    return components


def round_levels(coefficients: Blocks, steps: npt.ArrayLike) -> Levels:
    """The nearest level of each coefficient (T.81 A.3.4), halves away from zero."""
    ratio = coefficients / np.asarray(steps, np.float64)
    return np.asarray(np.sign(ratio) * np.floor(np.abs(ratio) + 0.5)).astype(np.int16)


def block_errors(
    coefficients: Blocks, steps: npt.ArrayLike, levels: Levels, used: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """Mean of (coefficient - step * level)^2 of each used block."""
    rows, cols = used
    miss = coefficients - np.asarray(steps, np.float64) * levels
    return np.asarray((miss**2).mean(axis=-1)[:rows, :cols])


def block_contrast(
    coefficients: Blocks, hiding: npt.ArrayLike, used: tuple[int, int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Hidden error of each used block, and its mean squared AC coefficient.

    Ponomarenko et al., VPQM 2007, from samples: a block's masking effect is its weighted energy
    times the ratio of its quarters' variances, summed, to its own; times samples, unbiased.
    """
    rows, cols = used
    ac = coefficients[:rows, :cols].copy()
    ac[..., 0] = 0.0
    plane = inverse_dct(ac)

    def variances(side: int) -> npt.NDArray[np.float64]:
        parts = plane.reshape(plane.shape[0] // side, side, -1, side)
        return np.asarray(parts.var(axis=(1, 3), ddof=1) * side**2)

    quarters = variances(4).reshape(rows, 2, cols, 2).sum(axis=(1, 3))
    share = quarters / np.maximum(variances(8), 1e-6)
    energy = (np.asarray(hiding, np.float64) * ac**2).sum(axis=-1)
    return np.sqrt(energy * share) / 32.0, np.asarray((ac**2).sum(axis=-1) / 63.0)


def expected_bits(
    coefficients: Blocks,
    weights: npt.NDArray[np.float64],
    steps: npt.ArrayLike,
    worth: npt.ArrayLike,
    used: tuple[int, int],
) -> float:
    """5 + log2(|c| / q) of AC coefficients of half a step or more and weight * worth * c^2 >= 1."""
    rows, cols = used
    c = np.abs(coefficients[:rows, :cols, 1:])
    ratio = c / np.asarray(steps, np.float64)[1:]
    squares = weights[:rows, :cols, None] * np.asarray(worth, np.float64)[1:] * c**2
    chosen = (ratio >= 0.5) & (squares >= 1.0)
    mantissa, exponent = np.frexp(ratio[chosen])
    return float((5.0 + exponent - 2.0 + 2.0 * mantissa).sum())


def fit_steps(
    coefficients: Blocks,
    weights: npt.NDArray[np.float64],
    levels: Levels,
    used: tuple[int, int],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Numerator and denominator of the least-squares step of each frequency."""
    rows, cols = used
    x = levels[:rows, :cols].astype(np.float64)
    w = weights[:rows, :cols, None]
    return (w * x * coefficients[:rows, :cols]).sum(axis=(0, 1)), (w * x**2).sum(axis=(0, 1))


def fill_padding(levels: Levels, used: tuple[int, int]) -> Levels:
    """Blocks beyond `used` without AC, and with the DC of the block coded before them.

    They occur in 4:2:0 luma only, a column or a row of them. Before a block of the lower row in
    its MCU comes the upper row's right one, so no padding costs more than a difference of zero.
    """
    rows, cols = used
    filled = levels.copy()
    filled[:rows, cols:] = 0
    filled[rows:] = 0
    filled[:rows, cols:, 0] = filled[:rows, cols - 1 : cols, 0]
    right_of_mcu = np.minimum(np.arange(levels.shape[1]) | 1, levels.shape[1] - 1)
    for row in range(rows, levels.shape[0]):
        filled[row, :, 0] = filled[row - 1, right_of_mcu, 0]
    return filled


def huffman_lengths(counts: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Code lengths (256,) by the procedures of T.81 K.2; 0 for symbols that do not occur."""
    frequency = [int(n) for n in np.asarray(counts)] + [1]  # V = 256 keeps the code of all ones
    if not any(frequency[:256]):
        return np.zeros(256, np.uint8)
    code_size = [0] * 257
    group = [[v] for v in range(257)]  # figure K.1's OTHERS chains
    while True:
        rarest = sorted((n, -v) for v, n in enumerate(frequency) if n > 0)[:2]
        if len(rarest) < 2:
            break
        v1, v2 = -rarest[0][1], -rarest[1][1]
        frequency[v1] += frequency[v2]
        frequency[v2] = 0
        group[v1] += group[v2]
        for v in group[v1]:
            code_size[v] += 1

    bits = [code_size.count(size) for size in range(258)]  # figure K.2
    for i in range(257, 16, -1):  # figure K.3
        while bits[i] > 0:
            j = i - 2
            while bits[j] == 0:
                j -= 1
            bits[i] -= 2
            bits[i - 1] += 1
            bits[j + 1] += 2
            bits[j] -= 1
    longest = max(i for i in range(1, 17) if bits[i] > 0)
    bits[longest] -= 1

    # Figure K.4: symbols in the order of their unlimited code sizes take the limited ones.
    order = sorted((v for v in range(256) if code_size[v] > 0), key=lambda v: (code_size[v], v))
    limited = [i for i in range(1, 17) for _ in range(bits[i])]
    lengths = np.zeros(256, np.uint8)
    lengths[order] = limited
    return lengths


class _Statistics:
    """Symbols of four tables (luma DC, luma AC, chroma DC, chroma AC) and what goes beside them."""

    def __init__(self) -> None:
        self.counts = np.zeros((4, 256), np.int64)
        self.extra_bits = 0
        self.eob_blocks = 0

    def symbol(self, component: int, ac: bool, symbol: int, extra_bits: int) -> None:
        self.counts[2 * (component > 0) + ac, symbol] += 1
        self.extra_bits += extra_bits


def _dc_difference(out: _Statistics, component: int, difference: int) -> None:
    """F.1.2.1: the size category, then as many bits."""
    size = abs(difference).bit_length()
    out.symbol(component, False, size, size)


def _ac_runs(out: _Statistics, component: int, levels: list[int]) -> bool:
    """F.1.2.2's run-length symbols of a band; True where zeros are left at its end."""
    run = 0
    for level in levels:
        if level == 0:
            run += 1
            continue
        while run > 15:
            out.symbol(component, True, ZRL, 0)
            run -= 16
        size = abs(level).bit_length()
        out.symbol(component, True, 16 * run + size, size)
        run = 0
    return run > 0


class _EobRun:
    """G.1.2.2: blocks that end early, gathered into EOBn symbols."""

    def __init__(self, out: _Statistics, component: int) -> None:
        self._out = out
        self._component = component
        self._length = 0

    def add(self) -> None:
        self._out.eob_blocks += 1
        self._length += 1
        if self._length == EOB_RUN_LIMIT:
            self.flush()

    def flush(self) -> None:
        if self._length > 0:
            exponent = self._length.bit_length() - 1
            self._out.symbol(self._component, True, 16 * exponent, exponent)
            self._length = 0


def _coding_order(
    levels: Sequence[Levels], used: Sequence[tuple[int, int]], factors: Sequence[int], scan: Scan
) -> Iterator[tuple[int, list[int]]]:
    """Component and levels of each block, as A.2.2 and A.2.3 order them."""
    members = scan[0]
    if len(members) == 1:
        (component,) = members
        rows, cols = used[component]
        for row in range(rows):
            for col in range(cols):
                yield component, levels[component][row, col].tolist()
        return
    down, across = (side // factors[0] for side in levels[0].shape[:2])
    for mcu in range(down * across):
        mcu_row, mcu_col = divmod(mcu, across)
        for component in members:
            own = factors[component]
            for row in range(mcu_row * own, mcu_row * own + own):
                for col in range(mcu_col * own, mcu_col * own + own):
                    yield component, levels[component][row, col].tolist()


def scan_statistics(
    levels: Sequence[Levels],
    height: int,
    width: int,
    chroma_420: bool,
    scan: Scan,
    progressive: bool,
    low: int = 0,
) -> tuple[npt.NDArray[np.int64], int, int]:
    """Symbol counts (4, 256) of one scan, bits beside the symbols, blocks that end in an EOB.

    `low` is the point transform of a first scan (G.1.2.1), which libjpeg's progressive files have.
    """
    _, first, last = scan
    channels = len(levels)
    used = used_blocks(height, width, channels, chroma_420)
    factors = sampling_factors(channels, chroma_420)
    out = _Statistics()
    predictors = [0] * channels
    eob_run = _EobRun(out, scan[0][0])

    def sequential(component: int, block: list[int]) -> None:
        _dc_difference(out, component, block[0] - predictors[component])
        predictors[component] = block[0]
        if _ac_runs(out, component, block[1:]):
            out.symbol(component, True, 0, 0)
            out.eob_blocks += 1

    def dc(component: int, block: list[int]) -> None:
        level = block[0] >> low  # G.1.2.1: an arithmetic shift
        _dc_difference(out, component, level - predictors[component])
        predictors[component] = level

    def ac(component: int, block: list[int]) -> None:
        # G.1.2.2: division by a power of two, towards zero.
        band = [abs(v) >> low if v >= 0 else -(abs(v) >> low) for v in block[first : last + 1]]
        if any(band):
            eob_run.flush()
        if _ac_runs(out, component, band):
            eob_run.add()

    code: Callable[[int, list[int]], None]
    code = sequential if not progressive else dc if first == 0 else ac
    for component, block in _coding_order(levels, used, factors, scan):
        code(component, block)
    eob_run.flush()
    return out.counts, out.extra_bits, out.eob_blocks
