"""A network -> the ONNX file that runs: large weights in 32, 16 or 8 bits, its card inside."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from foveate.errors import ModelError
from foveate.models.session import session_of
from foveate_research.training.recipes import RunTime

OPSET = 17
SMALLEST_HALF = 30_000  # tensors of fewer weights stay in 32 bits
TOLERANCE = 5e-3  # norms are folded before weights are rounded to 16 bits
LARGEST_BYTE = 127
CARD_KEY = "foveate.card"


def write_onnx(run_time: RunTime, target: Path, *, card: dict[str, Any]) -> Path:
    """Write the file, its card in the metadata, and check it against torch.

    Raises ModelError when an output is farther from torch's than TOLERANCE of its largest value.
    """
    module = run_time.module.eval()
    axes: dict[str, dict[int, str]] = {"pixels": {0: "batch"}}
    axes |= {name: {0: "batch"} for name in run_time.outputs}
    if not run_time.fixed:
        axes["pixels"] |= {2: "height", 3: "width"}
        with torch.inference_mode():
            shown = _outputs(module, torch.zeros(1, 3, *run_time.example))
        for name, value in zip(run_time.outputs, shown, strict=True):
            if value.ndim == 4:
                axes[name] |= {2: "rows", 3: "columns"}
    if run_time.bits == 8:
        round_to_bytes(module)
    elif run_time.bits == 16:
        round_to_half(module)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own notices about tracing
        path = Path(folder) / "traced.onnx"
        torch.onnx.export(
            module,
            (torch.zeros(1, 3, *run_time.example),),
            str(path),
            input_names=["pixels"],
            output_names=list(run_time.outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(str(path))
    if run_time.bits == 8:
        store_in_bytes(model)
    elif run_time.bits == 16:
        store_in_half(model)
    helper.set_model_props(model, {CARD_KEY: json.dumps(card, ensure_ascii=False)})
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(model.SerializeToString())
    worst = largest_difference(run_time, target)
    if worst > TOLERANCE:
        raise ModelError(f"{target} differs from torch by {worst:.2g}, more than {TOLERANCE}")
    return target


def round_to_half(module: nn.Module) -> None:
    """Round large weights to what 16 bits hold, so that torch and the file agree; in place."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() >= SMALLEST_HALF:
                parameter.copy_(parameter.half().float())


def round_to_bytes(module: nn.Module) -> None:
    """Round large weights to 127 steps either side of 0, a step an output channel; in place."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() >= SMALLEST_HALF:
                step = _steps(parameter.numpy())
                parameter.copy_(torch.from_numpy(np.rint(parameter.numpy() / step) * step))


def _steps(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A step an output channel (the first axis), with ones for the other axes."""
    largest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
    steps: npt.NDArray[np.float32] = np.maximum(largest / LARGEST_BYTE, 1e-12).astype(np.float32)
    return steps


def store_in_half(model: onnx.ModelProto) -> None:
    """Store large weights in 16 bits, cast back to 32 when the session loads; in place."""
    casts = []
    for tensor, values in _large_tensors(model):
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    _put_first(model, casts)


def store_in_bytes(model: onnx.ModelProto) -> None:
    """Store large weights in 8 bits and a step an output channel; multiplied when the session
    loads; in place."""
    made = []
    for tensor, values in _large_tensors(model):
        name, steps = tensor.name, _steps(values)
        whole = np.rint(values / steps).astype(np.int8)
        tensor.CopyFrom(numpy_helper.from_array(whole, f"{name}.bytes"))
        model.graph.initializer.append(numpy_helper.from_array(steps, f"{name}.steps"))
        floats = f"{name}.floats"
        made.append(helper.make_node("Cast", [f"{name}.bytes"], [floats], to=TensorProto.FLOAT))
        made.append(helper.make_node("Mul", [floats, f"{name}.steps"], [name]))
    _put_first(model, made)


def _large_tensors(
    model: onnx.ModelProto,
) -> list[tuple[onnx.TensorProto, npt.NDArray[np.float32]]]:
    """The graph's large weights with their values."""
    found = []
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor)
            if values.size >= SMALLEST_HALF:
                found.append((tensor, values))
    return found


def _put_first(model: onnx.ModelProto, made: list[onnx.NodeProto]) -> None:
    """New nodes before all others, which read what they make."""
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(made + nodes)


def largest_difference(run_time: RunTime, path: Path) -> float:
    """The largest difference between torch and the file over run_time.checks, relative to 1 or to
    the output's largest value where that is more."""
    session = session_of(path.read_bytes(), 1)
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for batch, height, width in run_time.checks:
        coarse = torch.rand(batch, 3, height // 16, width // 16, generator=generator) * 255
        pixels = nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")
        with torch.inference_mode():
            expected = [output.numpy() for output in _outputs(run_time.module, pixels)]
        found = session.run(list(run_time.outputs), {"pixels": pixels.numpy()})
        for ours, theirs in zip(found, expected, strict=True):
            scale = max(1.0, float(np.abs(theirs).max()))
            worst = max(worst, float(np.abs(ours - theirs).max()) / scale)
    return worst


def _outputs(module: nn.Module, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The module's outputs, also where there is but one."""
    found = module(pixels)
    return found if isinstance(found, tuple) else (found,)
