"""The coders that are compared, at given bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from coded_scenes import a_scene, pixels_of
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.errors import MissingExtraError, ModelError, OptionError, TargetError
from foveate.metrics.quality import psnr_y
from foveate_research.coders import codecs, rivals
from foveate_research.coders.by_quality import by_quality
from foveate_research.coders.codecs import CODECS, codec_of, decoded, usable
from foveate_research.coders.gaze import viewers_density
from foveate_research.coders.rivals import with_own_huffman_tables
from jpeg_files import coefficients

NEVER_LARGER = (
    *("pillow", "pillow-progressive", "mosaic", "mosaic-ranks"),
    *("foveate", "foveate-none", "foveate-centre", "foveate-viewers", "foveate-eyes"),
)


@pytest.fixture(scope="module")
def scene():
    density = viewers_density(np.array([[0, 30, 40], [1, 90, 50]]), 96, 128)
    return a_scene(density=density)


@pytest.fixture(scope="module")
def plain(scene):
    return len(plain_jpeg(scene.pixels, 50))


@pytest.mark.parametrize("name", NEVER_LARGER)
def test_files_take_the_bytes_asked_for_and_no_more(scene, plain, name):
    made = CODECS[name].encode(scene, plain)
    assert 0.98 * plain <= len(made.data) <= plain
    assert decoded(made.data).shape == scene.pixels.shape
    assert made.seconds >= 0


@pytest.mark.parametrize("name", ["mozjpeg", "webp", "mosaic-rule-3", "mosaic-rule-6"])
def test_coders_of_whole_qualities_exceed_them_by_1_per_cent_at_most(scene, plain, name):
    made = CODECS[name].encode(scene, plain)
    assert 0.85 * plain <= len(made.data) <= 1.01 * plain
    assert decoded(made.data).shape == scene.pixels.shape
    assert made.facts["setting"] >= 1


def test_jpeg_2000_takes_the_bytes_asked_for_and_beats_plain_jpeg(scene, plain):
    made = CODECS["jpeg2000"].encode(scene, plain)
    assert 0.95 * plain <= len(made.data) <= 1.01 * plain
    ours, theirs = decoded(made.data), decoded(plain_jpeg(scene.pixels, 50))
    assert psnr_y(scene.pixels, ours, data_range=255) > psnr_y(scene.pixels, theirs, data_range=255)


def test_jpeg_2000_of_impossibly_few_bytes_is_refused(scene):
    with pytest.raises(TargetError, match="60 bytes are too few"):
        CODECS["jpeg2000"].encode(scene, 60)


def test_jpeg_xl_takes_the_bytes_asked_for_and_is_read_back(scene, plain):
    pytest.importorskip("imagecodecs", reason="imagecodecs writes JPEG XL")
    made = CODECS["jpegxl"].encode(scene, plain)
    assert 0.85 * plain <= len(made.data) <= 1.01 * plain
    assert psnr_y(scene.pixels, decoded(made.data), data_range=255) > 28


@pytest.mark.parametrize("coder", ["mosaic", "foveate"])
def test_a_coder_follows_the_map_of_the_model_that_is_named(scene, plain, coder):
    data = codec_of(f"{coder}@centre").encode(scene, plain).data
    assert data == codec_of(f"{coder}@centre").encode(scene, plain).data
    assert data != codec_of(coder).encode(scene, plain).data
    assert codec_of(f"{coder}@centre").label == f"{CODECS[coder].label}, map centre"


def test_foveate_under_the_centred_gaussian_is_one_coder_by_both_names(scene, plain):
    named = codec_of("foveate@centre").encode(scene, plain).data
    assert named == CODECS["foveate-centre"].encode(scene, plain).data


@pytest.mark.parametrize("name", ["mozjpeg@centre", "@centre", "foveat"])
def test_coders_that_follow_no_map_are_refused_by_name(name):
    with pytest.raises(OptionError, match=f"no coder is called '{name}'"):
        codec_of(name)


def test_maps_that_there_are_not_are_refused_by_name():
    with pytest.raises(ModelError, match="no model is called 'centr': did you mean centre"):
        codec_of("foveate@centr")


def test_plain_jpeg_at_its_own_bytes_is_itself(scene):
    data = plain_jpeg(scene.pixels, 63)
    assert CODECS["pillow"].encode(scene, len(data)).data == data


def test_the_highest_quality_that_fits_is_found_and_no_file_is_made_twice():
    tried = []

    def encode(pixels, quality):
        tried.append(quality)
        return bytes(10 + quality**2)

    encoded = by_quality("test", encode)
    scene = a_scene(16, 16)
    for size in (500, 9000, 4000, 500):
        made = encoded(scene, size)
        most = int(1.01 * size)
        quality = int(made.facts["setting"])
        assert len(made.data) <= most
        assert quality == 98 or 10 + (quality + 1) ** 2 > most
    assert len(tried) == len(set(tried)) < 20
    with pytest.raises(TargetError, match="too few"):
        encoded(scene, 5)


PACKAGES = {"jpegli": "pyjpegli", "jpegli-optimised": "pyjpegli"}
"""What a coder needs that is no dependency of the tests, where its row does not name it."""


@pytest.mark.parametrize(
    "name",
    ["pillow", "mozjpeg", "jpegli", "jpegli-optimised", "jpegli-progressive", "foveate"],
)
def test_no_jpeg_pays_for_metadata_that_the_others_lack(scene, plain, name):
    pytest.importorskip(PACKAGES.get(name) or CODECS[name].package or "PIL")
    data = CODECS[name].encode(scene, plain).data
    with Image.open(io.BytesIO(data)) as image:
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
        assert sum(len(body) for _, body in image.applist) <= len(b"JFIF\0") + 9


def test_mozjpeg_keeps_its_chroma_halved_at_every_quality(scene):
    data = CODECS["mozjpeg"].encode(scene, len(plain_jpeg(scene.pixels, 93))).data
    with Image.open(io.BytesIO(data)) as image:
        assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]


@pytest.mark.parametrize("quality", [30, 95])
def test_progressive_jpegli_holds_the_coefficients_of_pyjpegli_in_fewer_bytes(scene, quality):
    pytest.importorskip("ajpegli")
    pytest.importorskip("pyjpegli")
    data = rivals.jpegli_progressive(scene.pixels, quality)
    plain = rivals.jpegli(scene.pixels, quality)
    for theirs, ours in zip(coefficients(plain), coefficients(data), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["progressive"] == 1
        assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]
    assert len(data) < 0.98 * len(plain)


def test_own_huffman_tables_save_bytes_and_change_no_pixel(scene):
    data = plain_jpeg(scene.pixels, 80)
    recoded = with_own_huffman_tables(data)
    assert len(recoded) < len(data)
    np.testing.assert_array_equal(decoded(recoded), decoded(data))


def test_plain_jpeg_comes_first_and_is_never_left_out():
    chosen, notes = usable(["foveate", "pillow", "foveate"], viewers=False)
    assert [codec.name for codec in chosen] == ["pillow", "foveate"]
    assert not notes


def test_what_needs_fixations_is_left_out_with_a_note_where_there_are_none():
    chosen, notes = usable(["foveate-vision-viewers"], viewers=False)
    assert [codec.name for codec in chosen] == ["pillow"]
    assert notes == ["Foveate, the viewers' map: left out, there are no fixations"]


def test_a_format_that_pillow_cannot_write_is_left_out_with_a_note(monkeypatch):
    monkeypatch.setattr(codecs.features, "check", lambda name: name != "avif")
    chosen, notes = usable(["avif", "webp"], viewers=False)
    assert [codec.name for codec in chosen] == ["pillow", "webp"]
    assert notes == ["AVIF, speed 6: left out, this Pillow cannot write it"]


def test_a_rival_that_is_not_installed_names_the_extra(monkeypatch):
    monkeypatch.setattr(codecs.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"mozjpeg .* needs .*foveate-research\[bench\]"):
        usable(["mozjpeg"], viewers=False)


def test_an_unknown_coder_is_refused_with_the_list():
    with pytest.raises(OptionError, match="there are pillow, pillow-progressive, mozjpeg"):
        usable(["gif"], viewers=False)


def test_files_of_any_format_are_read_as_rgb():
    pixels = pixels_of(32, 40)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    np.testing.assert_array_equal(decoded(stream.getvalue()), pixels)
