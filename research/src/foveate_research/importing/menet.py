"""MEnet's published weights, after the authors' test_attention_iter_110000.prototxt.

Its layers are numbered as they come, each kind for itself: Convolution1 to 61, Deconvolution1 to
11, BatchNorm1 and Scale1 to 72. The map of a level is made before the next level; those of the
decoder come last, from fine to coarse, then the centre's. The heads read the thirteen maps in that
order, where ours come from coarse to fine after the centre's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from torch import nn

from foveate.errors import ModelError
from foveate_research.architectures.menet import LEVELS, MEnet, MEnetOptions
from foveate_research.importing.caffemodel import Layer
from foveate_research.importing.design import Design, convolution, same
from foveate_research.importing.filling import Floats, Slot, layer_shape
from foveate_research.training.menet.recipe import RunTimeMEnet, outputs_of
from foveate_research.training.recipes import RunTime

STEM, CENTRE = "Convolution2", "Convolution38"
WIDEST, LARGEST_KERNEL = 32, 7  # the published sizes
THEIR_SCALES = (*range(LEVELS + 2), *reversed(range(LEVELS + 2, 2 * LEVELS + 3)))
"""The place among our thirteen maps of each of theirs, and the other way round."""


def design(layers: Sequence[Layer], source: str) -> Design:
    """MEnet as wide as the file's first layer; 184,959,166 weights at the published width."""
    if [layer.name for layer in layers] == [""]:
        raise ModelError(f"{source}: a list without names: give MEnet's .caffemodel")
    width = layer_shape(layers, STEM, 0, 4, source)[0]
    kernel = layer_shape(layers, CENTRE, 0, 4, source)[-1]
    if not 0 < width <= WIDEST or not 0 < kernel <= LARGEST_KERNEL:
        raise ModelError(
            f"{source}: {STEM} has {width} channels and {CENTRE} a kernel of {kernel}, "
            f"more than {WIDEST} and {LARGEST_KERNEL}"
        )
    options = MEnetOptions(width=width, size=kernel * 2**LEVELS)
    network = MEnet(options).eval()
    side = options.size
    run_time = RunTime(
        RunTimeMEnet(network),
        outputs_of(options),
        (side, side),
        ((1, side, side),),
        fixed=True,
        bits=32,
    )
    return Design(network, tuple(_Slots(network).all()), run_time, options.to_dict(), "menet")


def with_norms_divided(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with Caffe's running sums of a batch norm divided by the third array, their
    weight: what Caffe itself does when a network is run."""
    found = []
    for layer in layers:
        arrays = layer.arrays
        if layer.name.startswith("BatchNorm") and len(arrays) == 3 and arrays[2].size == 1:
            weight = float(arrays[2].reshape(-1)[0])
            scale = np.float32(0 if weight == 0 else 1 / weight)
            arrays = (arrays[0] * scale, arrays[1] * scale)
        found.append(Layer(layer.name, arrays))
    return found


class _Slots:
    """Counts the layers of each kind while it walks our network in the authors' order."""

    def __init__(self, network: MEnet) -> None:
        self.network, self.counts = network, Counter[str]()
        self.found: list[Slot] = []

    def all(self) -> list[Slot]:
        """Every layer's slots, in the file's order."""
        self._activated("scale_maps.0")
        self._convolution("encoder.0.0.0")
        self._norm("encoder.0.0.1")
        self._unit("encoder.0.1")
        self._unit("encoder.0.2")
        self._activated("scale_maps.1")
        for level in range(1, LEVELS + 1):
            self._unit(f"encoder.{level}.0", shortcut="2.1")
            self._unit(f"encoder.{level}.1")
            self._activated(f"scale_maps.{level + 1}")
        self._activated("squeeze")
        self._activated("spread")
        for level in range(LEVELS):
            self._unit(f"decoder.{level}.0", shortcut="2")
            self._unit(f"decoder.{level}.1")
        for ours in THEIR_SCALES[LEVELS + 2 :]:
            self._activated(f"scale_maps.{ours}")
        for head in ("metric.0", "classifier"):
            self._convolution(f"{head}.0", head=True)
            self._norm(f"{head}.1")
        return self.found

    def _next(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{kind}{self.counts[kind]}"

    def _activated(self, ours: str, layer: str = "2") -> None:
        self._norm(f"{ours}.0")
        self._convolution(f"{ours}.{layer}")

    def _unit(self, ours: str, *, shortcut: str | None = None) -> None:
        self._activated(f"{ours}.first")
        self._activated(f"{ours}.second")
        if shortcut is not None:
            self._activated(f"{ours}.shortcut", shortcut)

    def _convolution(self, ours: str, *, head: bool = False) -> None:
        layer = self.network.get_submodule(ours)
        assert isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
        transposed = isinstance(layer, nn.ConvTranspose2d)
        name = self._next("Deconvolution" if transposed else "Convolution")
        change = _in_our_order if head else same
        shape = tuple(layer.weight.shape)
        self.found.append(
            convolution(name, ours, shape, bias=layer.bias is not None, change=change)
        )

    def _norm(self, ours: str) -> None:
        norm = self.network.get_submodule(ours)
        assert isinstance(norm, nn.BatchNorm2d)
        shapes = ((norm.num_features,),) * 2
        statistics = (f"{ours}.running_mean", f"{ours}.running_var")
        affine = (f"{ours}.weight", f"{ours}.bias")
        self.found.append(Slot(self._next("BatchNorm"), statistics, shapes, (same, same)))
        self.found.append(Slot(self._next("Scale"), affine, shapes, (same, same)))


def _in_our_order(values: Floats) -> Floats:
    """A head's kernels (outputs, 13, h, w) with the maps in our order."""
    return values[:, THEIR_SCALES, :, :]
