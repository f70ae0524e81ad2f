"""A training's checkpoint -> the ONNX file that runs: norms folded, weights stored in 16 bits.

python -m foveate.training.export OUT/last.ckpt OUT/foveate-s.onnx
"""

from __future__ import annotations

import argparse
import copy
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from foveate.errors import ModelError
from foveate.models.architectures.efficientnet_lite import FrozenNormConv
from foveate.models.architectures.foveate_s import GENERAL, FoveateS, density

OPSET = 17
SMALLEST_HALF = 30_000  # tensors of fewer weights stay in 32 bits: all but the trunk's 1x1 layers
MASK_WEIGHT = 0.05  # fitted by benchmarks/fit_map.py: results/map-fit.json
TOLERANCE = 1e-3
CHECK_SIZES = ((1, 256, 320), (2, 192, 256), (1, 64, 512))
WHOLE = (0.0, 0.0, 1.0, 1.0)


class PlainConv(nn.Module):
    """FrozenNormConv with its norm folded for good, large weights rounded to 16 bits."""

    def __init__(self, source: FrozenNormConv) -> None:
        super().__init__()
        weight, bias = (value.detach() for value in source.folded())
        if weight.numel() >= SMALLEST_HALF:
            weight = weight.half().float()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)
        self.stride, self.groups = source.stride, source.groups
        self.before, self.after = source.before, source.after

    def forward(self, features: Tensor) -> Tensor:
        padding = self.after
        if self.before != self.after:
            edges = (self.before, self.after, self.before, self.after)
            features, padding = nn.functional.pad(features, edges), 0
        return nn.functional.conv2d(
            features, self.weight, self.bias, self.stride, padding, groups=self.groups
        )


class RunTimeFoveateS(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> mask, gaze and mix, each (B, 1, H/4, W/4).

    mask: probability of belonging to a salient object. gaze: density of fixations, its mean over
    the picture 1. mix: the two pooled in log space, log gaze + mask_weight · mask logit, mean 1.
    """

    def __init__(self, network: FoveateS, *, mask_weight: float) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        self.mask_weight = mask_weight
        _fold(self.network)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        box = torch.tensor([WHOLE])
        mask, gaze = self.network(pixels, box)
        gaze = gaze[:, GENERAL : GENERAL + 1]
        mixed = gaze + self.mask_weight * mask.clamp(-6, 6)
        return torch.sigmoid(mask), density(gaze), density(mixed)


def _fold(module: nn.Module) -> None:
    """Replace every FrozenNormConv within."""
    for name, child in module.named_children():
        if isinstance(child, FrozenNormConv):
            setattr(module, name, PlainConv(child))
        else:
            _fold(child)


def load_average(checkpoint: Path) -> FoveateS:
    """The averaged weights of a training's checkpoint."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=False)["state_dict"]
    prefix = "average."
    network = FoveateS()
    network.load_state_dict(
        {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    )
    return network.eval()


def export_foveate_s(checkpoint: Path, target: Path, *, mask_weight: float = MASK_WEIGHT) -> Path:
    """Write the ONNX file of a checkpoint's averaged weights and check it against torch.

    Raises ModelError when the file's outputs are farther than 1e-3 from torch's: absolutely for
    the mask, relative to the density's peak for gaze and mix.
    """
    return export_network(load_average(checkpoint), target, mask_weight=mask_weight)


def export_network(network: FoveateS, target: Path, *, mask_weight: float = MASK_WEIGHT) -> Path:
    """As export_foveate_s, for a network in memory."""
    module = RunTimeFoveateS(network, mask_weight=mask_weight).eval()
    names = ("mask", "gaze", "mix")
    axes = {"pixels": {0: "batch", 2: "height", 3: "width"}}
    axes |= {name: {0: "batch", 2: "rows", 3: "columns"} for name in names}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own notices about tracing
        path = Path(folder) / "traced.onnx"
        torch.onnx.export(
            module,
            (torch.zeros(1, 3, 256, 320),),
            str(path),
            input_names=["pixels"],
            output_names=list(names),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(str(path))
    store_in_half(model)
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(model.SerializeToString())
    worst = largest_difference(module, target)
    if worst > TOLERANCE:
        raise ModelError(f"{target} differs from torch by {worst:.2g}, more than {TOLERANCE}")
    return target


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


def largest_difference(module: RunTimeFoveateS, path: Path) -> float:
    """The largest difference between torch and the file over several batch and picture sizes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for batch, height, width in CHECK_SIZES:
        coarse = torch.rand(batch, 3, height // 16, width // 16, generator=generator) * 255
        pixels = nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")
        with torch.inference_mode():
            expected = [output.numpy() for output in module(pixels)]
        found = session.run(None, {"pixels": pixels.numpy()})
        for ours, theirs in zip(found, expected, strict=True):
            scale = max(1.0, float(theirs.max()))
            worst = max(worst, float(np.abs(ours - theirs).max()) / scale)
    return worst


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, help="last.ckpt of a training")
    parser.add_argument("target", type=Path, help="the ONNX file to write")
    options = parser.parse_args()
    path = export_foveate_s(options.checkpoint, options.target)
    drift = largest_difference(
        RunTimeFoveateS(load_average(options.checkpoint), mask_weight=MASK_WEIGHT), path
    )
    print(f"{path}: {path.stat().st_size} bytes, within {drift:.2g} of torch")


if __name__ == "__main__":
    main()
