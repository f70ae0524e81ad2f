"""Foreign saliency networks in a few nodes, and the files that adapt them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper, save_model

FLOAT = TensorProto.FLOAT
WEIGHTS = np.array([0.7, -0.4, 0.25], np.float32)  # of the first, second and third channel
BIAS = 0.1


def write_network(
    path: Path,
    nodes: Sequence[NodeProto],
    *,
    takes: dict[str, Sequence[Any]],
    gives: dict[str, Sequence[Any]],
    constants: dict[str, np.ndarray],
    number: int = FLOAT,
) -> Path:
    """A network of these nodes; takes, gives: the shapes of inputs and outputs by name."""
    graph = helper.make_graph(
        list(nodes),
        "foreign",
        [helper.make_tensor_value_info(name, number, shape) for name, shape in takes.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in gives.items()],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save_model(model, str(path))
    return path


def write_weighted(
    path: Path,
    *,
    sides: tuple[Any, Any] = ("h", "w"),
    layout: str = "NCHW",
    channels: int = 3,
    batch: Any = 1,
    sigmoid: bool = False,
    scale: float = 1.0,
    name: str = "x",
) -> Path:
    """A network of two outputs: "coarse", all 0.5, and "fine", WEIGHTS · pixel + BIAS."""
    last = layout == "NHWC"
    shape = [batch, *sides, channels] if last else [batch, channels, *sides]
    axis = 3 if last else 1
    weights = WEIGHTS.reshape((1, 1, 1, 3) if last else (1, 3, 1, 1)) * np.float32(scale)
    linear = "linear" if sigmoid else "fine"
    nodes = [
        helper.make_node("Mul", [name, "weights"], ["products"]),
        helper.make_node("ReduceSum", ["products", "axes"], ["sum"], keepdims=1),
        helper.make_node("Add", ["sum", "bias"], [linear]),
    ]
    if sigmoid:
        nodes.append(helper.make_node("Sigmoid", ["linear"], ["fine"]))
    nodes += [
        helper.make_node("Mul", ["fine", "zero"], ["none"]),
        helper.make_node("Add", ["none", "half"], ["coarse"]),
    ]
    constants = {
        "weights": weights,
        "axes": np.array([axis], np.int64),
        "bias": np.float32(BIAS),
        "zero": np.float32(0),
        "half": np.float32(0.5),
    }
    one = [1, "a", "b", 1] if last else [1, 1, "a", "b"]
    return write_network(
        path, nodes, takes={name: shape}, gives={"coarse": one, "fine": one}, constants=constants
    )


def write_adapter(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
