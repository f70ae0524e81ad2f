"""The map that a `map` argument means: a model's, a file's, an array's, or the map itself."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import MapError
from foveate.pictures import DEFAULT_LIMITS, Limits, Picture
from foveate.saliency.given import map_for, map_from_array, map_from_file
from foveate.saliency.map import SaliencyMap
from foveate.saliency.predict import saliency_map

MapSource = str | PathLike[str] | npt.NDArray[Any] | SaliencyMap


def map_of(
    source: MapSource,
    picture: Picture,
    *,
    threads: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SaliencyMap:
    """The map of `picture` that `source` means.

    Args:
        source: "auto", "none", a model's name, the path of a grey picture or .npy file, an array,
            or a `SaliencyMap` of this picture or of a scale of it. A path is told from a name by
            its suffix.
        picture: the picture that the map is of.
        threads: how many threads a model may use at most.
        limits: what a map's file may cost.

    Raises:
        MapError: the map does not fit the picture, cannot be read, or is none.
        ModelError: no model has that name.
    """
    if isinstance(source, SaliencyMap):
        return map_for(source, picture)
    if isinstance(source, np.ndarray):
        return map_from_array(source, picture)
    if not isinstance(source, str | PathLike):
        raise MapError(
            f"map is a {type(source).__name__}; give 'auto', 'none', a model's name, a file,"
            " an array or a SaliencyMap"
        )
    if isinstance(source, PathLike) or Path(source).suffix:
        return map_from_file(source, picture, limits=limits)
    return saliency_map(picture, model=source, threads=threads)
