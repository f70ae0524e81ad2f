"""A trained network -> the ONNX file that runs: large weights in 16 bits, its card inside."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from foveate.errors import ModelError
from foveate.models.session import session_of
from foveate.training.recipes import RunTime

OPSET = 17
SMALLEST_HALF = 30_000  # tensors of fewer weights stay in 32 bits
TOLERANCE = 5e-3  # norms are folded before weights are rounded to 16 bits
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


def store_in_half(model: onnx.ModelProto) -> None:
    """Store large weights in 16 bits, cast back to 32 when the session loads; in place."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        if values.size < SMALLEST_HALF or np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)


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
