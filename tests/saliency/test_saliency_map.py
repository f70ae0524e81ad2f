"""What foveate.saliency_map promises, for the default network and the controls."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

import foveate
from foveate.errors import ModelError, OptionError
from foveate.models.baselines import spectral_residual
from foveate.saliency import saliency_map
from foveate.saliency.glance import glance

NETWORKS = ["foveate-s", "foveate-s-gaze", "foveate-s-mask"]
SHAPES = [(1, 1), (8, 8), (3, 700), (700, 3), (97, 211), (384, 512)]


@pytest.fixture(scope="module")
def astronaut():
    return data.astronaut()


def picture_with_a_face(astronaut, *, left):
    """A wide grey picture, the astronaut's face near one end."""
    canvas = np.full((200, 700, 3), 120, dtype=np.uint8)
    canvas += np.random.default_rng(1).integers(0, 6, canvas.shape, dtype=np.uint8)
    canvas[40:160, left : left + 120] = astronaut[50:170, 165:285]
    return canvas


@pytest.mark.parametrize("model", [*NETWORKS, "centre", "spectral-residual", "none"])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_picture_gets_a_map_of_its_own_size_in_0_to_1(model, shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = saliency_map(pixels, model=model)
    assert found.values.shape == shape
    assert found.values.dtype == np.float32
    assert found.values.min() >= 0
    assert found.values.max() <= 1
    assert 0 <= found.confidence <= 1


@pytest.mark.parametrize("shape", [(8, 65500), (65500, 8)])
def test_the_longest_strip_that_a_jpeg_holds_is_no_exception(shape):
    found = saliency_map(np.zeros((*shape, 3), dtype=np.uint8))
    assert found.resized(shape[0] // 8, shape[1] // 8).shape == (shape[0] // 8, shape[1] // 8)


@pytest.mark.parametrize("left", [20, 290, 560])
def test_the_map_peaks_where_the_face_is(astronaut, left):
    found = saliency_map(picture_with_a_face(astronaut, left=left))
    y, x = np.unravel_index(found.values.argmax(), found.values.shape)
    assert left <= x < left + 120
    assert 40 <= y < 160


def test_a_mirrored_picture_gets_about_the_mirrored_map(astronaut):
    found = saliency_map(astronaut).resized(64, 64)
    mirrored = saliency_map(astronaut[:, ::-1].copy()).resized(64, 64)[:, ::-1]
    assert np.corrcoef(found.ravel(), mirrored.ravel())[0, 1] > 0.8


def test_a_picture_and_its_enlargement_get_about_the_same_map(astronaut):
    found = saliency_map(astronaut).resized(64, 64)
    large = saliency_map(np.kron(astronaut, np.ones((4, 4, 1), dtype=np.uint8))).resized(64, 64)
    assert np.corrcoef(found.ravel(), large.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("model", NETWORKS)
def test_the_same_picture_gives_the_same_map_on_any_number_of_threads(astronaut, model):
    first = saliency_map(astronaut, model=model, threads=1)
    again = saliency_map(astronaut, model=model, threads=1)
    more = saliency_map(astronaut, model=model, threads=2)
    assert np.array_equal(first.coarse, again.coarse)
    assert np.array_equal(first.coarse, more.coarse)
    assert first.confidence == more.confidence


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("model", [*NETWORKS, "spectral-residual"])
def test_a_flat_picture_gets_a_flat_map_and_no_confidence(model, grey):
    found = saliency_map(np.full((300, 400, 3), grey, dtype=np.uint8), model=model)
    assert found.confidence == 0
    assert np.ptp(found.values) == 0


@pytest.mark.parametrize("model", NETWORKS)
def test_noise_gets_hardly_any_confidence(model):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    assert saliency_map(noise, model=model).confidence < 0.05


@pytest.mark.parametrize("spread", [20, 40, 80])
def test_coarse_white_noise_gets_hardly_any_confidence(spread):
    grey = 128 + spread * np.random.default_rng(1).standard_normal((480, 640, 3))
    noise = np.clip(grey, 0, 255).astype(np.uint8)
    assert saliency_map(noise).confidence < 0.05


def test_a_portrait_is_trusted(astronaut):
    assert saliency_map(astronaut).confidence > 0.5


def test_grey_pictures_are_taken_too(astronaut):
    assert saliency_map(astronaut[..., 0].copy()).values.shape == (512, 512)


def test_spectral_residual_finds_the_odd_one_out():
    rng = np.random.default_rng(0)
    canvas = np.full((256, 256, 3), 235, dtype=np.uint8)
    for row in range(8):
        for column in range(8):
            y, x = np.array([row, column]) * 32 + 16 + rng.integers(-2, 3, 2)
            tall, wide = (2, 8) if (row, column) == (5, 2) else (8, 2)
            canvas[y - tall : y + tall, x - wide : x + wide] = 30
    cells = saliency_map(canvas, model="spectral-residual").resized(8, 8)
    assert np.unravel_index(cells.argmax(), cells.shape) == (5, 2)


def test_spectral_residual_is_that_of_the_paper(astronaut):
    """Hou and Zhang 2007, equations 5 to 7, written anew on scipy's filters."""
    filters = pytest.importorskip("scipy.ndimage")
    grey = np.asarray(Image.fromarray(astronaut).resize((64, 64), Image.Resampling.BOX))
    found = spectral_residual(grey)
    spectrum = np.fft.fft2(grey @ np.array([0.299, 0.587, 0.114]))
    log = np.log(np.abs(spectrum) + 1e-9)
    residual = log - filters.uniform_filter(log, 3, mode="nearest")
    energy = np.abs(np.fft.ifft2(np.exp(residual) * spectrum / np.abs(spectrum))) ** 2
    expected = filters.gaussian_filter(energy, 2.5, truncate=3.2, mode="reflect")
    expected -= expected.min()
    assert found.values == pytest.approx(expected / expected.max(), abs=1e-5)


def test_the_centre_is_the_middle_at_any_aspect():
    found = saliency_map(np.zeros((100, 401, 3), dtype=np.uint8), model="centre").values
    y, x = np.unravel_index(found.argmax(), found.shape)
    assert abs(y - 50) <= 4
    assert abs(x - 200) <= 7


def test_no_map_is_flat_and_moves_nothing(astronaut):
    found = saliency_map(astronaut, model="none")
    assert found.confidence == 0
    assert np.ptp(found.resized(64, 64)) == 0


def test_unknown_models_and_no_threads_are_refused(astronaut):
    with pytest.raises(ModelError):
        saliency_map(astronaut, model="deepgaze")
    with pytest.raises(OptionError):
        saliency_map(astronaut, threads=0)


def test_the_package_gives_it_by_name(astronaut):
    assert foveate.saliency_map(astronaut, model="centre").model == "centre"


def test_resizing_is_aligned_with_the_picture():
    coarse = np.zeros((4, 8), dtype=np.float32)
    coarse[:, :2] = 1
    found = foveate.SaliencyMap(coarse, 400, 800, 1.0, "test")
    assert found.values[:, :150].min() == 1
    assert found.values[:, 250:].max() == 0
    assert np.allclose(found.resized(2, 4), [[1, 0, 0, 0]] * 2)


@pytest.mark.parametrize("shape", [(1000, 1501), (37, 999), (2049, 63)])
def test_a_glance_is_the_picture_averaged_and_aligned(shape):
    rows, columns = shape
    ramp = np.linspace(0, 255, columns)[None, :, None] * np.ones((rows, 1, 3))
    small = glance(np.round(ramp).astype(np.uint8), height=32, width=32)
    expected = (np.arange(32) + 0.5) / 32 * 255
    assert np.abs(small.mean(axis=(0, 2))[1:-1] - expected[1:-1]).max() < 2.5


@pytest.mark.parametrize("shape", [(400, 4000), (4000, 400), (1501, 900)])
def test_a_glance_at_a_picture_of_any_aspect_is_as_sharp_as_pillows(astronaut, shape):
    pixels = np.asarray(Image.fromarray(astronaut).resize(shape[::-1], Image.Resampling.BICUBIC))
    height, width = shape[0] // 10, shape[1] // 10
    small = glance(pixels, height=height, width=width).astype(int)
    direct = np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
    assert np.abs(small - direct).mean() < 1.5


def test_a_glance_does_not_depend_on_its_strips(astronaut, monkeypatch):
    whole = glance(astronaut, height=37, width=50)
    monkeypatch.setattr("foveate.saliency.glance.STRIP_PIXELS", 7 * 512)
    assert np.array_equal(glance(astronaut, height=37, width=50), whole)


def test_where_nothing_stands_out_the_map_is_one_everywhere():
    found = saliency_map(np.zeros((40, 60, 3), np.uint8), model="none")
    assert (found.values == 1).all()
    assert found.confidence == 0
