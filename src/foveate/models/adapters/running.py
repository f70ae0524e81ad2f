"""A foreign network run by its adapter: pixels to its inputs, its output to a map."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import ModelError
from foveate.models.adapters.adapter import MOST_CHANNELS, Adapter, CentreBias, Input, Output
from foveate.models.confidence import gaze_confidence, mask_confidence
from foveate.models.entry import ModelEntry, Pixels, Prediction
from foveate.models.session import Outputs

Floats = npt.NDArray[np.float32]

TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}
"""The types of numbers that an input may take, as onnxruntime names them."""

NUMBERS = (*TYPES, "tensor(int32)", "tensor(int64)", "tensor(int8)", "tensor(uint16)")
NO_SUMMARY = "a foreign network, by its adapter"
LARGEST_MAP = 1 << 24  # values of the chosen output
LEAST_SIDE = 2  # of a map: one row or column is a list of scores
SLACK = 1e-3  # how far outside of 0..1 rounding may carry a probability
MAP = "map"
"""The name under which the chosen output goes from `run` to `read`."""


def foreign_entry(name: str, adapter: Adapter, *, record: str) -> ModelEntry:
    """The row of a foreign network in the list of models; its weights are those of `record`."""

    def run(session: Any, pixels: Pixels) -> Outputs:
        return {MAP: output_of(session, pixels, adapter, name)}

    def read(outputs: Outputs, pixels: Pixels) -> Prediction:
        return prediction_of(outputs[MAP], pixels, adapter.output, name)

    return ModelEntry(
        name,
        adapter.summary or NO_SUMMARY,
        "network",
        adapter.input.size,
        read=read,
        run=run,
        record=record,
    )


def fed(pixels: Pixels, given: Input, number: Any = np.float32) -> npt.NDArray[Any]:
    """What the network is shown of pixels (h, w, 3): one picture in a batch, in its layout."""
    divide = float(max(int(pixels.max()), 1)) if given.divide is None else given.divide
    values = pixels[..., ::-1] if given.colours == "BGR" else pixels
    scaled = (values.astype(np.float32) / np.float32(divide)) - np.array(given.mean, np.float32)
    scaled /= np.array(given.std, np.float32)
    batch = scaled[None] if given.layout == "NHWC" else scaled.transpose(2, 0, 1)[None]
    return np.ascontiguousarray(batch, dtype=number)


def centre_bias_of(bias: CentreBias, height: int, width: int) -> Floats:
    """(height, width): the log density of looking at each pixel; its exponentials sum to 1."""
    log_density = np.zeros((height, width))
    if bias.sigma is not None:
        y = (np.arange(height) + 0.5) / height - 0.5
        x = (np.arange(width) + 0.5) / width - 0.5
        log_density = -0.5 * (y[:, None] ** 2 + x[None] ** 2) / bias.sigma**2
    log_density -= np.log(np.exp(log_density - log_density.max()).sum()) + log_density.max()
    return log_density.astype(np.float32)


def output_of(session: Any, pixels: Pixels, adapter: Adapter, name: str) -> Floats:
    """The network's chosen output for pixels (h, w, 3), as (h', w') numbers, all finite.

    Raises ModelError, which names the model, where the output is no such map.
    """
    picture, bias = inputs_of(session, adapter)
    feeds = {picture.name: fed(pixels, adapter.input, TYPES[picture.type])}
    if bias is not None and adapter.centre_bias is not None:
        density = centre_bias_of(adapter.centre_bias, *pixels.shape[:2])
        shaped = density.reshape(*[1] * (len(bias.shape) - 2), *density.shape)
        feeds[bias.name] = shaped.astype(TYPES[bias.type])
    wanted = adapter.output.name or session.get_outputs()[0].name
    try:
        (found,) = session.run([wanted], feeds)
    except Exception as error:  # onnxruntime has an exception of its own for each way to fail
        rows, columns = pixels.shape[:2]
        raise ModelError(f"{name}: does not run on a picture of {columns}x{rows}") from error
    return _one_map(np.asarray(found), adapter.output, name)


def inputs_of(session: Any, adapter: Adapter) -> tuple[Any, Any]:
    """The input of the session that takes the picture, and that of the centre bias or None."""
    by_name = {each.name: each for each in session.get_inputs()}
    bias = None if adapter.centre_bias is None else by_name.pop(adapter.centre_bias.name, None)
    if adapter.input.name is not None:
        return by_name[adapter.input.name], bias
    return next(iter(by_name.values())), bias


def prediction_of(values: Floats, pixels: Pixels, output: Output, name: str) -> Prediction:
    """The map in 0..1 that finite values (h, w) of the stated kind mean."""
    if output.kind in ("probability", "logits"):
        mask = _sigmoid(values) if output.kind == "logits" else values
        if mask.min() < -SLACK or mask.max() > 1 + SLACK:
            raise ModelError(
                f"{name}: [output] kind is probability, but values reach from "
                f"{mask.min():.3g} to {mask.max():.3g}"
            )
        mask = np.clip(mask, 0, 1)
        return Prediction(_shown(mask, output), mask_confidence(mask, pixels))
    if output.kind == "log-density":
        values = np.exp(values - values.max())
    if values.min() < 0:
        raise ModelError(
            f"{name}: [output] kind is density, but the least value is {values.min():.3g}"
        )
    peak = float(values.max())
    by_peak = values / np.float32(peak) if peak > 0 else np.ones_like(values)
    mean = by_peak.mean(dtype=np.float64)
    density = np.asarray(by_peak / np.float32(mean), dtype=np.float32)
    return Prediction(_shown(by_peak, output), gaze_confidence(density, pixels))


def _one_map(found: npt.NDArray[Any], output: Output, name: str) -> Floats:
    """The map within an output of 2, 3 or 4 axes."""
    shape = "x".join(map(str, found.shape)) or "a single number"
    if found.dtype.kind not in "fiu" or found.size > LARGEST_MAP or not 2 <= found.ndim <= 4:
        raise ModelError(f"{name}: its output, {shape} of {found.dtype}, is no map")
    if found.ndim > 2 and found.shape[0] != 1:
        raise ModelError(f"{name}: its output is {shape}: more than one picture's")
    if found.ndim == 4:
        found = found[0].transpose(2, 0, 1) if output.layout == "NHWC" else found[0]
    channels = found[None] if found.ndim == 2 else found
    if output.channel is None and len(channels) != 1:
        raise ModelError(
            f"{name}: its output is {shape}: [output] channel must say which of {len(channels)}"
        )
    channel = output.channel or 0
    if channel >= min(len(channels), MOST_CHANNELS):
        raise ModelError(f"{name}: [output] channel is {channel}, but its output is {shape}")
    values: Floats = channels[channel].astype(np.float32)
    if min(values.shape) < LEAST_SIDE:
        raise ModelError(f"{name}: its output is {shape}: no map of a picture")
    if not np.isfinite(values).all():
        raise ModelError(f"{name}: its output holds values that are no finite numbers")
    return values


def _sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-values)), without overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * values), dtype=np.float32)


def _shown(values: Floats, output: Output) -> Floats:
    """Values of 0..1 as the map: stretched where the adapter says so."""
    if output.stretch:
        least, spread = float(values.min()), float(np.ptp(values))
        values = (values - least) / np.float32(spread) if spread > 0 else np.zeros_like(values)
    return np.asarray(values, dtype=np.float32)
