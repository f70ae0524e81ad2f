"""What a file will take, from a sample of its blocks."""

from __future__ import annotations

import numpy as np
import pytest

from foveate.coders.jpeg.encode import Options, transform
from foveate.coders.jpeg.scripts import baseline_script, progressive_script
from foveate.coders.jpeg.targets.prediction import SizePrediction
from foveate.coders.jpeg.targets.sample import every
from foveate.coders.jpeg.trellis_passes import Encoder


def uneven(height: int, width: int) -> np.ndarray:
    """Texture that grows down the picture, so that rows take very different bytes."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 31) * np.cos(y / 17)
    noise = rng.normal(0, 1, (height, width, 3)) * (30 * (y / height) ** 3)[..., None]
    return np.clip(base[..., None] + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("scale", [8.0, 30.0])
def test_some_rows_tell_the_whole_files_bytes(scale: float, progressive: bool) -> None:
    blocks = transform(uneven(720, 512), None, Options())
    script = progressive_script(3) if progressive else baseline_script(3, chroma_420=True)
    tuning = Options().tuning
    sampled = every(3, blocks).of_blocks(blocks)
    whole, part = (Encoder(b, script, tuning, threads=2) for b in (blocks, sampled))
    prediction = SizePrediction(whole, part)
    assert not prediction.exact
    assert 0.2 < prediction.share < 0.4
    for _ in range(3):
        quantised = part.quantise(scale)
    predicted = prediction.size_bytes(quantised)
    whole.adopt(part)
    size = whole.quantise(scale).size_bytes
    assert predicted == pytest.approx(size, rel=0.012)
    counted = quantised.size_bytes / prediction.share
    assert abs(predicted - size) < abs(counted - size) / 4


def test_all_blocks_are_no_sample() -> None:
    blocks = transform(uneven(64, 64), None, Options())
    encoder = Encoder(blocks, progressive_script(3), Options().tuning, threads=1)
    prediction = SizePrediction(encoder, encoder)
    quantised = encoder.quantise(10.0)
    assert prediction.exact
    assert prediction.size_bytes(quantised) == quantised.size_bytes


def test_the_whole_picture_is_looked_at_again_where_scale_or_steps_have_moved() -> None:
    blocks = transform(uneven(720, 512), None, Options())
    sampled = every(3, blocks).of_blocks(blocks)
    script, tuning = progressive_script(3), Options().tuning
    whole, part = (Encoder(b, script, tuning, threads=2) for b in (blocks, sampled))
    prediction = SizePrediction(whole, part)
    prediction.size_bytes(part.quantise(8.0))
    for scale in (40.0, 30.0):
        for _ in range(3):
            quantised = part.quantise(scale)
            part.adapt_shape(quantised, 0.5 * scale)
        fresh = SizePrediction(Encoder(blocks, script, tuning, threads=2), part)
        assert prediction.size_bytes(quantised) == fresh.size_bytes(quantised)
        other = Encoder(blocks, script, tuning, threads=2)
        other.adopt(part)
        expected = other.expected_bits(quantised.scale, 1.0)
        assert prediction._expected[0] == expected
