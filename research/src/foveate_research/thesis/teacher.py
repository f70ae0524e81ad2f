"""A saliency network as the teacher: where its inner layers attend in the pictures of a pack.

Chapter 6 of the thesis proposes that the network which predicts the maps teaches the classifier
where to look, layer by layer, as Zagoruyko and Komodakis do. The teacher is frozen. It is shown the
whole square of each picture once; what its layers attend to is then cropped and mirrored with the
picture.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch.nn import functional

from foveate.errors import OptionError
from foveate.models.entry import ModelEntry
from foveate.models.records import checked_weights
from foveate.models.registry import get_model
from foveate.models.session import session_of
from foveate_research.thesis.pack import Pack
from foveate_research.thesis.reading import RAW, Images, Stored

LAYERS = 3
"""One for each of AlexNet's taught layers: a third, two thirds and the last of the ReLUs."""

CELL_PX = 4
"""Pixels of a stored picture in a cell of what is kept; SalNet's inner layers have this stride."""

MIRRORED_PX = 16
"""A border that continues the picture, cut off again: zeros that pad the layers excite a frame."""

_NAMES = tuple(f"inner-{number}" for number in range(LAYERS))


def teacher_attention(pack: Pack, part: str, pictures: Stored, *, count: int) -> Images:
    """(count, side, side, LAYERS): mean squares of the teacher's layers, 255 at each one's peak.

    pictures: the part's, (stored side, stored side, 4) each. The teacher is the network that made
    the pack's maps. Computed once and kept beside the pack.

    Raises:
        OSError: the pack's folder cannot be written.
        OptionError: the maps were made without a network, or with other weights than are installed.
    """
    entry = _teacher(pack)
    side = pack.stored_side // CELL_PX
    shape = (count, side, side, LAYERS)
    path = pack.folder / RAW / f"{part}-{pack.sha256[:16]}.teacher"
    if not path.is_file() or path.stat().st_size != np.prod(shape):
        session = session_of(_with_inner_layers(checked_weights(str(entry.record))), 1)
        each = (_attended(entry, session, pictures[i][..., :3], side) for i in range(count))
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            path.parent.mkdir(exist_ok=True)
            with draft.open("wb") as file:
                for found in each:
                    file.write(found.tobytes())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return np.memmap(path, dtype=np.uint8, mode="r", shape=shape)


def _teacher(pack: Pack) -> ModelEntry:
    name = str(pack.model["name"])
    entry = get_model(name)
    if entry.record is None:
        raise OptionError(f"{name} is no network that could teach: pack with --model salnet")
    if entry.sha256 != pack.model["sha256"]:
        raise OptionError(
            f"the pack's maps were made by other weights of {name} than are installed: pack again"
        )
    return entry


def _attended(entry: ModelEntry, session: Any, square: Images, side: int) -> Images:
    """(side, side, LAYERS) of one picture, which the network sees at its own working size."""
    height, width = entry.size(*square.shape[:2])
    seen = Image.fromarray(square).resize((width, height), Image.Resampling.LANCZOS)
    border = (MIRRORED_PX, MIRRORED_PX)
    outputs = entry.run(session, np.pad(np.asarray(seen), (border, border, (0, 0)), "reflect"))
    share = MIRRORED_PX / (width + 2 * MIRRORED_PX)
    energies = [_mean_squares(outputs[name], share, side) for name in _NAMES]
    peaks = [max(float(energy.max()), 1e-12) for energy in energies]
    scaled = [255 * energy / peak for energy, peak in zip(energies, peaks, strict=True)]
    return np.rint(np.stack(scaled, axis=-1)).astype(np.uint8)


def _mean_squares(
    layer: npt.NDArray[np.float32], share: float, side: int
) -> npt.NDArray[np.float32]:
    """(side, side): over channels, without the share of (C, h, w) or (h, w) that was mirrored."""
    planes = layer if layer.ndim == 3 else layer[None]
    edge = round(share * planes.shape[-1])
    within = planes[:, edge : planes.shape[1] - edge, edge : planes.shape[2] - edge]
    energy = torch.from_numpy(np.square(within).mean(axis=0, keepdims=True))
    return np.asarray(functional.adaptive_avg_pool2d(energy, side)[0].numpy())


def _with_inner_layers(weights: bytes) -> bytes:
    """The ONNX file with LAYERS of its ReLUs as outputs besides its own.

    Raises OptionError for a network with fewer.
    """
    import onnx

    model = onnx.load_from_string(weights)
    relus = [node.output[0] for node in model.graph.node if node.op_type == "Relu"]
    if len(relus) < LAYERS:
        raise OptionError(f"a teacher needs {LAYERS} layers with ReLU: pack with --model salnet")
    for number in range(LAYERS):
        layer = relus[(number + 1) * len(relus) // LAYERS - 1]
        name = _NAMES[number]
        model.graph.node.append(onnx.helper.make_node("Identity", [layer], [name]))
        output = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(output)
    return bytes(model.SerializeToString())
