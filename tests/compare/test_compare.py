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
from foveate.errors import MapError, ModelError, PictureError
from foveate.metrics.quality import luma


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
    assert result.psnr == pytest.approx(
        peak_signal_noise_ratio(luma(photo()), luma(decoded), data_range=255)
    )
    assert (result.width, result.height) == (56, 40)
    assert (result.original_bytes, result.bytes) == (None, len(copy))
    assert result.bpp == pytest.approx(8 * len(copy) / (56 * 40))
    assert 0 < result.ssim < 1


def test_paths_bytes_images_and_arrays_compare_alike(tmp_path: Path) -> None:
    copy = jpeg(photo(), 40)
    file = tmp_path / "copy.jpg"
    file.write_bytes(copy)
    image = Image.open(file)
    results = [foveate.compare(photo(), each) for each in (copy, file, image, np.asarray(image))]
    assert len({(r.psnr, r.psnr_s, r.ssim, r.map) for r in results}) == 1


def test_a_flat_map_makes_psnr_s_the_psnr() -> None:
    result = foveate.compare(photo(), jpeg(photo(), 40), map="none")
    assert result.psnr_s == result.psnr
    assert result.confidence == 0


def test_psnr_s_looks_where_the_map_says() -> None:
    copy = photo()
    copy[:, :28] += 20
    left = np.zeros((40, 56), np.float32)
    left[:, :28] = 1.0
    assert foveate.compare(photo(), copy, map=1 - left).psnr_s == math.inf
    where_spoiled = foveate.compare(photo(), copy, map=left)
    assert where_spoiled.psnr_s < where_spoiled.psnr


def test_the_map_is_predicted_from_the_original_by_default() -> None:
    assert foveate.compare(photo(), photo()).map == foveate.saliency_map(photo()).model


def test_identical_pictures_give_null_in_json() -> None:
    result = foveate.compare(photo(), photo())
    assert (result.psnr, result.psnr_s) == (math.inf, math.inf)
    assert result.ssim == pytest.approx(1)
    values = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert (values["psnr"], values["psnr_s"], values["ssim"]) == (None, None, 1.0)


def test_orientation_is_applied_before_comparing() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(np.rot90(photo())).save(buffer, "PNG", exif=exif)
    assert foveate.compare(photo(), buffer.getvalue(), map="none").psnr == math.inf


def test_a_profile_that_says_srgb_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = foveate.compare(photo(), jpeg(photo(), 95, icc_profile=profile), map="none")
    plain = foveate.compare(photo(), jpeg(photo(), 95), map="none")
    assert same.psnr == pytest.approx(plain.psnr, abs=1e-9)


def test_grey_and_colour_compare_by_luma() -> None:
    grey = photo()[..., 0]
    colour = np.stack([grey] * 3, axis=2)
    assert foveate.compare(grey, colour, map="none").psnr == math.inf


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(PictureError, match="56 x 40, but <array> is 40 x 56"):
        foveate.compare(photo(56, 40), photo())


def test_a_map_of_another_aspect_or_name_is_refused() -> None:
    with pytest.raises(MapError):
        foveate.compare(photo(), photo(), map=np.zeros((10, 50), np.float32))
    with pytest.raises(ModelError):
        foveate.compare(photo(), photo(), map="nonesuch")
