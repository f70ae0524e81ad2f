"""foveate.compare: a copy held against its original."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage.metrics import peak_signal_noise_ratio

import foveate
from foveate.errors import MapError, ModelError, OptionError, PictureError
from foveate.metrics.quality import METRICS, luma


def photo(height: int = 40, width: int = 56) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    ground = np.stack([90 + 2 * x, 100 + y, 140 - x], axis=2)
    return np.clip(ground + np.random.default_rng(0).normal(0, 8, ground.shape), 0, 255).astype(
        np.uint8
    )


def jpeg(pixels: np.ndarray, quality: int, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def test_a_comparison_tells_bytes_and_luma_psnr() -> None:
    copy = jpeg(photo(), 40)
    result = foveate.compare(photo(), copy, map="none")
    decoded = np.asarray(Image.open(io.BytesIO(copy)))
    assert result.metrics["psnr_y"] == pytest.approx(
        peak_signal_noise_ratio(luma(photo()), luma(decoded), data_range=255)
    )
    assert (result.width, result.height) == (56, 40)
    assert (result.original_bytes, result.bytes) == (None, len(copy))
    assert result.bpp == pytest.approx(8 * len(copy) / (56 * 40))
    assert 0 < result.metrics["ssim"] < 1


def test_every_metric_is_measured_in_the_order_of_tables() -> None:
    result = foveate.compare(photo(), jpeg(photo(), 40))
    assert list(result.metrics) == [metric.name for metric in METRICS]
    assert list(result.weighted) == [metric.name for metric in METRICS if metric.pools]


def test_metrics_can_be_chosen() -> None:
    result = foveate.compare(photo(), jpeg(photo(), 40), metrics=["ssim", "psnr_s"])
    assert list(result.metrics) == ["psnr_s", "ssim"]
    assert list(result.weighted) == ["ssim"]


@pytest.mark.parametrize("names", [["psnr"], ["ssim", "nonesuch"], []])
def test_an_unknown_metric_or_none_is_refused(names: list[str]) -> None:
    with pytest.raises(OptionError, match="choose from psnr_s, psnr_y"):
        foveate.compare(photo(), photo(), metrics=names)


def test_paths_bytes_images_and_arrays_compare_alike(tmp_path: Path) -> None:
    copy = jpeg(photo(), 40)
    file = tmp_path / "copy.jpg"
    file.write_bytes(copy)
    image = Image.open(file)
    results = [foveate.compare(photo(), each) for each in (copy, file, image, np.asarray(image))]
    assert all((r.metrics, r.map) == (results[0].metrics, results[0].map) for r in results)


def test_with_a_flat_map_people_look_everywhere() -> None:
    result = foveate.compare(photo(), jpeg(photo(), 40), map="none")
    assert result.metrics["psnr_s"] == result.metrics["psnr_y"]
    for name, value in result.weighted.items():
        near = {"abs": 0.03} if name == "ssimulacra2" else {"rel": 1e-6}
        assert value == pytest.approx(result.metrics[name], **near)
    assert result.confidence == 0


def test_metrics_by_the_map_look_where_it_says() -> None:
    copy = photo()
    copy[:, :28] += 20
    left = np.zeros((40, 56), np.float32)
    left[:, :28] = 1.0
    where_kept = foveate.compare(photo(), copy, map=1 - left)
    assert where_kept.metrics["psnr_s"] == where_kept.weighted["psnr_y"] == math.inf
    where_spoiled = foveate.compare(photo(), copy, map=left)
    assert where_spoiled.metrics["psnr_s"] < where_spoiled.metrics["psnr_y"]
    assert where_spoiled.weighted["ssim"] < where_spoiled.metrics["ssim"]


def test_the_map_is_predicted_from_the_original_by_default() -> None:
    assert foveate.compare(photo(), photo()).map == foveate.saliency_map(photo()).model


def test_identical_pictures_give_null_in_json() -> None:
    result = foveate.compare(photo(), photo())
    values = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert result.metrics["psnr_y"] == result.metrics["psnr_s"] == math.inf
    assert (values["psnr_y"], values["psnr_s"], values["psnr_y_weighted"]) == (None, None, None)
    assert (values["ssim"], values["ssim_weighted"]) == (1.0, 1.0)


def test_json_says_both_values_of_a_metric_that_pools() -> None:
    result = foveate.compare(photo(), jpeg(photo(), 40), metrics=["psnr_s", "psnr_hvs_m"])
    assert result.to_dict() == {
        "original": "<array>",
        "copy": "<bytes>",
        "width": 56,
        "height": 40,
        "original_bytes": None,
        "bytes": result.bytes,
        "bpp": pytest.approx(result.bpp, abs=5e-5),
        "psnr_s": pytest.approx(result.metrics["psnr_s"], abs=5e-4),
        "psnr_hvs_m": pytest.approx(result.metrics["psnr_hvs_m"], abs=5e-4),
        "psnr_hvs_m_weighted": pytest.approx(result.weighted["psnr_hvs_m"], abs=5e-4),
        "map": "foveate-s",
        "confidence": pytest.approx(result.confidence, abs=5e-4),
    }


def test_orientation_is_applied_before_comparing() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(np.rot90(photo())).save(buffer, "PNG", exif=exif)
    assert foveate.compare(photo(), buffer.getvalue(), map="none").metrics["psnr_y"] == math.inf


def test_a_profile_that_says_srgb_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = foveate.compare(photo(), jpeg(photo(), 95, icc_profile=profile), map="none")
    plain = foveate.compare(photo(), jpeg(photo(), 95), map="none")
    assert same.metrics == pytest.approx(plain.metrics, abs=1e-9)


def test_grey_and_colour_compare_by_luma() -> None:
    grey = photo()[..., 0]
    colour = np.stack([grey] * 3, axis=2)
    assert foveate.compare(grey, colour, map="none").metrics["psnr_y"] == math.inf


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(PictureError, match="56 x 40, but <array> is 40 x 56"):
        foveate.compare(photo(56, 40), photo())


def test_a_map_of_another_aspect_or_name_is_refused() -> None:
    with pytest.raises(MapError):
        foveate.compare(photo(), photo(), map=np.zeros((10, 50), np.float32))
    with pytest.raises(ModelError):
        foveate.compare(photo(), photo(), map="nonesuch")
