"""What HEIF and AVIF files hold beside the picture is told by name, or needs no telling."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, features

from foveate import Limits, compress, read_picture
from foveate.pictures.containers.heif_items import left_out_of, sequence_frames
from foveate.pictures.containers.isobmff import associations
from foveate.pictures.counting import count_frames
from fuzz.corpus import boxed, files_of_boxes

ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
GAIN_MAP = "left out: the HDR gain map (what is written here is SDR)"
needs_avif = pytest.mark.skipif(not features.check("avif"), reason="Pillow has no AVIF")


def avif(**options: object) -> bytes:
    """A picture with alpha, which is an auxiliary picture."""
    pixels = np.full((32, 48, 4), 200, np.uint8)
    pixels[:16, :, 3] = 60
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "AVIF", quality=60, speed=10, **options)
    return stream.getvalue()


def auxiliary(urn: bytes) -> bytes:
    """The same file, whose alpha is called another kind of auxiliary picture."""
    data = avif()
    assert data.count(ALPHA) == 1
    return data.replace(ALPHA, urn.ljust(len(ALPHA), b"\0"))


@needs_avif
@pytest.mark.parametrize(
    ("urn", "note"),
    [
        (b"urn:com:apple:photo:2020:aux:hdrgainmap", GAIN_MAP),
        (b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", "left out: the depth map"),
        (b"urn:mpeg:hevc:2015:auxid:2", "left out: the depth map"),
        (b"urn:com:apple:photo:2018:aux:portraitmatte", "left out: the portrait mattes"),
        (b"urn:someone:infrared", "left out: an auxiliary picture (infrared)"),
        (b"urn:someone:\x1b[31m", "left out: an auxiliary picture"),
    ],
)
def test_auxiliary_pictures_are_told_by_name(urn: bytes, note: str) -> None:
    made = compress(auxiliary(urn), map="none", quality=50)
    assert note in made.report.notes
    assert compress(auxiliary(urn), map="none", metadata="none").report.notes.count(note) == 1


@needs_avif
def test_a_gain_map_of_iso_21496_is_told_of() -> None:
    data = avif()
    place = data.index(b"av01", data.index(b"av01", data.index(b"iinf")) + 1)
    assert left_out_of(data[:place] + b"tmap" + data[place + 4 :]) == (GAIN_MAP[10:],)


@needs_avif
def test_alpha_is_no_part_that_is_left_out() -> None:
    assert left_out_of(avif()) == ()
    assert read_picture(avif()).carried.left_out == ()


@needs_avif
def test_the_video_of_a_motion_photo_is_told_of() -> None:
    data = avif() + boxed(b"mpvd", boxed(b"ftyp", b"mp42\0\0\0\0"))
    assert "left out: the motion photo's video" in compress(data, map="none").report.notes


@needs_avif
def test_the_frames_of_an_avif_sequence_are_counted() -> None:
    still = Image.fromarray(np.zeros((16, 16, 3), np.uint8))
    stream = io.BytesIO()
    still.save(stream, "AVIF", save_all=True, append_images=[still] * 3, speed=10)
    assert "first of 4 frames" in read_picture(stream.getvalue()).notes
    assert sequence_frames(stream.getvalue()) == 4


def test_the_frames_of_a_heif_sequence_are_counted_as_far_as_the_limit() -> None:
    stbl = boxed(b"stbl", boxed(b"stsz", bytes(8) + (5000).to_bytes(4, "big")))
    media = boxed(b"mdia", boxed(b"hdlr", bytes(8) + b"pict"), boxed(b"minf", stbl))
    data = boxed(b"ftyp", b"msf1\0\0\0\0msf1hevc") + boxed(b"moov", boxed(b"trak", media))
    assert count_frames(data, "HEIF", 10_000) == 5000
    assert count_frames(data, "HEIF", Limits.untrusted().counted) == 2
    assert count_frames(files_of_boxes()[0], "HEIF", 10) is None


def test_a_file_that_tells_of_endless_items_ends() -> None:
    body = b"\1\0\0\1\xff\xff\xff\xff" + b"\0\0\0\1\xff" * 200_000
    assert len(associations(body)) <= 10_000


def test_apples_gain_map_is_found_in_heif_boxes() -> None:
    heif = files_of_boxes()[0]
    assert left_out_of(heif) == (GAIN_MAP[10:],)
    for length in range(len(heif)):
        left_out_of(heif[:length])
        sequence_frames(heif[:length])
