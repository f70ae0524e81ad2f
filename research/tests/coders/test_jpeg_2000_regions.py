"""JPEG 2000 whose code-blocks are cut by a map: its files, read by OpenJPEG, and their bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from coded_scenes import a_scene, pixels_of
from foveate.errors import PictureError, TargetError
from foveate.metrics.quality import psnr_y
from foveate_research.coders.codecs import CODECS, decoded
from foveate_research.coders.jpeg2000.codestream import read_codestream
from foveate_research.coders.jpeg2000.packet_bits import HeaderReader, HeaderWriter, TagTree
from foveate_research.coders.jpeg2000.regions import LayeredPicture

PIXELS = pixels_of(150, 203)


@pytest.fixture(scope="module")
def layered() -> LayeredPicture:
    return LayeredPicture.of(PIXELS, block_side=16)


def a_file(pixels: np.ndarray = PIXELS, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG2000", irreversible=True, mct=1, **options)
    return file.getvalue()


@pytest.mark.parametrize("shape", [(150, 203), (64, 64), (7, 131), (1, 1)])
@pytest.mark.parametrize("bare", [False, True])
def test_a_file_with_all_its_layers_is_the_same_picture(shape, bare):
    data = a_file(pixels_of(*shape), quality_mode="dB", quality_layers=[25, 32, 40], no_jp2=bare)
    stream = read_codestream(data)
    whole = stream.written([stream.layers] * len(stream.blocks))
    np.testing.assert_array_equal(decoded(whole), decoded(data))


def test_a_file_cut_after_a_layer_is_what_openjpeg_decodes_of_those_layers():
    data = a_file(quality_mode="dB", quality_layers=[25, 32, 40])
    with Image.open(io.BytesIO(data)) as image:
        tile = image.tile[0]  # Pillow heeds image.layers in reduced pictures only
        image.tile = [tile._replace(args=(tile.args[0], 0, 2, *tile.args[3:]))]
        theirs = np.asarray(image)
    stream = read_codestream(data)
    np.testing.assert_array_equal(decoded(stream.written([2] * len(stream.blocks))), theirs)


def test_code_blocks_cover_the_picture_at_every_resolution(layered):
    shapes = {(b.height, b.width) for b in layered.stream.blocks}
    assert max(shapes)[0] >= PIXELS.shape[0]  # one block of the lowest resolution holds it all
    assert all(
        b.top < PIXELS.shape[0] + 32 and b.left < PIXELS.shape[1] + 32
        for b in layered.stream.blocks
    )


@pytest.mark.parametrize("size", [1500, 3000, 9000])
def test_files_take_the_bytes_asked_for_and_no_more(layered, size):
    data = layered.of_size(size)
    assert 0.97 * size <= len(data) <= size
    assert decoded(data).shape == PIXELS.shape


def test_without_weights_it_is_as_good_as_openjpegs_own_file(layered):
    theirs = a_file(
        quality_mode="rates", quality_layers=[PIXELS.size / 6000], codeblock_size=(16, 16)
    )
    ours = layered.of_size(len(theirs))
    own, other = (psnr_y(PIXELS, decoded(data), data_range=255) for data in (ours, theirs))
    assert own > other - 0.25


def test_bytes_go_where_the_weights_are(layered):
    weights = np.ones((19, 26), np.float32)
    weights[:, 13:] = 12
    right = np.zeros(PIXELS.shape[:2], bool)
    right[:, 120:] = True
    even, steered = (decoded(layered.of_size(5000, w)) for w in (None, weights))
    gains = [
        psnr_y(PIXELS, steered, data_range=255, weights=where)
        - psnr_y(PIXELS, even, data_range=255, weights=where)
        for where in (right, ~right)
    ]
    assert gains[0] > 0.8
    assert gains[1] < -0.8


def test_too_few_bytes_are_refused(layered):
    with pytest.raises(TargetError, match="80 bytes are too few"):
        layered.of_size(80)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\x4f\xff",
        b"no JPEG 2000 file at all, just words",
        a_file(progression="RPCL"),
        a_file(tile_size=(64, 64)),
        a_file()[:600],
    ],
)
def test_other_files_are_refused_in_a_line(data):
    with pytest.raises(PictureError, match="no JPEG 2000 file as OpenJPEG writes it by default"):
        read_codestream(data)


def test_tag_trees_and_bits_are_read_as_they_were_written():
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (3, 5), (8, 2)):
        values = rng.integers(0, 9, shape)
        writer = HeaderWriter()
        written = TagTree(*shape, values)
        for row, col in np.ndindex(shape):
            writer.number(255, 8)  # bytes of 0xFF are stuffed
            for threshold in range(1, values[row, col] + 2):
                written.write(row, col, threshold, writer)
        reader = HeaderReader(writer.whole(), 0)
        read = TagTree(*shape)
        for row, col in np.ndindex(shape):
            assert reader.number(8) == 255
            value = 0
            while not read.read(row, col, value + 1, reader):
                value += 1
            assert value == values[row, col]


def test_the_coder_follows_the_map_of_the_scene():
    scene = a_scene()
    data = CODECS["jpeg2000-regions"].encode(scene, 2500).data
    assert 2300 < len(data) <= 2500
    plain = CODECS["jpeg2000"].encode(scene, 2500).data
    right = np.zeros(scene.pixels.shape[:2], bool)
    right[:, 96:] = True
    ours, theirs = (
        psnr_y(scene.pixels, decoded(of), data_range=255, weights=right) for of in (data, plain)
    )
    assert ours > theirs
