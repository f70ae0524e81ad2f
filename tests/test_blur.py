import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from foveate.blur import gaussian_blurred


@pytest.mark.parametrize(
    ("edges", "of_scipy"), [("edge", "nearest"), ("reflect", "mirror"), ("symmetric", "reflect")]
)
@pytest.mark.parametrize(("sigma", "radius"), [(1.0, 3), (1.1, 2), (2.5, 8)])
@pytest.mark.parametrize(("kind", "off"), [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_it_is_scipys_gaussian(edges, of_scipy, sigma, radius, kind, off):
    values = np.random.default_rng(0).random((14, 23)).astype(kind)
    blurred = gaussian_blurred(values, sigma, radius, edges)
    assert blurred.dtype == kind
    expected = gaussian_filter(values, sigma, radius=radius, mode=of_scipy)
    np.testing.assert_allclose(blurred, expected, rtol=off)


def test_its_argument_is_left_as_it_was():
    values = np.eye(5)
    gaussian_blurred(values, 1.0, 3, "edge")
    assert np.array_equal(values, np.eye(5))
