"""MS-ROI's maps: all classes over their thresholds (equation 5), or the top five by rank."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from foveate.models.confidence import contrast_confidence
from foveate.models.entry import Prediction, Read, network
from foveate.models.session import Outputs
from foveate.models.working_size import shorter_side_size

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

SHORTEST_SIDE = 224
STRIDE = 16
LITE_SHORTEST_SIDE = 256  # for msroi-lite and cam-lite
TOP = 5
# how steep the curve of fixations by rank is beside foveate-s's: results/weight-curve-labels.json
MSROI = 0.64
MSROI_TOP_FIVE = 0.65
MSROI_FINE = 0.63
MSROI_LITE = 0.52
MSROI_LITE_TOP_FIVE = 0.54
RELEASED = 0.39
RANK_WEIGHTS = np.arange(TOP, 0, -1, dtype=np.float32) / 15
# first to fifth; what the published code's repeated averaging comes to
RELEASED_WEIGHTS = np.array([0.5, 0.25, 0.125, 0.0625, 0.075], dtype=np.float32)


def size_of(height: int, width: int, *, shortest: int = SHORTEST_SIDE) -> tuple[int, int]:
    """Shorter side 224, the other in proportion to the nearest multiple of 16: the whole picture.

    The published script looks at a central square and stretches its map over the picture.
    """
    return shorter_side_size(height, width, shortest=shortest, stride=STRIDE)


def lite_size_of(height: int, width: int) -> tuple[int, int]:
    """As size_of, with the shorter side at 256."""
    return size_of(height, width, shortest=LITE_SHORTEST_SIDE)


def ranked_things(outputs: Outputs) -> npt.NDArray[np.intp]:
    """Indices of the object classes, the highest score first."""
    scores = np.where(outputs["things"] > 0.5, outputs["scores"], -np.inf)
    order = np.argsort(-scores, kind="stable")
    return order[: int((outputs["things"] > 0.5).sum())]


def over_threshold(outputs: Outputs) -> Floats:
    """Equation 5: the sum of the maps of all object classes whose logit is positive, (h, w).

    Where the outputs say "over", that is the logit to exceed, in place of 0. Where no class does,
    equation 5 is zero everywhere, which says nothing of where to look: the likeliest class that has
    features anywhere stands in for it.
    """
    order = ranked_things(outputs)
    chosen = order[outputs["scores"][order] > outputs.get("over", 0)]
    found = outputs["maps"][chosen].sum(axis=0)
    return np.asarray(found) if found.any() else likeliest_shown(outputs)


def top_by_rank(outputs: Outputs) -> Floats:
    """The five object classes of the highest scores, weighted 5 to 1 (section 3), (h, w).

    Where they have no features, the likeliest class that has some stands in.
    """
    best = ranked_things(outputs)[:TOP]
    found = np.tensordot(RANK_WEIGHTS[: len(best)], outputs["maps"][best], axes=1)
    return found if found.any() else likeliest_shown(outputs)


def likeliest_shown(outputs: Outputs) -> Floats:
    """The map of the object class of the highest score whose map is not zero everywhere, (h, w)."""
    order = ranked_things(outputs)
    shown = order[outputs["maps"][order].any(axis=(1, 2))]
    return np.asarray(outputs["maps"][shown[0] if len(shown) else order[0]])


def as_released(outputs: Outputs) -> Floats:
    """The published code's merge: five maps, each stretched to 0..1, by its effective weights."""
    best = outputs["maps"][ranked_things(outputs)[:TOP]]
    stretched_maps = np.stack([stretched(each) for each in best])
    return np.tensordot(RELEASED_WEIGHTS[: len(best)], stretched_maps, axes=1)


def stretched(values: Floats) -> Floats:
    """Least to 0 and largest to 1; a flat map to 0."""
    spread = float(values.max() - values.min())
    if spread <= 0:
        return np.zeros_like(values)
    return np.asarray((values - values.min()) / np.float32(spread), dtype=np.float32)


def surest(outputs: Outputs) -> float:
    """The probability of the likeliest object class by its own sigmoid (equation 6, mended)."""
    best = float(outputs["scores"][ranked_things(outputs)[0]])
    return float(1 / (1 + np.exp(-best)))


def surest_of_all(outputs: Outputs) -> float:
    """The probability of the likeliest object class by a softmax over all classes."""
    powers = np.exp(outputs["scores"] - outputs["scores"].max())
    return float(powers[ranked_things(outputs)[0]] / powers.sum())


def confidence(steepness: float, probability: float, pixels: Pixels) -> float:
    """Between half and all of a family's steepness, by how sure of a class it is."""
    return steepness * (0.5 + 0.5 * probability) * contrast_confidence(pixels)


def read_by(choose: Callable[[Outputs], Floats], steepness: float) -> Read:
    """A reading of the outputs: what `choose` makes of them, not negative, divided by its peak."""

    def read(outputs: Outputs, pixels: Pixels) -> Prediction:
        values = choose(outputs)
        shown = np.asarray(values / max(float(values.max()), 1e-30), dtype=np.float32)
        return Prediction(shown, confidence(steepness, surest(outputs), pixels))

    return read


def read_as_released(outputs: Outputs, pixels: Pixels) -> Prediction:
    """The published code's map, stretched to 0..1."""
    shown = stretched(as_released(outputs))
    return Prediction(shown, confidence(RELEASED, surest_of_all(outputs), pixels))


ENTRIES = (
    network(
        "msroi",
        "objects of all classes over their thresholds (MS-ROI, equation 5)",
        read_by(over_threshold, MSROI),
        size=size_of,
        record="msroi",
        thresholds=True,
    ),
    network(
        "msroi-top-five",
        "objects of the five likeliest classes, weighted by rank (MS-ROI)",
        read_by(top_by_rank, MSROI_TOP_FIVE),
        size=size_of,
        record="msroi",
    ),
    network(
        "msroi-fine",
        "as msroi, on 127 labels that are not collapsed",
        read_by(over_threshold, MSROI_FINE),
        size=size_of,
        record="msroi-fine",
        thresholds=True,
    ),
    network(
        "msroi-released",
        "what MS-ROI's published code computes: a merge of five class activation maps",
        read_as_released,
        size=size_of,
        record="msroi-released",
    ),
    network(
        "msroi-lite",
        "as msroi, on a published ImageNet trunk in place of the paper's",
        read_by(over_threshold, MSROI_LITE),
        size=lite_size_of,
        record="msroi-lite",
        thresholds=True,
    ),
    network(
        "msroi-lite-top-five",
        "as msroi-top-five, on a published ImageNet trunk in place of the paper's",
        read_by(top_by_rank, MSROI_LITE_TOP_FIVE),
        size=lite_size_of,
        record="msroi-lite",
    ),
)
