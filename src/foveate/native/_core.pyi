"""
Foveate's encoder core; see foveate.native for what each function takes and gives.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy
from numpy.typing import NDArray

def end_within(seconds: float | None) -> None:
    """
    Let this thread's work here end after so many seconds, by OutOfTimeError; None: never.

    What a function changes in place is of no use once it ended so.
    """

def forward(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    chroma_420: bool,
    threads: int = 1,
) -> list[NDArray[numpy.int16]]:
    """
    DCT coefficients of every component of (H, W) grey or (H, W, 3) sRGB pixels.

    JFIF colour; chroma by 2x2 means when `chroma_420`; a flat block of value v has DC 8 (v - 128).
    """

def dering(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")
    ],
    used: tuple[int, int],
    steps: Sequence[float],
    threads: int = 1,
) -> bool:
    """
    Let luma `coefficients` aim beyond white and black, where decoders clip; tell if any do.

    Only blocks that hold white or black samples, but not one of them alone, are changed: so that
    steps of about this size, (64,) in zigzag order, leave less ringing in what is shown.
    `coefficients` and `used` are luma's, as `forward` and `used_blocks` give them for the same
    pixels.
    """

def sharpen_chroma(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    cb: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    cr: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
    threads: int = 1,
) -> bool:
    """
    Let coefficients of chroma at half the resolution be sharper; tell if any block is.

    Where the means of 2x2 pixels, interpolated as decoders do, lose strong edges of colour, blocks
    get those of the samples whose interpolation is nearest to the pixels, in least squares.
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

def quantise_ac_by_frequency(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32],
        dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
    ],
    steps: Sequence[float],
    lam: float,
    bands: Sequence[tuple[int, int, Sequence[float], float, float]],
    levels: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    used: tuple[int, int],
    threads: int = 1,
) -> None:
    """
    Write to `levels` what minimises the sum of weight * error^2 + lam * bits.

    As `quantise_ac`, but `weights`, not negative, are (rows, cols, 64), there is no masking, and
    the largest level of the next smaller size category is a candidate too.
    """

def fit_steps_by_frequency(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    weights: Annotated[
        NDArray[numpy.float32],
        dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
    ],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    used: tuple[int, int],
    threads: int = 1,
) -> tuple[list[float], list[float]]:
    """As `fit_steps`, with `weights` (rows, cols, 64)."""

def colour_slopes(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    threads: int = 1,
) -> NDArray[numpy.float32]:
    """
    The mean squared slope of X, Y and B - Y by Y, Cb and Cr in each 8x8 block of pixels.

    As an array (rows, cols, 3, 3): of SSIMULACRA 2's channels down, by JFIF's components across.
    Only every other row of pixels is looked at.
    """

def ssimulacra2(
    original: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    decoded: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)] | None,
    chroma_420: bool,
    slopes: Annotated[
        NDArray[numpy.float32],
        dict(shape=(None, None, 3, 3), order="C", device="cpu", writable=False),
    ],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, 3, 6), order="C", device="cpu", writable=False)
    ],
    luma_energies: Annotated[
        NDArray[numpy.float32], dict(shape=(2, None, 64), order="C", device="cpu", writable=False)
    ],
    chroma_energies: Annotated[
        NDArray[numpy.float32], dict(shape=(2, None, 64), order="C", device="cpu", writable=False)
    ],
    field: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ]
    | None = None,
    threads: int = 1,
    kept: Annotated[
        NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)
    ]
    | None = None,
) -> tuple[float, list[NDArray[numpy.float32]], list[NDArray[numpy.float32]]]:
    """
    SSIMULACRA 2's raw sum, and its gradient and curvature by a file's coefficients.

    Pixels are (H, W) or (H, W, 3), 8 or more a side; `decoded` None stands for no error yet, and
    then there is no gradient. `slopes` are the original's `colour_slopes`. `weights`: (scales, 3,
    6), for X, Y and B - Y those of the means and then of the 4-norms of structure lost, edges
    gained and edges lost. `energies`: (2, scales, 64), of basis vectors, for structure and edges.
    `field`: how much each luma block counts, positive. `kept`: the original's `seen_planes`.

    The curvature is what a unit of a coefficient's squared error adds to the sum, around the
    decoded picture, by a model that knows no other coefficient. The sum of a picture over about a
    megapixel is estimated from parts of it; `ssimulacra2_sums` tells it exactly.
    """

def seen_planes(
    pixels: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, 3, 6), order="C", device="cpu", writable=False)
    ],
    threads: int = 1,
) -> NDArray[numpy.float32]:
    """
    What SSIMULACRA 2 makes of an original, float32 (n,), to be looked at again and again.

    Of pixels (H, W) or (H, W, 3), 8 or more a side: the channels that count by `weights`, which are
    as for `ssimulacra2`, at each scale, and the same blurred. About 13 bytes a pixel, in an order
    of their own.
    """

def visible_error(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    hidden: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    reach: Sequence[float],
    sensitivity: Sequence[float],
    used: tuple[int, int],
    field: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ]
    | None = None,
    threads: int = 1,
) -> float:
    """
    The sum over used blocks of field * sensitivity * max(|error| - hidden * reach, 0)^2.

    `hidden` and `field` have one value for each stored block.
    """

def add_visible_error(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    hidden: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    reach: Sequence[float],
    sensitivity: Sequence[float],
    factor: float,
    hidden_share: float,
    gradient: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None, 64), order="C", device="cpu")
    ],
    curvature: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None, 64), order="C", device="cpu")
    ],
    used: tuple[int, int],
    field: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ]
    | None = None,
    threads: int = 1,
) -> None:
    """
    Add to `gradient` and `curvature` `factor` times those of `visible_error`.

    The gradient is by the decoded coefficients. The curvature is sensitivity times the visible
    share of each error, but `hidden_share` at the least.
    """

def frequency_means(
    curvature: Annotated[
        NDArray[numpy.float32],
        dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
    ],
    used: tuple[int, int],
    threads: int = 1,
) -> list[float]:
    """The mean of each of 64 frequencies over the used blocks."""

def mix_weights(
    anchor: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    table: Sequence[float],
    unit: float,
    share: float,
    curvature: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None, 64), order="C", device="cpu")
    ],
    threads: int = 1,
) -> None:
    """
    Turn `curvature` into (1 - share) * curvature / unit + share * anchor * table.

    `anchor` has one value a block, `table` one a frequency.
    """

def move_targets(
    coefficients: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    steps: Sequence[float],
    levels: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    gradient: Annotated[
        NDArray[numpy.float32],
        dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
    ],
    anchor: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    table: Sequence[float],
    unit: float,
    share: float,
    rate: float,
    limit: float,
    memory: float,
    curvature: Annotated[
        NDArray[numpy.float32], dict(shape=(None, None, 64), order="C", device="cpu")
    ],
    targets: Annotated[NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu")],
    threads: int = 1,
) -> None:
    """
    Mix weights as `mix_weights` does, and move `targets` towards the least of the model.

    The model is the gradient and curvature around step * level and, with weight share * anchor *
    table, the squared error. A target goes `rate` of the way from the coefficient to the least, no
    further than `limit` steps, and keeps `memory` of where it was.
    """

def butteraugli(
    original: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    decoded: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    threads: int = 1,
) -> NDArray[numpy.float32]:
    """
    How visible the difference of two pictures is at each pixel, by Butteraugli: (H, W) float32.

    Pixels are (H, W) grey or (H, W, 3) sRGB, on a screen of 80 candelas a square metre.
    """

def ssimulacra2_sums(
    original: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    decoded: Annotated[NDArray[numpy.uint8], dict(order="C", device="cpu", writable=False)],
    weights: Annotated[
        NDArray[numpy.float32], dict(shape=(None, 3, 6), order="C", device="cpu", writable=False)
    ],
    fields: Sequence[
        Annotated[
            NDArray[numpy.float32],
            dict(shape=(None, None), order="C", device="cpu", writable=False),
        ]
        | None
    ],
    threads: int = 1,
    kept: Annotated[
        NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)
    ]
    | None = None,
) -> list[float]:
    """
    SSIMULACRA 2's raw sums alone, one for each field, of pictures 8 or more a side.

    `weights` are as for `ssimulacra2`. A field tells how much each 8x8 block counts, not negative;
    None: all blocks count alike. `kept`: the original's `seen_planes`, which save half of the time.
    """

def stored_levels(
    data: bytes, most_scans: int, most_blocks: int
) -> tuple[
    int,
    int,
    bool,
    int,
    bool,
    int,
    list[tuple[int, tuple[int, int], tuple[int, int], NDArray[numpy.int16], NDArray[numpy.uint16]]],
]:
    """
    What a JPEG file stores: height, width, whether it is progressive, restart interval,
    whether every bit is stored, the bytes up to its EOI, and for each component its id, sampling
    (across, down), used blocks, levels and quantisation steps.

    ValueError says why a file is not read: its kind is not known here, it is damaged, or it is
    beyond the limits.
    """

def stored_scan_statistics(
    levels: Sequence[
        Annotated[
            NDArray[numpy.int16],
            dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
        ]
    ],
    used: Sequence[tuple[int, int]],
    sampling: Sequence[tuple[int, int]],
    classes: Sequence[int],
    scans: Sequence[tuple[Sequence[int], int, int, int, int]],
    progressive: bool,
    restart_interval: int = 0,
    threads: int = 1,
) -> list[tuple[NDArray[numpy.int64], int, int]]:
    """
    The statistics of each scan (components, first, last, high, low), as `scan_statistics` has them.
    """

def stored_scans(
    levels: Sequence[
        Annotated[
            NDArray[numpy.int16],
            dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
        ]
    ],
    used: Sequence[tuple[int, int]],
    sampling: Sequence[tuple[int, int]],
    ids: Sequence[int],
    classes: Sequence[int],
    scans: Sequence[tuple[Sequence[int], int, int, int, int]],
    progressive: bool,
    restart_interval: int = 0,
    threads: int = 1,
) -> bytes:
    """
    Huffman tables, header and coded data of each scan (components, first, last, high, low).
    """

def intra_residuals(
    luma: Annotated[
        NDArray[numpy.uint8], dict(shape=(None, None), order="C", device="cpu", writable=False)
    ],
    threads: int = 1,
) -> NDArray[numpy.int16]:
    """
    What AV1's best intra predictor leaves of each 8x8 block: int16 (rows, cols, 64).

    Coefficients in zigzag order, in eighths. Predictions come from `luma`, uint8 (H, W), itself.
    """

def level_bits(
    residuals: Annotated[
        NDArray[numpy.int16], dict(shape=(None, None, 64), order="C", device="cpu", writable=False)
    ],
    dc_step: int,
    ac_step: int,
    threads: int = 1,
) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32]]:
    """
    About the bits of each block's levels, and its largest AC level: int32 (rows, cols) each.

    Steps are in eighths, as `residuals` are.
    """

def huffman_lengths(
    counts: Annotated[
        NDArray[numpy.int64], dict(shape=(256), order="C", device="cpu", writable=False)
    ],
) -> NDArray[numpy.uint8]:
    """
    Optimal JPEG code lengths of 256 symbols, at most 16 bits; 0 for those that do not occur.
    """

def symbol_bits(
    counts: Annotated[
        NDArray[numpy.int64], dict(shape=(256), order="C", device="cpu", writable=False)
    ],
    unseen: float,
) -> list[float]:
    """
    What each of 256 symbols costs: its optimal code length in bits.

    Symbols that do not occur cost `unseen` bits more than the dearest that does, at most 16; where
    none occurs, all cost 8.
    """

def coded_size(
    counts: Annotated[
        NDArray[numpy.int64], dict(shape=(4, 256), order="C", device="cpu", writable=False)
    ],
) -> tuple[list[int], int]:
    """
    The symbols in each of a scan's four tables, and the bits of all that is coded with them.

    `counts`: (4, 256), as `scan_statistics` gives them.
    """

def inverse(
    levels: Sequence[
        Annotated[
            NDArray[numpy.int16],
            dict(shape=(None, None, 64), order="C", device="cpu", writable=False),
        ]
    ],
    height: int,
    width: int,
    chroma_420: bool,
    tables: Sequence[Sequence[float]],
    threads: int = 1,
) -> NDArray[numpy.uint8]:
    """
    The uint8 pixels, (H, W) or (H, W, 3), that a decoder shows of these levels.

    Chroma is interpolated as libjpeg does it; decoders with integer DCTs differ by about 1.
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
