"""A file that is offered as a network: read, loaded, and tried on a small picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError, printable
from foveate.models.entry import Prediction
from foveate.models.session import session_of
from foveate.pictures.file_bytes import file_bytes


def read_file(source: Path) -> bytes:
    """The bytes of a file that the user named; ModelError when it cannot be read."""
    return file_bytes(source, kind="ONNX file", error_kind=ModelError)


def loaded(source: Path, data: bytes) -> Any:
    """A session of the file; onnxruntime has an exception of its own for each way to fail."""
    try:
        return session_of(data, 1)
    except Exception as error:
        raise ModelError(f"{printable(source)}: is not an ONNX file that runs here") from error


def trial_picture(height: int, width: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3): shading, a bright square, a little grain."""
    y, x = np.mgrid[:height, :width]
    shade = 60 + 80 * x / width + 40 * y / height
    shade[height // 3 : height // 2, width // 3 : width // 2] += 70
    grain = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    picture = np.clip(shade[..., None] * [1.0, 0.9, 0.7] + grain, 0, 255)
    return np.asarray(picture, dtype=np.uint8)


def is_map(prediction: Prediction) -> bool:
    """Whether a prediction is what the registry promises."""
    values = prediction.values
    if values.ndim != 2 or not np.isfinite(values).all():
        return False
    return bool(values.min() >= -1e-6 and values.max() <= 1 + 1e-6)
