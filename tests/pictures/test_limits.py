"""What a picture may cost: each limit refuses in one line; counts end at their limits."""

from __future__ import annotations

import io
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate import Limits, OptionError, PictureError, compress, read_picture
from foveate.deadline import OutOfTimeError, check_time, deadline
from foveate.pictures.containers.appended import appended_to
from foveate.pictures.containers.isobmff import boxes
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from foveate.pictures.containers.png_chunks import chunks
from foveate.pictures.counting import count_frames, count_scans

RAMP = np.linspace(0, 255, 64 * 48 * 3).reshape(48, 64, 3).astype(np.uint8)


def saved(file_format: str, pixels: np.ndarray = RAMP, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def refusal(source: object, **limits: float) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(source, limits=Limits().but(**limits))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def many_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan, which refines coefficients, is there so many times."""
    jpeg = saved("JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * times + b"\xff\xd9"


def test_untrusted_limits_are_those_that_the_documentation_states() -> None:
    limits = Limits.untrusted()
    assert (limits.pixels, limits.scans, limits.counted) == (50_000_000, 100, 1)
    assert (limits.seconds, limits.bytes) == (20, 256 << 20)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("pixels", 0), ("pixels", 1.5), ("bytes", -1), ("scans", True), ("seconds", 0.0)],
        *[("seconds", float("nan")), ("counted", "many"), ("pixels", float("inf"))],
    ],
)
def test_a_limit_that_is_no_number_is_refused(name: str, value: float) -> None:
    with pytest.raises(OptionError, match=name):
        Limits().but(**{name: value})
    with pytest.raises(OptionError, match="there is no limit 'colours'"):
        Limits().but(colours=3)


def test_pixels_are_limited_before_they_are_decoded() -> None:
    header = b"GIF89a" + struct.pack("<HH", 65_000, 3_000) + b"\0\0\0" + b","
    header += struct.pack("<HHHHB", 0, 0, 65_000, 3_000, 0) + b"\x02\x00;"
    with pytest.raises(PictureError, match="195 megapixels, over the limit of 50"):
        read_picture(header, limits=Limits.untrusted())
    assert "limit" in refusal(RAMP, pixels=1000)
    assert read_picture(RAMP, limits=Limits(pixels=48 * 64)).width == 64


def test_files_are_limited_in_bytes(tmp_path: Path) -> None:
    data = saved("PNG")
    (tmp_path / "a.png").write_bytes(data)
    assert "the limit" in refusal(tmp_path / "a.png", bytes=len(data) - 1)
    assert f"larger than {len(data) - 1} bytes, the limit" in refusal(data, bytes=len(data) - 1)
    assert "the limit" in refusal(memoryview(data), bytes=len(data) - 1)
    assert read_picture(data, limits=Limits(bytes=len(data))).width == 64


def test_scans_are_limited() -> None:
    jpeg = many_scans(30)
    scans = jpeg.count(b"\xff\xda")
    assert count_scans(jpeg, 1000) == scans
    assert f"more than {scans - 1} scans" in refusal(jpeg, scans=scans - 1)
    assert read_picture(jpeg, limits=Limits(scans=scans)).width == 64
    assert read_picture(saved("JPEG", progressive=True), limits=Limits.untrusted()).width == 64


def test_only_scans_of_the_picture_itself_count() -> None:
    jpeg = saved("JPEG", progressive=True)
    scans = jpeg.count(b"\xff\xda")
    comment = b"\xff\xda" * 1000
    segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    commented = jpeg[:2] + segment + jpeg[2:] + b"\xff\xda" * 1000
    assert count_scans(commented, scans) == scans
    assert read_picture(commented, limits=Limits(scans=scans)).width == 64


def test_frames_and_pages_are_counted_no_further_than_the_limit() -> None:
    frames = [Image.fromarray(np.full((8, 8), 10 * n, np.uint8)) for n in range(7)]
    for file_format in ("GIF", "TIFF"):
        buffer = io.BytesIO()
        frames[0].save(buffer, file_format, save_all=True, append_images=frames[1:])
        data = buffer.getvalue()
        assert count_frames(data, file_format, 100) == 7
        assert count_frames(data, file_format, 3) == 4
        (note,) = read_picture(data, limits=Limits(counted=3)).notes
        assert note.startswith("first of more than 3 ")
        (note,) = read_picture(data, limits=Limits.untrusted()).notes
        assert note.startswith("first of several ")
        (note,) = read_picture(data).notes
        assert note.startswith("first of 7 ")


def test_a_chain_of_pages_that_bites_its_tail_ends() -> None:
    tiff = bytearray(saved("TIFF"))
    (first,) = struct.unpack_from("<L", tiff, 4)
    (entries,) = struct.unpack_from("<H", tiff, first)
    struct.pack_into("<L", tiff, first + 2 + 12 * entries, first)
    assert count_frames(bytes(tiff), "TIFF", 10**9) == 1
    assert read_picture(bytes(tiff)).width == 64


@pytest.mark.parametrize("filler", [b",", b"!", b"!\xf9\x01\0", b"\0", b"\x01"])
def test_counting_damaged_frames_takes_no_time(filler: bytes) -> None:
    """Of what a GIF may be filled with nothing makes the count long: at most 200,000 steps."""
    started = time.process_time()
    count_frames(saved("GIF")[:-1] + filler * 2_000_000, "GIF", 10**9)
    count_scans(saved("JPEG")[:-2] + b"\xff\xda\0\0" * 500_000, 10)
    count_scans(saved("JPEG")[:-2] + b"\xff\xdd\0\0" * 500_000 + b"\xff\xda" * 20, 10)
    assert time.process_time() - started < 5


def test_time_is_looked_at_while_reading_and_while_encoding() -> None:
    with pytest.raises(PictureError, match=r"<bytes>: takes more than 0.000000001 seconds"):
        read_picture(saved("PNG"), limits=Limits(seconds=1e-9))
    with pytest.raises(PictureError, match=r"takes more than 0\.000000001 seconds"):
        compress(RAMP, map="none", limits=Limits(seconds=1e-9))
    assert compress(RAMP, map="none", limits=Limits(seconds=600)).data[:2] == b"\xff\xd8"


def test_time_is_looked_at_while_parts_of_a_file_are_counted() -> None:
    png, jpeg = saved("PNG"), saved("JPEG")
    layout = jpeg_layout(jpeg)
    assert layout is not None
    for read in (
        lambda: list(chunks(png)),
        lambda: list(boxes(b"\0\0\0\x08free")),
        lambda: appended_to(jpeg + jpeg, layout),
    ):
        read()
        with deadline(1e-9), pytest.raises(OutOfTimeError):
            read()


def test_deadlines_nest_and_end() -> None:
    with deadline(1e-9):
        with pytest.raises(OutOfTimeError), deadline(1000):
            check_time()
        with pytest.raises(OutOfTimeError), deadline(None):
            check_time()
    check_time()


def test_a_pipe_is_not_waited_for_where_time_is_limited(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match=r"pipe\.jpg: is no regular file; give a picture file"):
        compress(tmp_path / "pipe.jpg", limits=Limits.untrusted())
