"""The encoder for eyes: what its loop gains at equal bytes, and the targets that it meets."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from foveate import native
from foveate.coders.jpeg.encode import Options
from foveate.coders.jpeg.eyes.basis import basis_energies
from foveate.coders.jpeg.eyes.encode import encode_for_eyes, eye_encoder, scout_in
from foveate.coders.jpeg.eyes.loop import looped, settled
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.eyes.quality_target import _Limits, meet_quality, plain_levels
from foveate.coders.jpeg.tables import ZIGZAG
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.trellis_passes import statistics_of
from foveate.coders.plain.pillow_jpeg import bytes_at_quality, plain_jpeg
from foveate.errors import TargetError
from foveate.metrics.quality import psnr_hvs_m, ssimulacra2
from foveate.metrics.quality.eye_weights import SSIMULACRA2_WINDOW, scale_weights


def picture(height: int = 144, width: int = 176, *, grey: bool = False) -> np.ndarray:
    """Shading, edges, colours, and texture that grows to the right."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 31) * np.cos(y / 23) + 40 * ((x // 29 + y // 37) % 2)
    texture = rng.normal(0, 1, (height, width)) * (2 + 14 * x / width)
    planes = [np.roll(base, 9 * c, axis=0) + texture for c in range(3)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels[..., 0]) if grey else pixels


def disc_weights(pixels: np.ndarray) -> np.ndarray:
    """Block weights that rise to the upper left, of geometric mean 1."""
    rows, cols = (-(-side // 8) for side in pixels.shape[:2])
    y, x = np.mgrid[:rows, :cols]
    logs = -2.0 * (y / rows + x / cols)
    return np.exp(logs - logs.mean()).astype(np.float32)


def within(size: int) -> BytesTarget:
    return BytesTarget(int(np.ceil(0.991 * size)), round(0.9965 * size), size)


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def made(pixels: np.ndarray, rounds: int, *, like_quality: int = 50, **options: object) -> bytes:
    target = within(bytes_at_quality(pixels, like_quality))
    return encode_for_eyes(pixels, None, target, Options(**options), rounds=rounds).data


def text() -> np.ndarray:
    """Lines of letters, black on white, whose edges are smooth."""
    image = Image.new("L", (384, 256), 255)
    drawn = ImageDraw.Draw(image)
    for line in range(9):
        drawn.text((6, 4 + 28 * line), "Where people look 0123456789", fill=0, font_size=20)
    return np.asarray(image)


@pytest.mark.parametrize("rounds", [0, 2])
def test_text_on_white_rings_less_where_the_file_aims_beyond_white(rounds, monkeypatch):
    pixels = text()

    def told() -> tuple[float, float]:
        seen = decoded(made(pixels, rounds, like_quality=40))
        stained = np.abs(seen.astype(int) - 255)[pixels == 255] > 8
        return float(stained.mean()), ssimulacra2(pixels, seen, data_range=255)

    stained, score = told()
    monkeypatch.setattr(EyeEncoder, "aim", lambda self, scale: None)
    stained_otherwise, otherwise = told()
    assert stained < 0.8 * stained_otherwise
    assert score > otherwise + 1.5


@pytest.mark.parametrize("rounds", [0, 2])
def test_lines_in_colour_look_better_with_sharper_chroma(rounds, monkeypatch):
    pixels = np.stack([text()] * 3, -1)
    pixels[..., 0] = np.maximum(pixels[..., 0], 200)  # red letters

    def score() -> float:
        seen = decoded(made(pixels, rounds, like_quality=60))
        return ssimulacra2(pixels, seen, data_range=255)

    sharp = score()
    monkeypatch.setattr(native, "sharpen_chroma", lambda *_: False)
    assert sharp > score() + 1.5


def test_at_equal_bytes_every_look_makes_the_picture_look_better():
    pixels = picture()
    scores = [
        ssimulacra2(pixels, decoded(made(pixels, rounds)), data_range=255) for rounds in (0, 2, 6)
    ]
    plain = ssimulacra2(pixels, decoded(plain_jpeg(pixels, 50)), data_range=255)
    assert scores[0] > plain + 5
    assert scores[1] > scores[0] + 0.5
    assert scores[2] > scores[1]


def test_the_loop_keeps_the_error_that_contrast_does_not_hide_low():
    pixels = picture()
    first, looped_twice = (
        psnr_hvs_m(pixels, decoded(made(pixels, rounds)), data_range=255) for rounds in (0, 2)
    )
    assert looped_twice > first


@pytest.mark.parametrize("rounds", [0, 2])
@pytest.mark.parametrize(
    "options",
    [{}, {"chroma_420": False}, {"progressive": False}],
    ids=["420", "444", "baseline"],
)
@pytest.mark.parametrize("quality", [10, 90])
def test_a_byte_target_is_met(quality, options, rounds):
    pixels = picture(123, 161)
    most = bytes_at_quality(pixels, quality)
    data = made(pixels, rounds, like_quality=quality, **options)
    assert 0.99 * most <= len(data) <= most
    assert decoded(data).shape == pixels.shape


def test_a_grey_picture_is_coded_too():
    pixels = picture(80, 64, grey=True)
    data = made(pixels, 2)
    assert decoded(data).shape == pixels.shape
    assert len(data) <= bytes_at_quality(pixels, 50)


@pytest.mark.parametrize("rounds", [0, 2])
def test_the_number_of_threads_never_changes_the_bytes(rounds):
    pixels = picture()
    assert made(pixels, rounds, threads=1) == made(pixels, rounds, threads=3)


def test_with_a_map_what_matters_looks_better():
    pixels = picture()
    weights = disc_weights(pixels)
    target = within(bytes_at_quality(pixels, 50))
    plain, mapped = (
        encode_for_eyes(pixels, own, target, Options(), rounds=2).data for own in (None, weights)
    )

    def pooled(data: bytes, field: np.ndarray | None) -> float:
        scales = scale_weights(*pixels.shape[:2])[:4]
        return native.ssimulacra2_sums(pixels, decoded(data), scales, [field])[0]

    assert pooled(mapped, weights**2) < 0.97 * pooled(plain, weights**2)
    assert pooled(mapped, None) < 1.35 * pooled(plain, None)


@pytest.mark.parametrize(("quality", "rounds"), [(30, 0), (30, 2), (80, 2)])
def test_a_quality_target_looks_no_worse_than_plain_jpeg_and_takes_fewer_bytes(quality, rounds):
    pixels = picture()
    plain = plain_jpeg(pixels, quality)
    target = PlainQuality(quality, quality)
    data = encode_for_eyes(pixels, None, target, Options(), rounds=rounds).data
    ours, theirs = (ssimulacra2(pixels, decoded(d), data_range=255) for d in (data, plain))
    assert ours > theirs - 0.2  # decoders with integer DCTs differ from ours by about 1
    assert len(data) < 0.97 * len(plain)


def test_no_map_takes_the_anchor_of_colour_from_the_background():
    pixels = picture()
    even, mapped = (eye_encoder(pixels, own, Options()) for own in (None, disc_weights(pixels)))
    for i in (1, 2):
        share = mapped._anchors[i] / even._anchors[i]
        assert share.min() == pytest.approx(1.0, rel=0.1)
        assert share.max() > 2
    assert (mapped._anchors[0] / even._anchors[0]).min() < 0.5


@pytest.mark.parametrize(("quality", "floor", "rounds"), [(80, 50, 1), (30, 10, 0)])
def test_where_people_look_the_quality_is_kept_and_the_background_keeps_the_floor(
    quality, floor, rounds
):
    pixels = picture()
    weights = disc_weights(pixels)
    encoder = eye_encoder(pixels, weights, Options())
    loose, strict = (
        encode_for_eyes(
            pixels, weights, PlainQuality(quality, least), Options(), rounds=rounds
        ).data
        for least in (floor, quality)
    )
    assert len(loose) < 0.97 * len(strict)
    seen = settled(encoder, 4.0, 2)
    fine, coarse = (encoder.model.structure(plain_levels(encoder, q)) for q in (quality, floor))
    assert fine < coarse
    assert encoder.model.structure(seen) == [encoder.model.seen(seen).structure]


def test_what_is_kept_of_an_original_is_of_that_one_alone(monkeypatch):
    pictures = picture(64, 96), picture(64, 96)[::-1].copy(), picture(96, 64)

    def sums() -> list[float]:
        """What is seen of each, at one scale, and of all errors before any."""
        found = []
        for pixels in pictures:
            encoder = eye_encoder(pixels, None, Options())
            found += encoder.model.structure(settled(encoder, 6.0, 1))
            found.append(float(encoder.model.curvature_without_error()[0].sum()))
        return found

    kept = sums()
    monkeypatch.setattr("foveate.coders.jpeg.eyes.model._KEPT_PIXELS", 0)
    assert kept == sums()


def test_too_few_bytes_are_told():
    with pytest.raises(TargetError, match="too few"):
        encode_for_eyes(picture(), None, within(300), Options(), rounds=2)


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (16, 16), (17, 300)])
def test_small_pictures_are_coded(size):
    pixels = picture(*size)
    data = encode_for_eyes(pixels, None, within(4000), Options(), rounds=2).data
    assert decoded(data).shape == pixels.shape


def test_a_flat_picture_is_coded():
    pixels = np.full((64, 64, 3), 90, np.uint8)
    data = encode_for_eyes(pixels, None, PlainQuality(80, 60), Options(), rounds=2).data
    assert np.abs(decoded(data).astype(int) - 90).max() <= 1


def test_targets_move_and_the_original_stays():
    pixels = picture()
    encoder = eye_encoder(pixels, None, Options())
    before = [c.coefficients.copy() for c in encoder.blocks.components]
    quantised = settled(encoder, 12.0, 2)
    looped(encoder, quantised, 12.0, 2, lambda scale, _: scale)
    for own, component in zip(before, encoder.blocks.components, strict=True):
        np.testing.assert_array_equal(own, component.coefficients)


def cosine(frequency: int) -> np.ndarray:
    size = np.sqrt(0.125) if frequency == 0 else 0.5
    return size * np.cos((2 * np.arange(8) + 1) * frequency * np.pi / 16)


def test_energies_of_a_basis_vector_are_those_of_the_picture_that_it_makes():
    energies = basis_energies(3, halved=False)
    for k in (0, 1, 7, 40):
        down, across = divmod(int(ZIGZAG[k]), 8)
        plane = np.zeros((64, 64))
        plane[32:40, 32:40] = np.outer(cosine(down), cosine(across))
        for scale in range(3):
            if scale > 0:
                plane = plane.reshape(len(plane) // 2, 2, -1, 2).mean(axis=(1, 3))
            blurred = plane
            for axis in (0, 1):
                blurred = np.apply_along_axis(
                    np.convolve, axis, blurred, SSIMULACRA2_WINDOW, "same"
                )
            expected = (plane**2).sum() - (blurred**2).sum(), ((plane - blurred) ** 2).sum()
            np.testing.assert_allclose(energies[:, scale, k], expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(("side", "scales"), [(8, 2), (56, 4), (57, 5), (200, 5), (4000, 5)])
def test_a_picture_has_as_many_scales_as_its_shorter_side_allows(side, scales):
    weights = scale_weights(side, 4000)
    assert weights.shape == (scales, 3, 6)
    assert weights[0, 1, 5] == pytest.approx(17.4458, rel=1e-4)


def large_picture() -> np.ndarray:
    """A picture that is searched in pieces: shading and texture that differ from place to place."""
    tile = picture(288, 352)
    rows = [np.roll(tile, 37 * n, axis=1) for n in range(5)]
    return np.ascontiguousarray(np.tile(np.concatenate(rows, axis=0), (1, 4, 1)))


def test_of_a_large_picture_pieces_are_searched_in_its_place():
    pixels = large_picture()
    weights = disc_weights(pixels)
    encoder = eye_encoder(pixels, weights, Options())
    scout = scout_in(pixels, weights, encoder.blocks, Options())
    part = scout.encoder.blocks
    assert part.luma_blocks < encoder.blocks.luma_blocks / 2
    assert (
        scout_in(picture(), None, eye_encoder(picture(), None, Options()).blocks, Options()) is None
    )
    seen = settled(encoder, 6.0, 2)
    piece = scout.part_of(seen)
    assert [own.shape for own in piece.levels] == [c.coefficients.shape for c in part.components]
    found = scout.encoder.model.structure(piece)[0]
    assert found == pytest.approx(encoder.model.structure(seen)[0], rel=0.1)


def test_a_large_picture_meets_both_targets():
    pixels = large_picture()
    most = bytes_at_quality(pixels, 50)
    assert 0.99 * most <= len(made(pixels, 0)) <= most
    plain = plain_jpeg(pixels, 60)
    data = encode_for_eyes(pixels, None, PlainQuality(60, 60), Options(), rounds=1).data
    scales = scale_weights(*pixels.shape[:2])
    (ours,), (theirs,) = (
        native.ssimulacra2_sums(pixels, decoded(file), scales, [None]) for file in (data, plain)
    )
    assert ours < 1.02 * theirs
    assert len(data) < 0.97 * len(plain)


@pytest.mark.parametrize("quality", [30, 80])
def test_a_hurried_search_takes_fewer_passes_and_no_more_bytes(quality):
    pixels, weights = picture(), disc_weights(picture())
    sizes, passes = [], []
    for hurried in (False, True):
        encoder = eye_encoder(pixels, weights, Options())
        target = PlainQuality(quality, quality - 20)
        limits = _Limits(encoder, target)
        found = meet_quality(encoder, None, target, b"", rounds=0, hurried=hurried)
        sizes.append(len(found.data))
        passes.append(encoder.passes)
        assert limits.excess(found.quantised) <= 0
    assert passes[1] < passes[0]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.01)


def test_without_looks_a_quality_is_searched_in_a_hurry(monkeypatch):
    quantise, passes = EyeEncoder.quantise, []

    def counted(self: EyeEncoder, scale: float, **options: float) -> object:
        passes.append(scale)
        return quantise(self, scale, **options)

    pixels, target = picture(), PlainQuality(80, 80)
    encoder = eye_encoder(pixels, None, Options())
    meet_quality(encoder, None, target, b"", rounds=0, hurried=True)
    monkeypatch.setattr(EyeEncoder, "quantise", counted)
    encode_for_eyes(pixels, None, target, Options(), rounds=0)
    assert len(passes) == encoder.passes


@pytest.mark.parametrize("rounds", [0, 1])
def test_no_file_is_larger_than_plain_jpegs_own_levels(rounds):
    pixels, weights = picture(), disc_weights(picture())
    encoder = eye_encoder(pixels, weights, Options())
    found = encode_for_eyes(pixels, weights, PlainQuality(80, 80), Options(), rounds=rounds)
    levels = plain_levels(encoder, 80)
    statistics = statistics_of(levels.levels, encoder.blocks, encoder.script, 1)
    plain = encoder.write(replace(levels, statistics=statistics), b"")
    assert len(found.data) <= len(plain)


@pytest.mark.parametrize("quality", [10, 50, 80])
@pytest.mark.parametrize("low", [0, 64])
def test_looks_at_a_fine_pattern_never_cost_more_bytes_than_they_save(quality, low):
    y, x = np.mgrid[:128, :128]
    pixels = np.where((x + y) % 2 == 0, low, 255 - low).astype(np.uint8)
    target = PlainQuality(quality, quality)
    encoder = eye_encoder(pixels, None, Options())
    without = meet_quality(encoder, None, target, b"", rounds=0, hurried=False)
    sizes = [
        len(encode_for_eyes(pixels, None, target, Options(), rounds=rounds).data)
        for rounds in (2, 6)
    ]
    assert max(sizes) < 1.05 * len(without.data)
    assert max(sizes) < len(plain_jpeg(pixels, quality))
