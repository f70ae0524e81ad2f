"""`foveate.compress`: what a caller asks for, and what comes back."""

import importlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.errors import FoveateError, OptionError, OutputError, TargetError
from foveate.metrics.quality import psnr_cb, psnr_y, ssimulacra2


def textured(height: int, width: int, *, seed: int = 0) -> np.ndarray:
    """A picture with smooth ground, edges and texture: uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / 40.0
    base = np.stack([np.sin(x + y), np.cos(x - 2 * y), np.sin(3 * x) * np.cos(y)], axis=-1)
    noise = rng.normal(0, 1, (height, width, 3)) * (np.sin(x) > 0)[..., None]
    disc = ((y - 2) ** 2 + (x - 3) ** 2 < 1.5)[..., None]
    return np.clip(128 + 60 * base + 18 * noise + 70 * disc, 0, 255).astype(np.uint8)


PICTURE = textured(200, 264)
LEFT_MAP = np.tile(np.linspace(1, 0, 264, dtype=np.float32), (200, 1))


def plain(pixels: np.ndarray, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.float64)


def luma_mse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return ((a - b) @ [0.299, 0.587, 0.114]) ** 2


@pytest.mark.parametrize("quality", [20, 50, 75, 90])
@pytest.mark.parametrize("progressive", [True, False])
def test_match_quality_takes_the_bytes_of_plain_jpeg(quality, progressive):
    result = foveate.compress(PICTURE, match_quality=quality, map="none", progressive=progressive)
    assert len(result.data) == pytest.approx(len(plain(PICTURE, quality)), rel=0.01)
    assert result.report.bytes == len(result.data)


@pytest.mark.parametrize("size", [4_000, 9_000, 30_000])
def test_size_is_met_from_below_and_within_a_hundredth(size):
    result = foveate.compress(PICTURE, size_bytes=size, map=LEFT_MAP)
    assert 0.99 * size <= len(result.data) <= size


def test_a_size_that_is_too_small_names_the_nearest_that_can_be_met():
    with pytest.raises(TargetError, match="nearest") as caught:
        foveate.compress(PICTURE, size_bytes=300)
    nearest = int(str(caught.value).split()[-2])
    assert len(foveate.compress(PICTURE, size_bytes=nearest).data) <= nearest
    with pytest.raises(TargetError, match=f" {nearest} bytes"):
        foveate.compress(PICTURE, size_bytes=nearest - 1)


def test_a_flat_picture_takes_fewer_bytes_than_asked_for():
    flat = np.full((64, 64, 3), 90, np.uint8)
    result = foveate.compress(flat, size_bytes=50_000)
    assert len(result.data) < 1_000
    assert result.report.at_ceiling


@pytest.mark.parametrize("quality", [40, 60, 80])
def test_quality_is_no_worse_than_plain_jpeg_where_the_map_looks(quality):
    options = {"map": LEFT_MAP, "subsampling": "420", "tune": "fidelity"}
    result = foveate.compress(PICTURE, quality=quality, **options)
    reference = decoded(plain(PICTURE, quality))
    ours = decoded(result.data)
    assert (luma_mse(ours, PICTURE) * LEFT_MAP).sum() <= 1.005 * (
        luma_mse(reference, PICTURE) * LEFT_MAP
    ).sum()
    assert len(result.data) < len(plain(PICTURE, quality))


def test_quality_holds_where_colours_are_clipped_and_blurred_by_subsampling():
    noise = np.random.default_rng(0).normal(128, 60, (200, 264, 3))
    noise = np.clip(noise, 0, 255).astype(np.uint8)
    ycbcr = [[0.299, -0.168736, 0.5], [0.587, -0.331264, -0.418688], [0.114, 0.5, -0.081312]]
    options = {"map": "none", "subsampling": "420", "tune": "fidelity"}
    ours = foveate.compress(noise, quality=80, **options).data
    error, reference = (
        (((decoded(data) - noise) @ ycbcr) ** 2).mean() for data in (ours, plain(noise, 80))
    )
    assert error <= 1.003 * reference


def test_a_quality_looks_no_worse_than_plain_jpeg_and_takes_fewer_bytes():
    photo = Image.open(Path(__file__).parent.parent / "examples" / "astronaut.png")
    pixels = np.asarray(photo)
    ours = foveate.compress(pixels, quality=60, map="none").data
    reference = plain(pixels, 60)
    scores = [ssimulacra2(pixels, decoded(data), data_range=255) for data in (ours, reference)]
    assert scores[0] > scores[1] - 0.1
    assert len(ours) < 0.85 * len(reference)


def test_a_flat_map_asks_for_quality_everywhere():
    photo = Image.open(Path(__file__).parent.parent / "examples" / "astronaut.png")
    pixels = np.asarray(photo)
    options = {"map": "none", "subsampling": "420", "tune": "fidelity"}
    result = foveate.compress(pixels, quality=60, **options)
    reference = luma_mse(decoded(plain(pixels, 60)), pixels).mean()
    assert 0.9 * reference < luma_mse(decoded(result.data), pixels).mean() <= 1.005 * reference
    assert len(result.data) < 0.95 * len(plain(pixels, 60))


def test_the_function_is_not_hidden_by_its_module():
    importlib.import_module("foveate._compress")
    assert callable(foveate.compress)


def test_the_floor_bounds_the_background_error():
    options = {"quality": 85, "map": LEFT_MAP, "subsampling": "420", "tune": "fidelity"}
    ours = foveate.compress(PICTURE, floor=80, **options)
    loose = foveate.compress(PICTURE, floor=30, **options)
    background = (slice(None), slice(136, None))
    reference = decoded(plain(PICTURE, 80))[background]
    error = ((decoded(ours.data)[background] - PICTURE[background]) ** 2).mean()
    assert error <= 1.02 * ((reference - PICTURE[background]) ** 2).mean()
    assert len(loose.data) <= len(ours.data)


def test_the_floor_holds_beside_a_mask_of_two_values():
    mask = np.zeros((200, 264), np.uint8)
    mask[24:120, 24:120] = 255
    options = {"map": mask, "subsampling": "420", "tune": "fidelity"}
    ours = foveate.compress(PICTURE, quality=80, floor=80, **options)
    background = (slice(None), slice(152, None))
    reference = decoded(plain(PICTURE, 80))[background]
    error = ((decoded(ours.data)[background] - PICTURE[background]) ** 2).mean()
    assert error <= 1.05 * ((reference - PICTURE[background]) ** 2).mean()


def test_bytes_move_to_where_the_map_looks():
    left = decoded(foveate.compress(PICTURE, size_bytes=9_000, map=LEFT_MAP).data)
    right = decoded(foveate.compress(PICTURE, size_bytes=9_000, map=LEFT_MAP[:, ::-1]).data)
    half = slice(0, 132)
    assert luma_mse(left, PICTURE)[:, half].mean() < 0.8 * luma_mse(right, PICTURE)[:, half].mean()


@pytest.mark.parametrize("tune", ["vision", "fidelity", "eyes"])
def test_a_protected_box_is_sharper(tune):
    box = (32, 104, 64, 64)
    region = (slice(104, 168), slice(32, 96))
    options = {"size_bytes": 9_000, "map": "none", "tune": tune}
    without = foveate.compress(PICTURE, **options)
    protected = foveate.compress(PICTURE, protect=[box], **options)
    before = luma_mse(decoded(without.data), PICTURE)[region].mean()
    after = luma_mse(decoded(protected.data), PICTURE)[region].mean()
    assert after < 0.7 * before


def test_a_flat_map_gives_the_bytes_of_no_map():
    none = foveate.compress(PICTURE, match_quality=50, map="none")
    flat = foveate.compress(PICTURE, match_quality=50, map=np.full((200, 264), 0.7, np.float32))
    assert none.data == flat.data


@pytest.mark.parametrize("method", ["rdo", "mosaic"])
def test_threads_never_change_the_bytes(method):
    files = {
        foveate.compress(PICTURE, match_quality=60, map=LEFT_MAP, method=method, threads=t).data
        for t in (1, 2, 5)
    }
    assert len(files) == 1


def test_boxes_and_numbers_may_be_numpys_and_come_from_a_generator():
    box = (32, 104, 64, 64)
    as_tuples = foveate.compress(PICTURE, size_bytes=9_000, map="none", protect=[box])
    size, boxes = np.int64(9_000), np.array([box])
    as_arrays = foveate.compress(PICTURE, size_bytes=size, map="none", protect=boxes)
    generated = foveate.compress(PICTURE, size_bytes=9_000, map="none", protect=iter([box]))
    assert as_tuples.data == as_arrays.data == generated.data
    assert json.loads(json.dumps(as_arrays.report.to_dict()))["target_bytes"] == 9_000


def test_a_map_of_the_picture_serves_its_smaller_copy():
    saliency = foveate.saliency_map(PICTURE, model="centre")
    smaller = np.ascontiguousarray(PICTURE[::2, ::2])
    assert foveate.compress(smaller, map=saliency).map.values.shape == (100, 132)


def test_pillows_limit_for_strangers_files_does_not_bound_large_pictures(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    for method in ("rdo", "mosaic"):
        result = foveate.compress(PICTURE, quality=60, map=LEFT_MAP, method=method)
        assert result.data.startswith(b"\xff\xd8")
    assert foveate.compress(plain(PICTURE, 10), quality=95, metadata="none").report.copied_source


def test_the_mosaic_says_that_a_quality_means_plain_jpegs_bytes():
    report = foveate.compress(PICTURE, quality=60, map=LEFT_MAP, method="mosaic").report
    assert report.target == "the bytes of plain JPEG at quality 60"
    assert 0.99 * report.target_bytes <= report.bytes <= report.target_bytes


def test_the_mosaic_tells_its_qualities():
    result = foveate.compress(PICTURE, match_quality=50, map=LEFT_MAP, method="mosaic")
    assert len(result.data) == pytest.approx(len(plain(PICTURE, 50)), rel=0.01)
    told = result.report.to_dict()["coder"]
    assert 30 <= told["other_quality"] < told["salient_quality"] <= 70
    assert 20 < told["final_quality"] < 70


def test_a_mosaic_protects_boxes_too():
    box = (176, 120, 64, 64)
    region = (slice(120, 184), slice(176, 240))
    options = {"match_quality": 60, "map": LEFT_MAP, "method": "mosaic"}
    without = foveate.compress(PICTURE, **options)
    protected = foveate.compress(PICTURE, protect=[box], **options)
    before = luma_mse(decoded(without.data), PICTURE)[region].mean()
    assert luma_mse(decoded(protected.data), PICTURE)[region].mean() < before


def test_every_source_gives_the_same_file(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PICTURE).save(path)
    sources = [path, str(path), path.read_bytes(), Image.open(path), PICTURE]
    assert len({foveate.compress(s, map="spectral-residual").data for s in sources}) == 1


def test_a_jpeg_source_is_never_made_larger():
    small = plain(PICTURE, 10)
    result = foveate.compress(small, quality=95)
    assert result.report.copied_source
    assert (decoded(result.data) == decoded(small)).all()
    assert len(result.data) < len(small)


@pytest.mark.parametrize(
    ("mode", "sampling", "told"),
    [
        ("RGB", 0, "444"),
        ("RGB", 1, "422"),
        ("RGB", 2, "420"),
        ("L", 0, "grey"),
        ("CMYK", 2, "other"),
    ],
)
@pytest.mark.parametrize("progressive", [False, True])
def test_a_copied_source_is_told_as_it_is(mode, sampling, told, progressive):
    file = io.BytesIO()
    Image.fromarray(PICTURE).convert(mode).save(
        file, "JPEG", quality=5, subsampling=sampling, progressive=progressive, optimize=True
    )
    source = foveate.compress(file.getvalue(), lossless=True).data
    with Image.open(io.BytesIO(source)) as image:
        progressive = bool(image.info.get("progressive"))
    report = foveate.compress(source, quality=99).report
    assert report.copied_source
    assert not report.at_ceiling
    assert report.coder == {"subsampling": told, "progressive": progressive}


def test_a_copied_source_is_stripped_too():
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    Image.fromarray(PICTURE).save(file, "JPEG", quality=10, exif=exif, comment=b"hello")
    result = foveate.compress(file.getvalue(), quality=95, metadata="none")
    assert result.report.copied_source
    assert b"Maker" not in result.data
    assert b"hello" not in result.data
    assert (decoded(result.data) == decoded(file.getvalue())).all()


def test_metadata_is_kept_unless_stripped(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    icc = Image.open(io.BytesIO(plain(PICTURE, 90))).info.get("icc_profile")
    assert icc is None
    Image.fromarray(PICTURE).save(path, quality=98, exif=exif)
    kept = Image.open(io.BytesIO(foveate.compress(path).data))
    assert kept.size == (200, 264)
    assert kept.getexif()[0x010F] == "Maker"
    assert kept.getexif().get(0x0112, 1) == 1
    bare = Image.open(io.BytesIO(foveate.compress(path, metadata="none").data))
    assert bare.size == (200, 264)
    assert not bare.getexif()


def test_grey_stays_grey_and_tiny_pictures_work():
    assert Image.open(io.BytesIO(foveate.compress(PICTURE[..., 1]).data)).mode == "L"
    for shape in [(1, 1, 3), (1, 9), (7, 1, 3), (8, 8), (17, 15, 3)]:
        data = foveate.compress(np.full(shape, 200, np.uint8)).data
        assert Image.open(io.BytesIO(data)).size == (shape[1], shape[0])


def test_the_report_agrees_with_the_files_pixels():
    result = foveate.compress(PICTURE, match_quality=50, map=LEFT_MAP, compare=True)
    report = result.report
    error = luma_mse(decoded(result.data), PICTURE).mean()
    found = report.comparison
    assert found.psnr == pytest.approx(10 * np.log10(255**2 / error), abs=1e-3)
    assert found.plain_quality == pytest.approx(50, abs=1)
    assert found.salient_gain_db > 0.5
    assert report.to_dict()["bytes"] == len(result.data)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quality": 0}, "`quality` is 0"),
        ({"quality": 101}, "1 to 100"),
        ({"quality": 80, "match_quality": 50}, "contradict"),
        ({"match_quality": 50, "floor": 30}, "`floor` goes with `quality`"),
        ({"quality": 50, "floor": 60}, "above `quality`"),
        ({"size_bytes": 0}, "`size_bytes` is 0"),
        ({"method": "magic"}, "rdo, mosaic"),
        ({"subsampling": "422"}, "444, 420"),
        ({"threads": 0}, "`threads` is 0"),
        ({"protect": [(250, 0, 20, 20)]}, "outside the picture"),
        ({"protect": [(0, 0, 0, 20)]}, "at least 1"),
        ({"protect": (0, 0, 8, 8)}, "list of boxes"),
        ({"protect": [(0, 0, 8)]}, "four whole numbers"),
        ({"protect": [(0, 0, 8, 8.5)]}, "four whole numbers"),
        ({"quality": True}, "`quality` is True"),
        ({"quality": 80.0}, "`quality` is 80.0"),
        ({"method": "mosaic", "floor": 50}, "`floor` goes with `method='rdo'`"),
        ({"threads": 2.0}, "`threads` is 2.0"),
        ({"map": "no-such-model"}, "no-such-model"),
        ({"map": 3}, "map is a int"),
        ({"protect": 3}, "list of boxes"),
        ({"map": foveate.saliency_map(PICTURE[:, :99], model="centre")}, "another aspect"),
    ],
)
def test_wrong_options_say_what_would_work(options, words):
    with pytest.raises(FoveateError, match=words) as caught:
        foveate.compress(PICTURE, **options)
    assert "\n" not in str(caught.value)


def test_a_picture_longer_than_jpeg_can_hold_is_refused():
    with pytest.raises(FoveateError, match="resize"):
        foveate.compress(np.zeros((1, 65_501, 3), np.uint8))


def test_save_does_not_replace_unless_told(tmp_path):
    result = foveate.compress(PICTURE, size_bytes=9_000, map="none")
    path = result.save(tmp_path / "a.jpg")
    assert path.read_bytes() == result.data
    with pytest.raises(OutputError, match=r"a\.jpg"):
        result.save(path)
    assert result.save(path, overwrite=True) == path


def test_option_errors_are_foveate_errors():
    assert issubclass(TargetError, OptionError)
    assert issubclass(OptionError, FoveateError)


def test_tuned_for_eyes_colours_get_bytes_that_luma_gives() -> None:
    copies = {}
    for tune in ("fidelity", "eyes"):
        result = foveate.compress(PICTURE, size_bytes=12_000, map="none", tune=tune)
        assert result.report.coder["tune"] == tune
        copies[tune] = decoded(result.data)
    luma, blue = (
        {tune: metric(PICTURE, copy, data_range=255) for tune, copy in copies.items()}
        for metric in (psnr_y, psnr_cb)
    )
    assert luma["eyes"] < luma["fidelity"]
    assert blue["eyes"] > blue["fidelity"]


def test_the_tune_vision_looks_as_often_as_the_effort_says() -> None:
    scores = []
    for effort in ("fast", "default", "best"):
        result = foveate.compress(
            PICTURE, match_quality=50, map="none", tune="vision", effort=effort
        )
        assert result.report.coder["effort"] == effort
        scores.append(ssimulacra2(PICTURE, decoded(result.data), data_range=255))
    assert scores == sorted(scores)
    with pytest.raises(OptionError, match="`effort` goes with `tune='vision'`"):
        foveate.compress(PICTURE, tune="fidelity", effort="best")


def test_the_mosaic_is_not_tuned() -> None:
    with pytest.raises(OptionError, match="`tune` goes with `method='rdo'`"):
        foveate.compress(PICTURE, method="mosaic", tune="eyes")
    assert "tune" not in foveate.compress(PICTURE, method="mosaic").report.coder


def test_an_unknown_tune_names_those_that_are_known() -> None:
    with pytest.raises(OptionError, match="vision, fidelity, eyes"):
        foveate.compress(PICTURE, tune="ears")  # type: ignore[arg-type]


def test_bits_a_pixel_are_the_files() -> None:
    report = foveate.compress(PICTURE, match_quality=50, map="none").report
    assert report.bpp == pytest.approx(8 * report.bytes / (264 * 200))
