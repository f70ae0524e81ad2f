"""ONNX files as `foveate export` writes them, in a few nodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from onnx import TensorProto, helper, save_model

CARD = {"name": "foveate-s-mask", "weights": {"licence": "CC0-1.0"}, "training": {"steps": 3}}


def write_brightness(
    path: Path,
    *,
    card: dict[str, Any] | str | None = CARD,
    takes: str = "pixels",
    gives: str = "mask",
    highest: float = 255.0,
    fixed: tuple[int, int] | None = None,
) -> Path:
    """A network whose one output is the picture's brightness, divided by `highest`.

    fixed: the one height and width that it takes.
    """
    sides: list[Any] = ["batch", 3, *(fixed or ("height", "width"))]
    nodes = [
        helper.make_node("ReduceMean", [takes], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Div", ["grey", "highest"], [gives]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info(takes, TensorProto.FLOAT, sides)],
        [helper.make_tensor_value_info(gives, TensorProto.FLOAT, ["batch", 1, "rows", "columns"])],
        [helper.make_tensor("highest", TensorProto.FLOAT, [], [highest])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if card is not None:
        text = card if isinstance(card, str) else json.dumps(card)
        helper.set_model_props(model, {"foveate.card": text})
    save_model(model, str(path))
    return path
