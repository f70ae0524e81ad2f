"""SSIMULACRA 2 and PSNR-HVS-M with gradient and curvature: the native core's against the twin's."""

from __future__ import annotations

import eye_twin
import numpy as np
import pytest
from native_inputs import pixels_of
from PIL import Image

from foveate import native
from foveate.coders.jpeg.headers import opened_jpeg
from foveate.coders.plain.masking import HIDING_REACH, block_contrast
from foveate.coders.plain.pillow_jpeg import pillow_jpeg
from foveate.metrics.quality import psnr_hvs_m, ssimulacra2
from photos import photo

HEIGHT, WIDTH = 141, 150
SCALES = 5


def pair(quality: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """A photograph, and what a decoder shows of it."""
    pixels = photo(HEIGHT, WIDTH)
    return pixels, np.asarray(opened_jpeg(pillow_jpeg(Image.fromarray(pixels), quality=quality)))


def energies(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (2, SCALES, 64)).astype(np.float32)


def field() -> np.ndarray:
    shape = (-(-HEIGHT // 8), -(-WIDTH // 8))
    return np.random.default_rng(4).uniform(0.2, 3, shape).astype(np.float32)


def seen(
    original: np.ndarray,
    decoded: np.ndarray | None,
    *,
    chroma_420: bool = True,
    block_field: np.ndarray | None = None,
    threads: int = 1,
) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
    return native.ssimulacra2(
        original,
        decoded,
        chroma_420,
        native.colour_slopes(original),
        eye_twin.scale_weights(SCALES),
        energies(1),
        energies(2),
        block_field,
        threads,
    )


@pytest.mark.parametrize("quality", [10, 50, 90])
def test_the_raw_sum_is_the_twins_and_the_metrics(quality):
    original, decoded = pair(quality)
    raw = seen(original, decoded)[0]
    theirs = eye_twin.raw_sum(original, decoded, eye_twin.scale_weights(SCALES))
    assert raw == pytest.approx(theirs, rel=1e-3)
    error = 0.9562382616834844 * raw
    error *= 2.326765642916932 - 0.020884521182843837 * error + 6.248496625763138e-05 * error**2
    score = 100 - 10 * error**0.6276336467831387
    assert score == pytest.approx(ssimulacra2(original, decoded, data_range=255), abs=0.03)


def test_the_field_says_how_much_each_block_counts():
    original, decoded = pair()
    raw = seen(original, decoded, block_field=field())[0]
    weights = eye_twin.scale_weights(SCALES)
    assert raw == pytest.approx(eye_twin.raw_sum(original, decoded, weights, field()), rel=1e-3)
    assert abs(raw / seen(original, decoded)[0] - 1) > 0.003
    assert seen(original, decoded, block_field=np.full_like(field(), 7.0))[0] == pytest.approx(
        seen(original, decoded)[0], rel=1e-5
    )


Place = tuple[int, int, int]
"""Row and column of a block, and a zigzag index."""


def directions(component: int, *, chroma_420: bool) -> list[dict[Place, float]]:
    """Ways to move a component's coefficients: one of them, one at the corner, and many."""
    halved = component > 0 and chroma_420
    rows, cols = (-(-side // (16 if halved else 8)) for side in (HEIGHT, WIDTH))
    rng = np.random.default_rng(5 + component)
    many = zip(*(rng.integers(0, most, 30).tolist() for most in (rows, cols, 64)), strict=True)
    return [
        {(rows - 1, cols - 1, 0): 1.0},
        {(rows // 2, cols // 3, 3): 1.0},
        {place: float(rng.normal()) for place in many},
    ]


@pytest.mark.parametrize(
    ("chroma_420", "with_field"), [(True, False), (True, True), (False, False)]
)
def test_the_gradient_is_what_small_differences_show(chroma_420, with_field):
    original, decoded = pair()
    weights = eye_twin.scale_weights(SCALES)
    blocks = field() if with_field else None
    _, gradients, _ = seen(original, decoded, chroma_420=chroma_420, block_field=blocks)
    for component, gradient in enumerate(gradients):
        for direction in directions(component, chroma_420=chroma_420):
            step = 0.01 * sum(
                share
                * eye_twin.moved_samples(component, place, (HEIGHT, WIDTH), chroma_420=chroma_420)
                for place, share in direction.items()
            )
            high, low = (
                eye_twin.raw_sum(original, decoded + sign * step, weights, blocks)
                for sign in (1, -1)
            )
            ours = sum(share * float(gradient[place]) for place, share in direction.items())
            size = np.sqrt(np.mean(gradient**2) * len(direction))
            assert ours == pytest.approx((high - low) / 0.02, rel=0.01, abs=0.01 * float(size))


@pytest.mark.parametrize("with_decoded", [False, True])
@pytest.mark.parametrize("with_field", [False, True])
def test_the_curvature_is_the_twins(with_decoded, with_field):
    original, decoded = pair()
    other = decoded if with_decoded else None
    blocks = field() if with_field else None
    raw, gradients, curvatures = seen(original, other, block_field=blocks)
    maps = eye_twin.curvature_maps(original, other, eye_twin.scale_weights(SCALES), blocks)
    theirs = eye_twin.luma_curvature(maps, native.colour_slopes(original), energies(1))
    rows, cols = theirs.shape[:2]
    np.testing.assert_allclose(curvatures[0][:rows, :cols], theirs, rtol=5e-3)
    if not with_decoded:
        assert (raw, gradients) == (0, [])


def test_halved_chroma_has_the_mean_curvature_of_its_four_luma_blocks():
    original, decoded = pair()
    fine = seen(original, decoded, chroma_420=False)[2][1]
    coarse = seen(original, decoded, chroma_420=True)[2][1]
    rows, cols = HEIGHT // 16, WIDTH // 16
    means = fine[: 2 * rows, : 2 * cols].reshape(rows, 2, cols, 2, 64).mean(axis=(1, 3))
    np.testing.assert_allclose(coarse[:rows, :cols], means, rtol=1e-4)


def test_slopes_are_what_small_differences_show():
    pixels = pixels_of(16, 24, 3)
    slopes = native.colour_slopes(pixels)
    for component in range(3):
        step = 0.01 * eye_twin.RGB_OF_YCC[:, component]
        up, down = (eye_twin.scales_of(pixels + sign * step, 1)[0] for sign in (1, -1))
        for channel, (high, low) in enumerate(zip(up, down, strict=True)):
            squares = ((high - low) / 0.02) ** 2
            means = squares.reshape(2, 8, 3, 8)[:, ::2].mean(axis=(1, 3))
            np.testing.assert_allclose(
                slopes[:, :, channel, component], means, rtol=2e-3, atol=1e-12
            )


def test_sums_are_those_that_come_with_the_gradient():
    original, decoded = pair()
    weights, own = eye_twin.scale_weights(SCALES), field()
    sums = native.ssimulacra2_sums(original, decoded, weights, [None, own, None], 2)
    assert sums[0] == sums[2] == seen(original, decoded)[0]
    assert sums[1] == seen(original, decoded, block_field=own)[0]
    assert sums[1] != sums[0]


@pytest.mark.parametrize("size", [(HEIGHT, WIDTH), (64, 256), (80, 517), (200, 257), (9, 16)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_what_is_kept_of_an_original_changes_no_number(size, channels, threads):
    original = pixels_of(*size, channels)
    noise = np.random.default_rng(6).integers(-20, 20, original.shape)
    decoded = np.clip(original + noise, 0, 255).astype(np.uint8)
    scales = 4 if size == (9, 16) else SCALES
    weights = eye_twin.scale_weights(scales)
    own = np.random.default_rng(7).uniform(0.2, 3, [-(-side // 8) for side in size])
    fields = [None, own.astype(np.float32), (own > 1.5).astype(np.float32)]
    kept = native.seen_planes(original, weights, threads)
    sums = native.ssimulacra2_sums(original, decoded, weights, fields, threads, kept)
    assert sums == native.ssimulacra2_sums(original, decoded, weights, fields)
    common = (True, native.colour_slopes(original), weights, energies(1)[:, :scales])
    for copy in (None, decoded):
        calls = [
            native.ssimulacra2(
                original, copy, *common, energies(2)[:, :scales], fields[1], threads, planes
            )
            for planes in (None, kept)
        ]
        assert calls[0][0] == calls[1][0]
        for each, same in zip(calls[0][1] + calls[0][2], calls[1][1] + calls[1][2], strict=True):
            np.testing.assert_array_equal(each, same)


def test_the_sum_of_a_large_picture_is_estimated_from_parts_of_it():
    rng = np.random.default_rng(5)
    original = rng.integers(60, 190, (1600, 1300), dtype=np.uint8)
    decoded = (original + rng.integers(-9, 10, original.shape)).astype(np.uint8)
    (exact,) = native.ssimulacra2_sums(original, decoded, eye_twin.scale_weights(SCALES), [None])
    estimate = seen(original, decoded)[0]
    assert estimate != exact
    assert estimate == pytest.approx(exact, rel=0.02)


def test_a_grey_picture_is_seen_as_three_equal_channels():
    original, decoded = (np.ascontiguousarray(p[..., 1]) for p in pair())
    raw, gradients, curvatures = seen(original, decoded)
    colour = [np.repeat(p[..., None], 3, axis=2) for p in (original, decoded)]
    same = seen(*colour)
    assert raw == same[0]
    assert len(gradients) == len(curvatures) == 1
    rows, cols = gradients[0].shape[:2]
    np.testing.assert_array_equal(gradients[0], same[1][0][:rows, :cols])
    np.testing.assert_array_equal(curvatures[0], same[2][0][:rows, :cols])


@pytest.mark.parametrize("threads", [2, 7])
def test_the_number_of_threads_never_changes_what_is_seen(threads):
    original, decoded = pair()
    one, many = (seen(original, decoded, block_field=field(), threads=n) for n in (1, threads))
    assert one[0] == many[0]
    for first, second in zip([*one[1], *one[2]], [*many[1], *many[2]], strict=True):
        np.testing.assert_array_equal(first, second)


def coded_luma() -> tuple[np.ndarray, list[float], np.ndarray, tuple[int, int]]:
    """Coefficients of a picture's luma, steps, rounded levels, and the used blocks."""
    original, _ = pair()
    coefficients = native.forward(original, True)[0]
    used = native.used_blocks(HEIGHT, WIDTH, 3, True)[0]
    steps = [20.0] * 64
    levels = np.zeros_like(coefficients)
    native.round_levels(coefficients, steps, levels, used)
    return coefficients, steps, levels, used


def on_grid(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.pad(values, [(0, a - b) for a, b in zip(shape, values.shape, strict=True)], "edge")


@pytest.mark.parametrize("with_field", [False, True])
def test_visible_error_and_its_gradient_and_curvature_are_the_twins(with_field):
    coefficients, steps, levels, used = coded_luma()
    rng = np.random.default_rng(6)
    shape = coefficients.shape[:2]
    hidden, counts = (rng.uniform(0, 3, shape).astype(np.float32) for _ in range(2))
    blocks = counts if with_field else None
    reach, sensitivity = (rng.uniform(0, 2, 64) for _ in range(2))
    arguments = (coefficients, steps, levels, hidden, reach.tolist(), sensitivity.tolist())
    total = native.visible_error(*arguments, used, blocks, 2)
    gradient, curvature = (np.zeros(coefficients.shape, np.float32) for _ in range(2))
    native.add_visible_error(*arguments, 0.5, 0.15, gradient, curvature, used, blocks, 2)

    def twin(plain: np.ndarray) -> np.ndarray:
        error = plain - 20.0 * levels
        cost = eye_twin.visible(error, hidden, reach, sensitivity)[1]
        return cost * (counts[..., None] if with_field else 1.0)

    plain = coefficients / native.COEFFICIENT_UNITS
    inside = tuple(slice(side) for side in used)
    assert total == pytest.approx(twin(plain)[inside].sum(), rel=1e-4)
    # By the decoded coefficient: minus that by the original's.
    slope = -(twin(plain + 1e-4) - twin(plain - 1e-4)) / 2e-4
    np.testing.assert_allclose(gradient[inside], 0.5 * slope[inside], rtol=2e-3, atol=2e-3)
    size = np.abs(plain - 20.0 * levels)
    shown = eye_twin.visible(plain - 20.0 * levels, hidden, reach, sensitivity)[0]
    bend = 0.5 * sensitivity * (0.15 + 0.85 * shown / (size + 1e-3))
    bend *= counts[..., None] if with_field else 1.0
    np.testing.assert_allclose(curvature[inside], bend[inside], rtol=1e-3, atol=1e-6)
    outside = np.ones(shape, bool)
    outside[inside] = False
    assert not gradient[outside].any()


def test_visible_error_is_psnr_hvs_m_where_the_original_masks():
    """The metric takes the larger of both pictures' masking, which seldom is the decoded one's."""
    coefficients, steps, levels, used = coded_luma()
    own, _ = block_contrast(coefficients, used, threads=1)
    hidden = on_grid(own, coefficients.shape[:2])
    reach = HIDING_REACH.copy()
    reach[0] = 0.0  # of DC nothing is hidden
    sensitivity = (25.735 / (10 * np.sqrt(HIDING_REACH))) ** 2
    error = native.visible_error(
        coefficients, steps, levels, hidden, reach.tolist(), sensitivity.tolist(), used
    )
    decibels = 10 * np.log10(255**2 * 64 * used[0] * used[1] / error)
    grey = native.inverse(
        [levels[: used[0], : used[1]].copy()], 8 * used[0], 8 * used[1], False, [steps]
    )
    original = native.inverse(
        [np.rint(coefficients / 32)[: used[0], : used[1]].astype(np.int16)],
        8 * used[0],
        8 * used[1],
        False,
        [[1.0] * 64],
    )
    assert decibels == pytest.approx(psnr_hvs_m(original, grey, data_range=255), abs=0.15)


@pytest.mark.parametrize("size", [(141, 150), (16, 16), (9, 70), (33, 5), (17, 3), (1, 1)])
@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_decoded_pixels_are_libjpegs(size, subsampling):
    height, width = size
    pixels = pixels_of(height, width, 3)
    chroma_420 = subsampling == "420"
    levels = native.forward(pixels, chroma_420)
    used = native.used_blocks(height, width, 3, chroma_420)
    chosen = [np.zeros_like(each) for each in levels]
    for own, out, part in zip(levels, chosen, used, strict=True):
        native.round_levels(own, [12.0] * 64, out, part)
        native.fill_padding(out, part)
    scans = [((0, 1, 2), 0, 63)]
    data = native.write_jpeg(chosen, height, width, chroma_420, [[12] * 64] * 2, scans, False, b"")
    theirs = np.asarray(opened_jpeg(data)).astype(int)
    ours = native.inverse(chosen, height, width, chroma_420, [[12.0] * 64] * 2, 2)
    assert ours.dtype == np.uint8
    difference = np.abs(ours - theirs)
    assert difference.max() <= 3
    assert difference.mean() < 0.25
