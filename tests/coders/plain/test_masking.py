"""What a block's contrast hides is what PSNR-HVS-M lets it hide."""

from __future__ import annotations

import numpy as np
from psnr_hvsm.numpy import psnr_hvs_hvsm

from foveate import native
from foveate.coders.jpeg.tables import ZIGZAG
from foveate.coders.plain.masking import HIDING_REACH, block_contrast, busyness


def block_of(rng: np.random.Generator) -> np.ndarray:
    """A textured block, half of it flat, whose samples stay inside 8 bits under small errors."""
    block = rng.uniform(70, 190, (8, 8))
    block[:, 4:] = 120
    return block


def coefficients_of(block: np.ndarray) -> np.ndarray:
    return native.forward(np.rint(block).astype(np.uint8), False, 1)[0]


def contrast_of(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return block_contrast(coefficients_of(block), (1, 1), threads=1)


def basis(row: int, column: int) -> np.ndarray:
    sample = np.arange(8)
    waves = [0.5 * np.cos((2 * sample + 1) * k * np.pi / 16) for k in (row, column)]
    return np.outer(
        *[w / np.sqrt(2) if k == 0 else w for w, k in zip(waves, (row, column), strict=True)]
    )


def test_an_error_just_inside_the_hidden_one_is_not_seen_and_one_beyond_is() -> None:
    block = np.rint(block_of(np.random.default_rng(2)))
    hidden = float(contrast_of(block)[0][0, 0])
    for row, column in ((0, 1), (3, 2), (5, 5)):
        limit = hidden * HIDING_REACH[np.argsort(ZIGZAG)[8 * row + column]]
        for factor, seen in ((0.9, False), (1.5, True)):
            copy = block + factor * limit * basis(row, column)
            _, psnr_hvs_m = psnr_hvs_hvsm(block / 255, copy / 255)
            assert (psnr_hvs_m < 90) == seen, (row, column, factor, psnr_hvs_m)


def test_a_flat_block_hides_nothing() -> None:
    hidden, mean_square = contrast_of(np.full((8, 8), 77.0))
    assert hidden[0, 0] == 0
    assert busyness(mean_square, 30.0)[0, 0] == np.log(np.float32(30))
