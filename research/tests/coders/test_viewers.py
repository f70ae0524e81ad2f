"""Where viewers looked, as coders are measured by it."""

import numpy as np
from scipy.ndimage import gaussian_filter

from foveate_research.coders.gaze import viewers_density


def test_the_density_is_the_fixations_blurred_by_3_per_cent_of_the_width():
    points = np.array([[0, 10, 20], [1, 70, 5], [1, 99, 59], [2, 10, 20]])
    counts = np.zeros((60, 100))
    np.add.at(counts, (points[:, 2], points[:, 1]), 1)
    blurred = gaussian_filter(counts, 3.0, mode="constant")
    np.testing.assert_allclose(
        viewers_density(points, 60, 100), blurred / blurred.max(), atol=1e-12
    )


def test_points_beyond_the_edge_count_as_on_it():
    outside, on = (viewers_density(np.array([[0, x, 5]]), 20, 30) for x in (35, 29))
    np.testing.assert_array_equal(outside, on)
