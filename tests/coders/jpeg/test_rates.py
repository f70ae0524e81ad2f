"""The rate model charges the trellis what the file will really take."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from foveate.coders.jpeg.encode import Options, transform
from foveate.coders.jpeg.rates import Rates, scan_size
from foveate.coders.jpeg.scripts import baseline_script, progressive_script
from foveate.coders.jpeg.trellis_passes import Encoder, Quantised
from photos import photo


def passes(scale: float, *, progressive: bool) -> tuple[Encoder, Quantised]:
    """An encoder after a few passes over a small grey picture with empty and busy blocks."""
    pixels = photo(160, 224)[..., 0]
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 25, pixels.shape) * (np.arange(224) > 150)
    blocks = transform(np.clip(pixels + noise, 0, 255).astype(np.uint8), None, Options())
    script = progressive_script(1) if progressive else baseline_script(1, chroma_420=False)
    encoder = Encoder(blocks, script, Options().tuning, threads=1)
    for _ in range(4):
        quantised = encoder.quantise(scale)
    return encoder, quantised


def charged_bits(rates: Rates, levels: np.ndarray) -> float:
    """What the trellis reckons that these levels (rows, cols, 64) of one component take."""
    total = 0.0
    for first, last, bits, empty_block, end_of_block in rates.bands[0]:
        for block in levels.reshape(-1, 64)[:, first : last + 1]:
            coded = np.flatnonzero(block)
            if coded.size == 0:
                total += empty_block
                continue
            before = -1
            for at in coded:
                zeros, size = at - before - 1, int(abs(int(block[at]))).bit_length()
                total += (zeros // 16) * bits[0xF0] + bits[(zeros % 16) << 4 | size] + size
                before = at
            if before < last - first:
                total += end_of_block
    dc = levels[..., 0].reshape(-1).astype(int)
    for difference in np.diff(dc, prepend=0):
        size = int(abs(difference)).bit_length()
        total += rates.dc_sizes[0][size] + size
    return total


@pytest.mark.parametrize("scale", [6.0, 16.0, 40.0])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_bits_charged_are_those_of_the_scans(scale, progressive):
    encoder, quantised = passes(scale, progressive=progressive)
    rows, cols = encoder.blocks.components[0].used
    charged = charged_bits(encoder.rates, quantised.levels[0][:rows, :cols])
    coded = sum(scan_size(statistics)[1] for statistics in quantised.statistics)
    assert charged == pytest.approx(coded, rel=0.02 if progressive else 1e-9)


@pytest.mark.parametrize("scale", [6.0, 40.0])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_bytes_counted_are_those_of_the_file(scale, progressive):
    encoder, quantised = passes(scale, progressive=progressive)
    file = encoder.write(quantised, b"")
    stuffed = file.count(b"\xff\x00")
    colour_only = 69 + 6  # a second table and two components more in the header
    assert len(file) - stuffed == pytest.approx(quantised.size_bytes - colour_only, abs=4)
    assert len(file) - stuffed == quantised.least_bytes


@pytest.mark.parametrize("scale", [16.0, 40.0])
def test_an_empty_block_takes_a_share_of_its_run_only(scale):
    encoder, quantised = passes(scale, progressive=True)
    rows, cols = encoder.blocks.components[0].used
    levels = quantised.levels[0][:rows, :cols]
    empty = ~levels[..., 3:].any(axis=2)
    _, _, _, empty_block, end_of_block = encoder.rates.bands[0][-1]
    assert empty.mean() > 0.3
    assert 0 <= empty_block < 0.5 * end_of_block


def test_chromas_dc_costs_what_chromas_scan_takes():
    """Of a grey picture all of chroma's differences are 0, and luma's are not."""
    grey = np.repeat(photo(160, 224)[..., :1], 3, axis=2)
    blocks = transform(grey, None, Options())
    encoder = Encoder(blocks, progressive_script(3), Options().tuning, threads=1)
    encoder.quantise(6.0)
    luma, *chroma = (sizes[0] for sizes in encoder.rates.dc_sizes)
    assert max(chroma) <= 1 < luma


def test_dc_is_chosen_in_the_order_in_which_the_file_has_it():
    """Baseline 4:2:0 interleaves two by two luma blocks; another order costs the trellis more."""
    pixels = photo(320, 320)
    blocks = transform(pixels, None, Options())
    script = baseline_script(3, chroma_420=True)
    sizes = []
    for each in (script, dataclasses.replace(script, mcu_blocks=1)):
        encoder = Encoder(blocks, each, Options().tuning, threads=1)
        for _ in range(3):
            quantised = encoder.quantise(24.0, lambda_factor=4.0)
        sizes.append(quantised.size_bytes)
    assert sizes[0] < sizes[1]
