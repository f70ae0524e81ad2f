"""
Foveate's encoder core; see foveate.native for what each function takes and gives.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy
from numpy.typing import NDArray

def forward(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    chroma_420: bool,
    threads: int = 1,
) -> list[NDArray[numpy.int16]]:
    """
    DCT coefficients of every component of (H, W) grey or (H, W, 3) sRGB pixels.

    JFIF colour; chroma by 2x2 means when `chroma_420`; a flat block of value v has DC 8 (v - 128).
    """

def used_blocks(height: int, width: int, channels: int, chroma_420: bool) -> list[tuple[int, int]]:
    """Rows and columns of blocks that hold samples, one pair a component."""

def quantise_ac(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    sensitivity: Sequence[float],
    lam: float,
    bands: Sequence[tuple[int, int, Sequence[float], float, float]],
    levels: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
    threads: int = 1,
    masking: tuple[
        Annotated[
            NDArray[numpy.float32],
            dict(shape=(None, None), order="C", device="cpu", writable=False),
        ],
        Sequence[float],
        Sequence[float],
    ]
    | None = None,
) -> None:
    """
    Write to `levels` what minimises weight * distortion + lam * bits.

    Distortion is sensitivity * error^2, and with `masking` (hidden, visibility, reach) visibility *
    max(|error| - hidden * reach, 0)^2 besides; `hidden` is (rows, cols), not negative, the others
    tables. A band is (first, last, bits of each of 256 symbols, bits of an empty block, bits of
    ending early); bands follow each other from 1 to 63. `weights`: (rows, cols), positive. DC is
    left as it is.
    """

def quantise_dc(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    sensitivity: Sequence[float],
    lam: float,
    size_bits: Sequence[float],
    mcu: tuple[int, int],
    levels: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
) -> None:
    """
    Write the DC `levels` that minimise the same cost along the scan; 12 code lengths by size.
    """

def round_levels(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    levels: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
    threads: int = 1,
) -> None:
    """Write every coefficient's nearest level, half away from zero."""

def block_errors(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    used: tuple[int, int],
    threads: int = 1,
) -> NDArray[numpy.float32]:
    """
    Mean of (coefficient - step * level)^2 over each used block's 64, as an array of `used`.
    """

def block_contrast(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    hiding: Sequence[float],
    used: tuple[int, int],
    threads: int = 1,
) -> tuple[NDArray[numpy.float32], NDArray[numpy.float32]]:
    """
    What each used block's contrast hides, and its mean squared AC coefficient.

    Hidden error is sqrt(sum of hiding * coefficient^2 * share) / 32, `share` being how much of the
    block's variance its four quarters keep (PSNR-HVS-M; Ponomarenko et al., VPQM 2007).
    """

def expected_bits(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    worth: Sequence[float],
    used: tuple[int, int],
    threads: int = 1,
) -> float:
    """
    Roughly what AC levels will take; only ratios of it mean anything.

    The sum of 5 + log2(|coefficient| / step), straight between powers of two, over coefficients of
    half a step or more with weight * worth * coefficient^2 of 1 or more.
    """

def fit_steps(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    used: tuple[int, int],
    threads: int = 1,
) -> tuple[list[float], list[float]]:
    """
    Per frequency, the sums of w x c and of w x^2: their quotient is the least-squares step.
    """

def fill_padding(
    levels: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
) -> None:
    """Give blocks beyond `used` no AC and the DC of the block before them."""

def huffman_lengths(
    counts: Annotated[
        NDArray[numpy.int64], dict(shape=(256), order="C", device="cpu", writable=False)
    ],
) -> NDArray[numpy.uint8]:
    """
    Optimal JPEG code lengths of 256 symbols, at most 16 bits; 0 for those that do not occur.
    """

def scan_statistics(
    levels: Sequence[
        Annotated[
            NDArray[numpy.int16],
            dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
        ]
    ],
    height: int,
    width: int,
    chroma_420: bool,
    scans: Sequence[tuple[Sequence[int], int, int]],
    progressive: bool,
    threads: int = 1,
) -> list[tuple[NDArray[numpy.int64], int, int]]:
    """
    A scan's symbol counts (4, 256), its bits beside the symbols, its blocks that end in an EOB.

    Tables in order: luma DC, luma AC, chroma DC, chroma AC.
    """

def write_jpeg(
    levels: Sequence[
        Annotated[
            NDArray[numpy.int16],
            dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
        ]
    ],
    height: int,
    width: int,
    chroma_420: bool,
    tables: Sequence[Sequence[int]],
    scans: Sequence[tuple[Sequence[int], int, int]],
    progressive: bool,
    segments: bytes,
    threads: int = 1,
    counts: Sequence[
        Annotated[
            NDArray[numpy.int64], dict(shape=(4, 256), order="C", device="cpu", writable=False)
        ]
    ]
    | None = None,
) -> bytes:
    """
    The whole JPEG file with optimal Huffman tables; `segments` follow JFIF's own.

    `counts`: each scan's symbol counts where `scan_statistics` has found them for these levels.
    """
