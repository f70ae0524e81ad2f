"""What the AVIF coder is made of: the search, the numbers for libaom, EXIF without orientation."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from foveate.coders.avif.exif import without_orientation
from foveate.coders.avif.levels import LEVELS, quality_of, steps_of
from foveate.coders.avif.sample import PIECE, pieces_of
from foveate.coders.avif.steering import Residuals, finer_by, steerable, steering
from foveate.coders.plain.search import last_within, last_within_by_sample


@pytest.mark.parametrize("steep", [0.01, 0.06, 2.0])
@pytest.mark.parametrize("guess", [1, 30, 63])
@pytest.mark.parametrize("last", [0, 1, 17, 62, 63, 64])
def test_the_search_ends_at_the_last_that_keeps_the_limit(
    last: int, guess: int, steep: float
) -> None:
    tried: list[int] = []

    def excess(x: int) -> float:
        tried.append(x)
        return steep * (x - last - 0.5)

    found = last_within(excess, lowest=1, highest=63, guess=guess, slope=0.06)
    assert found == (min(last, 63) if last >= 1 else None)
    assert len(tried) == len(set(tried)) <= 20


def test_levels_have_qualities_and_steps_that_grow() -> None:
    qualities = [quality_of(level) for level in range(LEVELS)]
    assert qualities[0] == 100
    assert qualities[-1] == 0
    assert sorted(set(qualities), reverse=True) == qualities
    steps = np.array([steps_of(level) for level in range(LEVELS)])
    assert (np.diff(steps, axis=0) > 0).all()
    # AV1 7.12.2: the first and last entries of its tables for 8 bits.
    assert steps[0].tolist() == [4, 4]
    assert steps[-1].tolist() == [1336, 1828]


def test_steps_are_finer_by_the_root_of_weights() -> None:
    weights = np.ones((4, 5), np.float32)
    weights[:2, :2] = 16
    finer = finer_by(weights)
    assert finer.shape == (2, 3)
    assert finer[0, 0] == 2
    assert not finer[1:].any()


def _residuals(rows: int, cols: int, value: int = 900, used: int = 64) -> Residuals:
    coefficients = np.zeros((rows, cols, 64), np.int16)
    coefficients[..., :used] = value
    return Residuals(coefficients, 1)


def test_numbers_are_the_estimate_where_all_weigh_the_same() -> None:
    residuals = _residuals(5, 4)
    numbers = steering(residuals, np.zeros((3, 2)), 32)
    assert numbers is not None
    bits, _ = residuals.bits(32)
    assert numbers[0, 0] == 512 * bits[:2, :2].sum()
    assert numbers[2, 0] == 512 * bits[4:, :2].sum()


def test_numbers_keep_their_sum_and_say_how_much_finer_blocks_are() -> None:
    finer = np.array([[0.5, -0.5], [0.2, -0.2]])
    numbers, even = (steering(_residuals(4, 4), part, 32) for part in (finer, 0 * finer))
    assert numbers is not None
    assert even is not None
    assert numbers.sum() == pytest.approx(even.sum(), rel=1e-6)
    np.testing.assert_allclose(numbers / even, 1 + finer, rtol=1e-6)


def test_where_libaoms_sum_overflows_the_numbers_add_up_to_what_it_then_believes() -> None:
    # libaom's sum has 32 bits and a sign: 1.5 times what these hold becomes -0.5 times it.
    residuals = _residuals(192, 88)
    bits, _ = residuals.bits(8)
    total = 512 * int(bits.sum())
    assert total > 2**31 * 1.1
    numbers = steering(residuals, np.zeros((96, 44)), 8)
    assert numbers is not None
    assert numbers.sum() == total - 2**32
    assert (numbers < 0).sum() == 1


def test_where_the_overflow_cannot_be_foreseen_there_are_no_numbers() -> None:
    residuals = _residuals(192, 88)
    bits, _ = residuals.bits(8)
    rows = round(2**31 / 512 / int(bits[0, 0]) / 88)
    assert steering(_residuals(rows, 88), np.zeros((-(-rows // 2), 44)), 8) is None


@pytest.mark.parametrize(
    ("size", "can"), [((64, 65), True), ((64, 64), False), ((63, 900), False), ((300, 64), True)]
)
def test_pictures_of_one_superblock_cannot_be_steered(size: tuple[int, int], can: bool) -> None:
    assert steerable(*size) is can


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_loses_its_orientation_and_nothing_moves(order: str) -> None:
    entries = [(0x010F, 2, 6, 50), (0x0112, 3, 1, 1), (0x0131, 2, 5, 56)]
    payload = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(entries))
    payload += b"".join(struct.pack(order + "HHII", *entry) for entry in entries)
    payload += struct.pack(order + "I", 0)
    payload += b"Maker\0Soft\0"
    bare = without_orientation(payload)
    assert len(bare) == len(payload)
    exif = Image.Exif()
    exif.load(bare)
    assert dict(exif) == {0x010F: "Maker", 0x0131: "Soft"}
    assert bare[50:] == payload[50:]


@pytest.mark.parametrize(
    "broken", [b"", b"II*\0", b"II*\0\xff\xff\0\0", b"Exif\0\0II*\0", b"II*\0\x08\0\0\0\xff\xff"]
)
def test_what_is_no_exif_stays_as_it_is(broken: bytes) -> None:
    assert without_orientation(broken) == broken


@pytest.mark.parametrize("guess", [1, 30, 63])
@pytest.mark.parametrize("off", [-0.3, 0.0, 0.1])
@pytest.mark.parametrize("last", [0, 1, 17, 62, 63, 64])
def test_with_a_sample_the_search_ends_at_the_same_and_tries_few(
    last: int, off: float, guess: int
) -> None:
    tried: list[int] = []

    def excess(x: int) -> float:
        tried.append(x)
        return 0.05 * (x - last - 0.5)

    def of_sample(x: int) -> float:
        return 0.055 * (x - last - 0.5) + off

    found = last_within_by_sample(excess, of_sample, lowest=1, highest=63, guess=guess, slope=0.06)
    assert found == (min(last, 63) if last >= 1 else None)
    assert len(tried) == len(set(tried)) <= 3


def test_a_sample_that_says_nothing_costs_tries_and_no_truth() -> None:
    tried: list[int] = []

    def excess(x: int) -> float:
        tried.append(x)
        return x - 40.5

    found = last_within_by_sample(excess, lambda _: 0.0, lowest=1, highest=63, guess=10, slope=0.06)
    assert found == 40
    assert len(tried) == len(set(tried)) <= 24


@pytest.mark.parametrize("size", [(2000, 1600), (1600, 2048), (300, 12_000), (12_000, 257)])
def test_pieces_are_squares_of_the_picture_on_superblocks(size: tuple[int, int]) -> None:
    pieces = pieces_of(*size)
    assert pieces is not None
    assert all(y % 64 == 0 and x % 64 == 0 for y, x in pieces.corners)
    assert all(y + PIECE <= size[0] and x + PIECE <= size[1] for y, x in pieces.corners)
    assert len(set(pieces.corners)) == len(pieces.corners)
    rows = np.arange(size[0])[:, None] + np.zeros(size[1], int)
    joined = pieces.of(rows)
    assert joined.size == len(pieces.corners) * PIECE**2
    assert pieces.share == joined.size / (size[0] * size[1])
    assert (joined[:PIECE, 0] == np.arange(PIECE) + pieces.corners[0][0]).all()
    assert pieces.of(rows[::16, ::16], unit=16).shape == tuple(s // 16 for s in joined.shape)


@pytest.mark.parametrize("size", [(1000, 1000), (200, 20_000)])
def test_small_and_thin_pictures_have_no_pieces(size: tuple[int, int]) -> None:
    assert pieces_of(*size) is None
