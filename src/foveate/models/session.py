"""Networks as onnxruntime sessions kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.models.interruptions import signals_wait
from foveate.models.records import checked_weights

Outputs = dict[str, npt.NDArray[np.float32]]
# a session and the pixels (h, w, 3)
Run = Callable[[Any, npt.NDArray[np.uint8]], Outputs]


@lru_cache(maxsize=4)
def _session(name: str, threads: int) -> Any:
    return session_of(checked_weights(name), threads)


def session_of(weights: bytes, threads: int) -> Any:
    """An onnxruntime session on the processor."""
    with signals_wait():
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def run_network(
    name: str, pixels: npt.NDArray[np.uint8], threads: int, *, run: Run | None = None
) -> Outputs:
    """Every output of the network for one (H, W, 3) RGB picture, by name.

    A map of one channel comes as (h, w) float32, several as (C, h, w), numbers as (C,). H and W
    are multiples of what the network asks for. The session is made once a process and number of
    threads. run: how the session is shown the pixels; as `outputs_of` does, unless given.
    """
    return (run or outputs_of)(_session(name, threads), pixels)


def outputs_of(session: Any, pixels: npt.NDArray[np.uint8]) -> Outputs:
    """As run_network, for a session in hand."""
    inputs = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)
    names = [output.name for output in session.get_outputs()]
    found = session.run(names, {"pixels": inputs})
    return {key: _without_batch(value) for key, value in zip(names, found, strict=True)}


def _without_batch(value: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The first of the batch; a single channel's axis goes too."""
    first: npt.NDArray[np.float32] = value[0]
    return np.asarray(first[0]) if first.ndim == 3 and first.shape[0] == 1 else first


def forget_sessions() -> None:
    """Let go of the sessions in memory: weights on the disk have changed."""
    _session.cache_clear()
