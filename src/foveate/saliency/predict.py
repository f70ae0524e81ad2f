"""saliency_map: run a model of the registry on a picture; predicted_map: however unsure it is."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.models.class_choice import ClassChoice
from foveate.models.registry import get_model
from foveate.pictures import DEFAULT_LIMITS, Limits, Picture, read_picture
from foveate.saliency.glance import glance
from foveate.saliency.map import SaliencyMap, flat_map
from foveate.threads import usable_threads

AnyImage = Picture | str | os.PathLike[str] | bytes | Image.Image | npt.NDArray[np.uint8]

UNSURE = 0.02  # below it a map is noise and is given as flat


def saliency_map(
    image: AnyImage,
    *,
    model: str = "auto",
    threads: int | None = None,
    classes: Sequence[str] = (),
    threshold: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SaliencyMap:
    """Where people will look in a picture; a flat map where the model knows next to nothing.

    Args:
        image: a Picture, a path, the bytes of a file, a Pillow or pyvips image, or a uint8 array.
        model: "auto" or a name of `foveate models`.
        threads: how many the model may use; never more than the process may (default: all).
        classes: of a label network such as msroi, the names of the classes to show (default: all
            kinds of objects).
        threshold: of msroi, how likely a class has to be to be shown, from 0 to 1 (default: what
            the network learnt). Where none is, the likeliest is shown.
        limits: what the picture may cost, where it has not been read yet.

    Raises:
        PictureError: the picture cannot be read.
        ModelError: no such model, or weights that do not match their record.
        OptionError: threads below 1, or classes or a threshold that the model does not know.
    """
    predicted = predicted_map(
        image, model=model, threads=threads, classes=classes, threshold=threshold, limits=limits
    )
    if predicted.confidence < UNSURE:
        return flat_map(predicted.height, predicted.width, model=predicted.model)
    return predicted


def predicted_map(
    image: AnyImage,
    *,
    model: str = "auto",
    threads: int | None = None,
    classes: Sequence[str] = (),
    threshold: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SaliencyMap:
    """What a model says, however unsure it is: `saliency_map` without its last step.

    For measuring and drawing models. Arguments and errors are those of `saliency_map`.
    """
    entry = get_model(model)
    choice = ClassChoice(tuple(classes), threshold)
    entry.check(choice)
    workers = usable_threads(threads)
    picture = image if isinstance(image, Picture) else read_picture(image, limits=limits)
    height, width = entry.size(picture.height, picture.width)
    pixels = glance(picture.pixels, height=height, width=width)
    predicted = entry.predict(pixels, workers, choice)
    return SaliencyMap(
        predicted.values, picture.height, picture.width, predicted.confidence, entry.name
    )
