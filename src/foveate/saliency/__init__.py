"""Picture -> SaliencyMap: run a model or read a map, align it, say how sure it is, show it."""

from foveate.saliency.given import map_for, map_from_array, map_from_file
from foveate.saliency.map import SaliencyMap
from foveate.saliency.overlay import overlay
from foveate.saliency.predict import predicted_map, saliency_map

__all__ = [
    "SaliencyMap",
    "map_for",
    "map_from_array",
    "map_from_file",
    "overlay",
    "predicted_map",
    "saliency_map",
]
