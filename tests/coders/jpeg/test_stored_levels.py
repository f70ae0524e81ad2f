"""The coefficient reader against libjpeg (by jpeglib), and against damage."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foveate import native
from foveate.coders.jpeg.stored.levels import StoredError, stored_picture
from jpeg_files import coefficients, tables


def pixels(height: int, width: int, mode: str = "RGB") -> Image.Image:
    rng = np.random.default_rng(height * width)
    y, x = np.mgrid[:height, :width]
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    base = 128 + 90 * np.sin(x / 7) * np.cos(y / 11) + 40 * ((x // 9 + y // 5) % 2)
    planes = [np.roll(base, 7 * c, axis=1) + rng.normal(0, 9, base.shape) for c in range(channels)]
    array = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return Image.fromarray(array[..., 0] if mode == "L" else array, mode)


def jpeg(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


KINDS = [
    {"quality": 30},
    {"quality": 95, "subsampling": "4:4:4"},
    {"quality": 75, "subsampling": "4:2:2"},
    {"quality": 75, "optimize": True},
    {"quality": 75, "progressive": True},
    {"quality": 97, "progressive": True, "subsampling": "4:4:4"},
    {"quality": 75, "restart_marker_blocks": 3},
    {"quality": 75, "restart_marker_rows": 1, "progressive": True},
    {"quality": 100},
]


@pytest.mark.parametrize("size", [(1, 1), (8, 9), (45, 67)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_levels_and_steps_are_libjpegs(kind, mode, size):
    data = jpeg(pixels(*size, mode), **kind)
    found = stored_picture(data)
    assert (found.height, found.width, found.end) == (*size, len(data))
    assert found.progressive == kind.get("progressive", False)
    for own, expected in zip(found.components, coefficients(data), strict=True):
        rows, cols = own.used
        np.testing.assert_array_equal(own.levels[:rows, :cols], expected)
    used = {own.steps.tobytes() for own in found.components}
    assert used == {table.astype(np.uint16).tobytes() for table in tables(data)}


def test_whether_every_bit_is_stored_is_told():
    data = jpeg(pixels(45, 67), progressive=True)
    assert stored_picture(data).complete
    last = data.rindex(b"\xff\xda")
    assert not stored_picture(data[:last] + b"\xff\xd9").complete


def test_restart_intervals_are_told():
    image = pixels(40, 40)
    assert stored_picture(jpeg(image, restart_marker_blocks=3)).restart_interval == 3
    assert stored_picture(jpeg(image)).restart_interval == 0


def test_a_picture_without_its_end_marker_is_whole_and_one_without_its_last_data_is_not():
    data = jpeg(pixels(45, 67))
    whole = stored_picture(data[:-2])
    np.testing.assert_array_equal(
        whole.components[0].levels, stored_picture(data).components[0].levels
    )
    with pytest.raises(StoredError, match="end too early"):
        stored_picture(data[:-40])


def test_what_follows_the_picture_is_not_its_own():
    data = jpeg(pixels(45, 67))
    assert stored_picture(data + b"more").end == len(data)


def with_frame(data: bytes, marker: int, precision: int = 8) -> bytes:
    at = data.index(b"\xff\xc0")
    changed = bytearray(data)
    changed[at + 1], changed[at + 4] = marker, precision
    return bytes(changed)


@pytest.mark.parametrize(
    ("marker", "precision", "reason"),
    [
        (0xC9, 8, "arithmetically"),
        (0xCA, 8, "arithmetically"),
        (0xC3, 8, "lossless or hierarchical"),
        (0xC5, 8, "lossless or hierarchical"),
        (0xC1, 12, "more than 8 bits"),
    ],
)
def test_other_kinds_are_refused_by_name(marker, precision, reason):
    with pytest.raises(StoredError, match=reason):
        stored_picture(with_frame(jpeg(pixels(16, 16)), marker, precision))


def test_scans_and_blocks_are_limited():
    data = jpeg(pixels(45, 67), progressive=True)
    with pytest.raises(StoredError, match="more scans"):
        stored_picture(data, most_scans=9)
    assert stored_picture(data, most_scans=10).progressive
    with pytest.raises(StoredError, match="more blocks"):
        stored_picture(data, most_blocks=89)
    assert stored_picture(data, most_blocks=90).progressive


def test_a_header_that_claims_more_than_its_data_can_hold_reserves_nothing():
    data = jpeg(pixels(16, 16))
    at = data.index(b"\xff\xc0")
    large = data[: at + 5] + b"\xff\xdc\xff\xdc" + data[at + 9 :]
    with pytest.raises(StoredError, match="end too early"):
        stored_picture(large, most_blocks=2**40)


SOURCES = [
    jpeg(pixels(33, 50), quality=60),
    jpeg(pixels(33, 50), quality=60, progressive=True),
    jpeg(pixels(33, 50), quality=60, restart_marker_blocks=2),
    jpeg(pixels(33, 50, "L"), quality=90, progressive=True, restart_marker_blocks=4),
]


@given(st.sampled_from(SOURCES), st.data())
@settings(max_examples=150, deadline=None)
def test_damage_never_does_more_than_raise(source, data):
    changed = bytearray(source)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(changed)))
    for damaged in (bytes(changed), bytes(changed[:cut])):
        try:
            found = stored_picture(damaged, most_blocks=10_000)
        except StoredError:
            continue
        assert all(c.levels.shape[2] == 64 for c in found.components)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_raise_or_are_read(noise):
    for damaged in (noise, b"\xff\xd8\xff" + noise, SOURCES[1][:400] + noise):
        with contextlib.suppress(StoredError):
            stored_picture(damaged, most_blocks=10_000)


LAYOUTS = [
    [(1, 1)],
    [(2, 2)],
    [(2, 2), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(4, 1), (1, 1), (1, 1)],
    [(2, 1), (1, 2), (1, 1)],
    [(1, 1), (2, 2), (1, 1), (2, 1)],
    [(1, 1), (1, 1)],
]
SEQUENTIAL, PROGRESSIVE = 0xC0, 0xC2


@st.composite
def stored(draw):
    """Levels of any layout, a script that stores all of them, and a restart interval."""
    sampling = draw(st.sampled_from(LAYOUTS))
    height, width = draw(st.integers(1, 50)), draw(st.integers(1, 50))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    widest, highest = max(h for h, _ in sampling), max(v for _, v in sampling)
    levels, used = [], []
    density = draw(st.sampled_from([0.0, 0.02, 0.3, 1.0]))
    for h, v in sampling:
        rows, cols = -(-height // (8 * highest)) * v, -(-width // (8 * widest)) * h
        own = rng.integers(-1023, 1024, (rows, cols, 64)) >> rng.integers(0, 11, (rows, cols, 64))
        own = np.where(rng.random(own.shape) < density, own, 0).astype(np.int16)
        samples = np.ceil(height * v / highest), np.ceil(width * h / widest)
        inside = (int(np.ceil(samples[0] / 8)), int(np.ceil(samples[1] / 8)))
        native.fill_padding(own, inside)
        levels.append(own)
        used.append(inside)
    progressive = draw(st.booleans())
    members = tuple(range(len(sampling)))
    if not progressive:
        scans = [(members, 0, 63, 0, 0)]
    else:
        low = draw(st.integers(0, 3))
        scans = [(members, 0, 0, 0, low)]
        scans += [(members, 0, 0, n + 1, n) for n in reversed(range(low))]
        for c in members:
            low, split = draw(st.integers(0, 3)), draw(st.integers(1, 63))
            scans.append(((c,), 1, split, 0, low))
            if split < 63:
                scans.append(((c,), split + 1, 63, 0, low))
            scans += [((c,), 1, 63, n + 1, n) for n in reversed(range(low))]
    interval = draw(st.integers(0, 5))
    return sampling, (height, width), levels, used, scans, progressive, interval


def file_of(case) -> bytes:
    sampling, (height, width), levels, used, scans, progressive, interval = case
    count = len(levels)
    coded = native.stored_scans(
        levels, used, sampling, list(range(1, count + 1)),
        [1 if 0 < c < 3 else 0 for c in range(count)], scans, progressive, interval, 2,
    )  # fmt: skip
    frame = bytes((8,)) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes((count,))
    for c, (h, v) in enumerate(sampling):
        frame += bytes((c + 1, h << 4 | v, 0))
    parts = [b"\xff\xd8\xff\xdb\0\x43\0" + bytes(range(1, 65))]
    parts.append(b"\xff" + bytes((PROGRESSIVE if progressive else SEQUENTIAL,)))
    parts.append((len(frame) + 2).to_bytes(2, "big") + frame)
    parts.append(b"\xff\xdd\0\4" + interval.to_bytes(2, "big"))
    return b"".join([*parts, coded, b"\xff\xd9"])


@given(stored())
@settings(max_examples=50, deadline=None)
def test_what_is_written_in_any_layout_and_script_is_read_back(case):
    found = stored_picture(file_of(case))
    sampling, _, levels, used, *_, interval = case
    assert found.restart_interval == interval
    for own, h_v, expected, inside in zip(found.components, sampling, levels, used, strict=True):
        assert (own.sampling, own.used) == (h_v, inside)
        np.testing.assert_array_equal(own.levels, expected)
        np.testing.assert_array_equal(own.steps, np.arange(1, 65))


@given(stored())
@settings(max_examples=30, deadline=None)
def test_libjpeg_reads_the_same_from_it(case):
    sampling, _, levels, used, *_ = case
    if len(sampling) == 2:  # libjpeg knows no colours of two components
        return
    for theirs, own, (rows, cols) in zip(coefficients(file_of(case)), levels, used, strict=True):
        np.testing.assert_array_equal(theirs, own[:rows, :cols])
