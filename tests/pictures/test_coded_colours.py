"""Colours that a file tells by chunks and boxes look as it says, by PNG's order of precedence."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from picture_files import colours, encoded, png_chunk, png_of
from PIL import Image, ImageCms, features

import foveate
from colour_profiles import wide_gamut
from foveate.pictures import read_picture
from foveate.pictures.colours.colour_profiles import BT709, BT2020, DISPLAY_P3, Primaries
from foveate.pictures.colours.srgb import in_srgb

PIXELS = colours(40, 60)


def light(levels: np.ndarray) -> np.ndarray:
    """Linear light of sRGB's levels from 0 to 1 (IEC 61966-2-1)."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def levels(light: np.ndarray) -> np.ndarray:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def sixteen(values: np.ndarray) -> np.ndarray:
    return np.rint(65_535 * np.clip(values, 0, 1)).astype(np.uint16)


def gamma(value: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chromaticities(primaries: Primaries) -> bytes:
    points = (primaries.white, primaries.red, primaries.green, primaries.blue)
    numbers = [round(v * 100_000) for point in points for v in point]
    return png_chunk(b"cHRM", struct.pack(">8I", *numbers))


def cicp(primaries: int, transfer: int, full: int = 1) -> bytes:
    return png_chunk(b"cICP", bytes((primaries, transfer, 0, full)))


def iccp(profile: bytes) -> bytes:
    data = encoded(Image.fromarray(PIXELS), icc_profile=profile)
    start = data.index(b"iCCP") - 4
    return data[start : start + 12 + int.from_bytes(data[start : start + 4], "big")]


def difference(pixels: np.ndarray, right: np.ndarray) -> int:
    return int(np.abs(pixels.astype(int) - right).max())


@pytest.mark.parametrize("value", [1.0, 0.55, 0.35])
@pytest.mark.parametrize("grey", [False, True])
def test_a_gamma_is_brought_to_srgb_with_all_sixteen_bits(value: float, grey: bool) -> None:
    right = PIXELS[..., 0] if grey else PIXELS
    picture = read_picture(png_of(sixteen(light(right / 255) ** value), gamma(value)))
    assert difference(picture.pixels, right) == 0
    assert picture.icc is None
    assert "colours converted to the curve of sRGB" in picture.notes


def test_a_gamma_of_eight_bits_is_brought_to_srgb() -> None:
    stored = np.rint(255 * (light(PIXELS / 255) ** (1 / 1.8))).astype(np.uint8)
    picture = read_picture(png_of(stored, gamma(1 / 1.8)))
    assert difference(picture.pixels, PIXELS) <= 3


def test_alpha_is_flattened_after_colours_are_converted() -> None:
    alpha = np.full((*PIXELS.shape[:2], 1), 0x8000, np.uint16)
    stored = np.dstack([sixteen(light(PIXELS / 255)), alpha])
    picture = read_picture(png_of(stored, gamma(1)))
    right = np.rint((PIXELS * 32_768.0 + 255.0 * 0x7FFF) / 65_535)
    assert difference(picture.pixels, right) <= 1


def test_alpha_is_kept_beside_colours_that_are_converted() -> None:
    alpha = np.full((*PIXELS.shape[:2], 1), 0x8080, np.uint16)
    stored = np.dstack([sixteen(light(PIXELS / 255)), alpha])
    kept = read_picture(png_of(stored, gamma(1)), keep_alpha=True).transparency
    assert kept is not None
    assert difference(kept.colour, PIXELS) == 0
    assert (kept.alpha == 0x80).all()


@pytest.mark.parametrize(
    "before",
    [
        [gamma(0.45455)],
        [gamma(0.45455), chromaticities(BT709)],
        [png_chunk(b"sRGB", b"\0"), gamma(1)],
        [cicp(1, 13), gamma(1)],
        [cicp(1, 1)],
        [cicp(2, 2), gamma(0.45455)],
        [gamma(0)],
        [png_chunk(b"cHRM", bytes(32))],
        [png_chunk(b"gAMA", b"\1")],
    ],
    ids=range(9),
)
def test_srgb_by_whatever_name_stays_untouched_and_untagged(before: list[bytes]) -> None:
    picture = read_picture(png_of(PIXELS, *before))
    assert np.array_equal(picture.pixels, PIXELS)
    assert picture.icc is None
    assert picture.notes == ()


def test_a_profile_goes_before_srgb_and_gamma_and_behind_cicp() -> None:
    profile = wide_gamut()
    for before in ([png_chunk(b"sRGB", b"\0")], [gamma(1)], [chromaticities(BT2020)]):
        picture = read_picture(png_of(PIXELS, iccp(profile), *before))
        assert picture.icc == profile
        assert np.array_equal(picture.pixels, PIXELS)
    assert read_picture(png_of(PIXELS, iccp(profile), cicp(1, 13))).icc is None
    shown = read_picture(png_of(PIXELS, iccp(profile), cicp(12, 13)))
    assert shown.icc not in (None, profile)


WIDE = [
    (cicp(12, 13), DISPLAY_P3, light),
    (cicp(9, 13), BT2020, light),
    (cicp(9, 14), BT2020, None),
    (cicp(11, 4), Primaries((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), 2.2),
    (chromaticities(DISPLAY_P3), DISPLAY_P3, light),
]


@pytest.mark.parametrize(("chunk", "primaries", "curve"), WIDE, ids=range(5))
def test_a_wide_gamut_keeps_its_pixels_and_gets_a_compact_profile(
    chunk: bytes, primaries: Primaries, curve: object
) -> None:
    picture = read_picture(png_of(PIXELS, chunk))
    assert np.array_equal(picture.pixels, PIXELS)
    assert picture.notes == ()
    assert picture.icc is not None
    assert len(picture.icc) < 600
    muted = (PIXELS // 4 + 100).astype(np.uint8)  # within sRGB
    values = muted / 255
    if curve is None:
        linear = np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))
    else:
        linear = curve(values) if callable(curve) else values**curve
    adapted = _adapted(primaries) @ primaries.to_xyz()
    matrix = np.linalg.solve(_adapted(BT709) @ BT709.to_xyz(), adapted)
    right = 255 * levels(linear @ matrix.T)
    shown = in_srgb(read_picture(encoded(Image.fromarray(muted), icc_profile=picture.icc)))
    assert difference(shown.pixels, right) <= 2  # as LittleCMS, which nobody here wrote, shows it


def _adapted(primaries: Primaries) -> np.ndarray:
    """Bradford's adaptation to D50, written out once more."""
    cones = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    x, y = primaries.white
    ratio = (cones @ [0.9642, 1, 0.8249]) / (cones @ [x / y, 1, (1 - x - y) / y])
    return np.linalg.inv(cones) @ np.diag(ratio) @ cones


def test_a_wide_gamut_of_light_itself_gets_srgbs_curve() -> None:
    picture = read_picture(png_of(sixteen(light(PIXELS / 255)), cicp(12, 8)))
    assert difference(picture.pixels, PIXELS) == 0
    assert picture.icc == read_picture(png_of(PIXELS, cicp(12, 13))).icc


def test_a_written_profile_tells_its_name_and_is_whole() -> None:
    for chunk, name in ((cicp(12, 13), "Display P3"), (cicp(9, 14), "Rec. 2020")):
        icc = read_picture(png_of(PIXELS, chunk)).icc
        assert int.from_bytes(icc[:4], "big") == len(icc)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        assert ImageCms.getProfileDescription(profile).strip() == name


def test_grey_needs_no_profile_of_primaries() -> None:
    picture = read_picture(png_of(PIXELS[..., 0], cicp(12, 13)))
    assert picture.icc is None
    assert np.array_equal(picture.pixels, PIXELS[..., 0])


def test_narrow_range_is_widened() -> None:
    stored = np.rint(16 + PIXELS / 255 * 219).astype(np.uint8)
    picture = read_picture(png_of(stored, cicp(1, 13, full=0)))
    assert difference(picture.pixels, PIXELS) <= 1


def pq(nits: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084, equation 5.2."""
    power = (nits / 10_000) ** (2610 / 16_384)
    m2, c1, c2, c3 = 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    return ((c1 + c2 * power) / (1 + c3 * power)) ** m2


def test_a_pq_picture_that_holds_no_highlights_looks_like_its_sdr_original() -> None:
    to_2020 = np.linalg.solve(BT2020.to_xyz(), BT709.to_xyz())
    nits = 203 * np.maximum(light(PIXELS / 255) @ to_2020.T, 0)
    picture = read_picture(png_of(sixteen(pq(nits)), cicp(9, 16)))
    assert difference(picture.pixels, PIXELS) <= 1
    assert picture.icc is None
    assert "HDR colours (PQ) tone-mapped to sRGB" in picture.notes


def test_highlights_are_compressed_and_the_rest_stays() -> None:
    nits = np.tile(np.geomspace(1, 4000, 300), (4, 1))
    pixels = read_picture(png_of(sixteen(pq(nits)), cicp(9, 16))).pixels
    assert (np.diff(pixels[0].astype(int)) >= 0).all()
    assert pixels[0, -1] == 255
    dark = nits[0] <= 100
    assert difference(pixels[0, dark], 255 * levels(nits[0, dark] / 203)) <= 1
    assert len(set(pixels[0, nits[0] > 203].tolist())) > 25


def test_hlgs_paper_white_is_white() -> None:
    ramp = np.tile(np.linspace(0, 0.75, 200), (4, 1))
    pixels = read_picture(png_of(sixteen(ramp), cicp(9, 18))).pixels
    assert pixels[0, -1] == 255
    assert (np.diff(pixels[0].astype(int)) >= 0).all()
    rgb = read_picture(png_of(np.dstack([sixteen(ramp)] * 3), cicp(9, 18))).pixels
    assert difference(rgb, pixels[..., None]) <= 1


def test_sixteen_bit_transparency_is_told_by_all_sixteen_bits() -> None:
    grey = sixteen(PIXELS[..., 0] / 255)
    grey[:10], grey[10:12] = 1000, 1001  # the same upper byte
    picture = read_picture(png_of(grey, png_chunk(b"tRNS", struct.pack(">H", 1000))))
    assert (picture.pixels[:10] == 255).all()
    assert (picture.pixels[10:12] == 4).all()
    assert "alpha flattened on white" in picture.notes
    rgb = np.dstack([grey, grey, grey])
    picture = read_picture(png_of(rgb, png_chunk(b"tRNS", struct.pack(">3H", 1000, 1000, 1000))))
    assert (picture.pixels[:10] == 255).all()
    assert picture.pixels[10:12].max() <= 4
    opaque = read_picture(png_of(rgb, png_chunk(b"tRNS", struct.pack(">3H", 1000, 1000, 1002))))
    assert opaque.pixels[:12].max() <= 4
    assert "alpha flattened on white" not in opaque.notes


@pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")
def test_an_avifs_numbers_count_as_pngs_do() -> None:
    data = encoded(Image.fromarray(PIXELS), "AVIF", quality=100, subsampling="4:4:4")
    box = data.index(b"colrnclx") + 8

    def told(primaries: int, transfer: int) -> bytes:
        return data[:box] + struct.pack(">HH", primaries, transfer) + data[box + 4 :]

    plain = read_picture(told(1, 13))
    assert (plain.icc, plain.notes) == (None, ())
    for numbers in ((2, 2), (1, 1), (6, 6)):
        assert read_picture(told(*numbers)).icc is None
    wide = read_picture(told(12, 13))
    assert np.array_equal(wide.pixels, plain.pixels)
    assert wide.icc == read_picture(png_of(PIXELS, cicp(12, 13))).icc
    assert "HDR colours (PQ) tone-mapped to sRGB" in read_picture(told(9, 16)).notes
    tagged = encoded(Image.fromarray(PIXELS), "AVIF", icc_profile=wide_gamut())
    assert read_picture(tagged).icc == wide_gamut()


def test_a_wide_gamut_stays_in_the_jpeg_and_is_brought_to_srgb_without_metadata() -> None:
    source = png_of(PIXELS, cicp(12, 13))
    icc = read_picture(source).icc
    options = {"quality": 90, "map": "none", "effort": "fast"}
    kept = foveate.compress(source, **options)
    assert Image.open(io.BytesIO(kept.data)).info["icc_profile"] == icc
    bare = foveate.compress(source, metadata="none", **options)
    assert "icc_profile" not in Image.open(io.BytesIO(bare.data)).info
    assert "colours converted to sRGB" in bare.report.notes
