"""Weights of the package, checked against their record, as onnxruntime sessions kept in memory."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError
from foveate.models.registry import package_file, read_card

Outputs = dict[str, npt.NDArray[np.float32]]


def checked_weights(name: str) -> bytes:
    """The ONNX file that the record `name` tells of; ModelError when its hash is another."""
    stated = read_card(name)["weights"]
    path = package_file("weights", stated["file"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} is missing: reinstall foveate") from error
    if hashlib.sha256(data).hexdigest() != stated["sha256"]:
        raise ModelError(f"{path} does not match its record's SHA-256: reinstall foveate")
    return data


@lru_cache(maxsize=4)
def _session(name: str, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        checked_weights(name), options, providers=["CPUExecutionProvider"]
    )


def run_network(name: str, pixels: npt.NDArray[np.uint8], threads: int) -> Outputs:
    """Every output (h, w) float32 of the network for one (H, W, 3) RGB picture, by name.

    H and W are multiples of 32. The session is made once a process and number of threads.
    """
    session = _session(name, threads)
    inputs = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)
    names = [output.name for output in session.get_outputs()]
    found = session.run(names, {"pixels": inputs})
    return {
        key: cast(npt.NDArray[np.float32], value[0, 0])
        for key, value in zip(names, found, strict=True)
    }
