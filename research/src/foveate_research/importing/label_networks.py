"""The published networks on VGG-16: CAM's, MS-ROI's, and the trunk itself."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from foveate.errors import ModelError
from foveate_research.architectures.cam_published import GROUPS, PublishedCAM, PublishedCamOptions
from foveate_research.architectures.msroi_released import (
    MULTIPLIER,
    NARROW,
    MSROIReleased,
    ReleasedOptions,
)
from foveate_research.architectures.vgg import CHANNELS, REPEATS, VggOptions, VggTrunk
from foveate_research.architectures.vgg_published import (
    CAFFE_MEAN_BGR,
    VGG_MEAN_BGR,
    PublishedTrunk,
    published_vgg,
)
from foveate_research.importing.caffemodel import Layer
from foveate_research.importing.design import Design, convolution, same
from foveate_research.importing.filling import Floats, Slot, layer_shape
from foveate_research.training.labels.run_time import OUTPUTS, RunTimeLabels
from foveate_research.training.recipes import RunTime

FIRST = "conv1_1"
CONVOLUTIONS = sum(REPEATS["vgg16"])
MOST_CLASSES = 20_000
CHECKS = ((1, 64, 96), (1, 96, 64))


class AttentionMap(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> (B, 1, H/16, W/16): the mean over channels of the squares of
    conv5_3 (Zagoruyko and Komodakis, "Paying More Attention to Attention", ICLR 2017)."""

    def __init__(self, trunk: VggTrunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, pixels: Tensor) -> Tensor:
        energy: Tensor = self.trunk(pixels).square().mean(dim=1, keepdim=True)
        return energy


def vgg16(layers: Sequence[Layer], source: str) -> Design:
    """VGG-16's thirteen convolutions; its dense layers are left in the file."""
    trunk = PublishedTrunk(_options(layers, source), VGG_MEAN_BGR)
    network = AttentionMap(trunk.eval())
    run_time = RunTime(network, ("map",), (64, 96), CHECKS, bits=32)
    adapter = {
        "input": {"name": "pixels", "longest": 448, "multiple": 16},
        "output": {"name": "map", "kind": "density"},
    }
    slots = _trunk_slots(trunk)
    return Design(network, slots, run_time, trunk.options.to_dict(), None, {"adapter": adapter})


def cam(layers: Sequence[Layer], source: str) -> Design:
    """CAM on VGG-16 with as many classes as the file's CAM_fc; the published one has 1,000."""
    trunk = PublishedTrunk(_options(layers, source), CAFFE_MEAN_BGR)
    *_, classes, _ = _readout_shape(layers, "CAM_fc", 2 * CONVOLUTIONS + 2, source)
    network = PublishedCAM(
        PublishedCamOptions(_checked(classes, "CAM_fc", source), trunk.options), trunk
    )
    shared, inputs = network.options.shared, trunk.out_channels // GROUPS
    slots = (
        *_trunk_slots(trunk),
        convolution("CAM_conv", "features", (shared, inputs, 3, 3)),
        Slot(
            "CAM_fc",
            ("readout.weight", "bias"),
            ((classes, shared), (classes,)),
            (same, same),
        ),
    )
    return Design(network, slots, _labels(network, classes), network.options.to_dict(), "cam")


def msroi(layers: Sequence[Layer], source: str) -> Design:
    """MS-ROI's published code with as many classes as the file's GAP; the published one has 257."""
    options = _options(layers, source)
    *_, classes, _ = _readout_shape(layers, "GAP", 2 * CONVOLUTIONS + 6, source)
    network = MSROIReleased(ReleasedOptions(_checked(classes, "GAP", source), options))
    network.trunk = trunk = PublishedTrunk(options, VGG_MEAN_BGR)
    narrow = max(1, round(NARROW * options.width))
    wide = narrow * MULTIPLIER
    slots = (
        *_trunk_slots(trunk),
        convolution("conv6_1", "narrow", (narrow, trunk.out_channels, 3, 3)),
        Slot(
            "depth",
            ("spread.weight", "spread.bias"),
            ((MULTIPLIER, narrow, 3, 3), (wide,)),
            (_by_input, same),
            kernel=True,
        ),
        convolution("conv6", "wide", (wide, wide, 3, 3)),
        Slot("GAP", ("readout.weight",), ((classes, wide),), (same,)),
    )
    run_time = _labels(network, classes)
    return Design(network, slots, run_time, network.options.to_dict(), "msroi-released")


def _by_input(values: Floats) -> Floats:
    """A depthwise layer's kernels (multiplier, inputs, h, w) in the order of its outputs: all of
    the first input's come first."""
    return values.transpose(1, 0, 2, 3)


def _labels(network: nn.Module, classes: int) -> RunTime:
    """All classes are shown, as the authors' code does."""
    module = RunTimeLabels(network.eval(), (True,) * classes)
    return RunTime(module, OUTPUTS, (64, 96), CHECKS, bits=32)


def _options(layers: Sequence[Layer], source: str) -> VggOptions:
    """VGG-16 as wide as the file's conv1_1; the published one has 64 channels there."""
    outputs = layer_shape(layers, FIRST, 0, 4, source)[0]
    if not 0 < outputs <= CHANNELS[0]:
        raise ModelError(f"{source}: layer {FIRST} has {outputs} channels, not {CHANNELS[0]}")
    return published_vgg(outputs / CHANNELS[0])


def _trunk_slots(trunk: VggTrunk) -> tuple[Slot, ...]:
    names = [
        f"conv{group}_{number}"
        for group, repeats in enumerate(REPEATS["vgg16"], start=1)
        for number in range(1, repeats + 1)
    ]
    ours = [
        (f"trunk.layers.{index}", layer)
        for index, layer in enumerate(trunk.layers)
        if isinstance(layer, nn.Conv2d)
    ]
    return tuple(
        convolution(name, path, (layer.out_channels, layer.in_channels, 3, 3))
        for name, (path, layer) in zip(names, ours, strict=True)
    )


def _readout_shape(layers: Sequence[Layer], name: str, place: int, source: str) -> tuple[int, ...]:
    """The shape of a linear layer's weights, (classes, inputs), perhaps after axes of 1."""
    for count in (2, 4):
        try:
            return layer_shape(layers, name, place, count, source)
        except ModelError:
            if count == 4:
                raise
    raise AssertionError


def _checked(classes: int, name: str, source: str) -> int:
    if not 0 < classes <= MOST_CLASSES:
        raise ModelError(f"{source}: layer {name} has {classes} classes")
    return classes
