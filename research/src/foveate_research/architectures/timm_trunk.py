"""A network of the library timm as a trunk: pixels to its features at the strides asked for.

timm brings torchvision's networks too (their weights have names such as resnet50.tv_in1k), and
EfficientNet-Lite as tf_efficientnet_lite0 to 4. Nothing is ever downloaded: weights come from a
file that lies here, or the trunk begins untrained.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor, nn

from foveate.errors import MissingExtraError, OptionError, printable
from foveate_research.architectures.weights_file import WeightsFile

PREFIX = "timm/"
PROBE = (64, 96)  # height and width of the picture that tells the strides of a network's features
NORMS = (nn.modules.batchnorm._BatchNorm,)


class TimmTrunk(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> the features at each of `strides`, finest first.

    H and W are multiples of the coarsest stride. Where the coarsest is below the network's own,
    its last stages run at that stride if it can do so (with filters with holes), and are left out
    if not. Pixels are brought to the mean and spread that the network's weights were trained at.
    tap_channels: how many features there are at each stride.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, name: str, strides: Sequence[int]) -> None:
        super().__init__()
        self.name = name
        checked_name(name)
        self.network, self.made = _network(name, tuple(strides))
        self.tap_channels: tuple[int, ...] = tuple(self.network.feature_info.channels())
        trained = self.network.pretrained_cfg
        for buffer, values in (("mean", trained["mean"]), ("spread", trained["std"])):
            self.register_buffer(buffer, 255 * torch.tensor(values)[None, :, None, None])
        self.norms_stay = False

    def forward(self, pixels: Tensor) -> list[Tensor]:
        taps: list[Tensor] = self.network((pixels - self.mean) / self.spread)
        return taps

    def train(self, mode: bool = True) -> TimmTrunk:
        """As of any module; but the norms of a trunk with weights keep their statistics."""
        super().train(mode)
        if self.norms_stay:
            for module in self.modules():
                if isinstance(module, NORMS):
                    module.eval()
        return self

    def load(self, weights: WeightsFile) -> None:
        """Begin with a file's weights, all of which must fit. Raises ModelError."""
        found = weights.tensors()
        try:
            _create(self.name, weights=found)  # the whole network, which takes all or nothing
            filled = _create(self.name, weights=found, **self.made)
        except Exception as error:  # a foreign file makes timm's readers raise nearly anything
            wanted = _create(self.name).state_dict()
            raise weights.misfit(PREFIX + self.name, wanted, found) from error
        self.network.load_state_dict(filled.state_dict())
        self.norms_stay = True
        self.train(self.training)


def library() -> Any:
    """The module timm. Raises MissingExtraError; OptionError where it cannot be imported."""
    try:
        import timm
    except ImportError as error:
        raise MissingExtraError("a trunk of timm", "foveate-research[trunks]") from error
    except RuntimeError as error:  # torchvision for a GPU beside a torch for processors, mostly
        raise OptionError(
            f"timm cannot be imported: torchvision does not fit torch {torch.__version__}: "
            "install both from one index"
        ) from error
    return timm


def checked_name(name: str) -> None:
    """OptionError, with names that are like it, for one that timm does not know."""
    timm = library()
    known = timm.list_models()
    tagged = timm.list_pretrained()
    if name in known or name in tagged:
        return
    bare = name.partition(".")[0]
    near = get_close_matches(bare, known, n=3)
    if bare in known:
        near = get_close_matches(name, [each for each in tagged if each.startswith(f"{bare}.")])
    hint = f"do you mean {', '.join(near)}?" if near else "see timm.list_models()"
    raise OptionError(f"timm knows no network '{printable(name)}': {hint}")


def _network(name: str, strides: tuple[int, ...]) -> tuple[Any, dict[str, Any]]:
    """The network cut at its deepest features of those strides, and how it was made."""
    found: set[int] = set()
    ways: tuple[dict[str, Any], ...] = ({"output_stride": strides[-1]}, {})
    for asked in ways:
        deepest = _depths(name, asked)
        found |= {stride for stride in deepest if stride is not None}
        if all(stride in deepest for stride in strides):
            indices = tuple(deepest[stride] for stride in strides)
            made = {"features_only": True, "out_indices": indices, **asked}
            return _create(name, **made), made
    listed = ", ".join(map(str, sorted(found))) or "none that a picture of any size has"
    raise OptionError(
        f"--trunk {PREFIX}{name}: features at strides {', '.join(map(str, strides))} are needed, "
        f"and it has {listed}"
    )


def _depths(name: str, asked: dict[str, Any]) -> dict[int | None, int]:
    """By stride, the number of the deepest features that have it; empty for a network that
    refuses what is asked, or pictures of PROBE's size."""
    for device in ("meta", "cpu"):  # without numbers, where the network can do without
        try:
            with torch.device(device), torch.inference_mode():
                whole = _create(name, features_only=True, **asked)
                features = whole.eval()(torch.zeros(1, 3, *PROBE))
        except Exception:  # networks refuse in ways of their own
            continue
        numbers = whole.feature_info.out_indices
        return {_stride(each): number for number, each in zip(numbers, features, strict=True)}
    return {}


def _stride(features: Tensor) -> int | None:
    """How many pixels lie between two of PROBE's features; None where that is no one number."""
    if features.ndim != 4 or not features.shape[2]:
        return None
    stride = PROBE[0] // features.shape[2]
    fits = tuple(side * stride for side in features.shape[2:]) == PROBE
    return stride if fits else None


def _create(name: str, *, weights: dict[str, Tensor] | None = None, **made: Any) -> Any:
    """timm's network, with weights or untrained."""
    given: dict[str, Any] = {"pretrained": False}
    if weights is not None:  # a copy, since timm's readers take names out of it
        given = {"pretrained": True, "pretrained_cfg_overlay": {"state_dict": dict(weights)}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return library().create_model(name, **given, **made)
