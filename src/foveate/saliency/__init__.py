"""Picture -> SaliencyMap -> weights: run a model or read a map, align it, weigh blocks, show it."""

from foveate.saliency.given import map_for, map_from_array, map_from_file
from foveate.saliency.map import SaliencyMap
from foveate.saliency.overlay import heat_layer, overlay
from foveate.saliency.predict import predicted_map, saliency_map
from foveate.saliency.sources import MapSource, map_of
from foveate.saliency.weights import Weights

__all__ = [
    "MapSource",
    "SaliencyMap",
    "Weights",
    "heat_layer",
    "map_for",
    "map_from_array",
    "map_from_file",
    "map_of",
    "overlay",
    "predicted_map",
    "saliency_map",
]
