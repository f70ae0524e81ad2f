"""saliency_map: run a model of the registry on a picture; predicted_map: however unsure it is."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.models.registry import get_model
from foveate.pictures import Picture, read_picture
from foveate.saliency.glance import glance
from foveate.saliency.map import SaliencyMap, flat_map
from foveate.threads import usable_threads

AnyImage = Picture | str | os.PathLike[str] | bytes | Image.Image | npt.NDArray[np.uint8]

UNSURE = 0.02  # below it a map is noise and is given as flat


def saliency_map(
    image: AnyImage, *, model: str = "auto", threads: int | None = None
) -> SaliencyMap:
    """Where people will look in a picture; a flat map where the model knows next to nothing.

    Args:
        image: a Picture, a path, the bytes of a file, a PIL image or a uint8 array.
        model: "auto" or a name of `foveate models`.
        threads: how many the model may use; never more than the process may (default: all).

    Raises:
        PictureError: the picture cannot be read.
        ModelError: no such model, or weights that do not match their record.
        OptionError: threads below 1.
    """
    predicted = predicted_map(image, model=model, threads=threads)
    if predicted.confidence < UNSURE:
        return flat_map(predicted.height, predicted.width, model=predicted.model)
    return predicted


def predicted_map(
    image: AnyImage, *, model: str = "auto", threads: int | None = None
) -> SaliencyMap:
    """What a model says, however unsure it is: `saliency_map` without its last step.

    For measuring and drawing models. Arguments and errors are those of `saliency_map`.
    """
    entry = get_model(model)
    workers = usable_threads(threads)
    picture = image if isinstance(image, Picture) else read_picture(image)
    height, width = entry.size(picture.height, picture.width)
    pixels = glance(picture.pixels, height=height, width=width)
    predicted = entry.predict(pixels, workers)
    return SaliencyMap(
        predicted.values, picture.height, picture.width, predicted.confidence, entry.name
    )
