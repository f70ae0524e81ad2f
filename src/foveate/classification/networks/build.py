"""From an experiment to its network: a module that takes (pixels, saliency) and gives logits."""

from __future__ import annotations

from torch import Tensor, nn

from foveate.classification.names import Experiment
from foveate.classification.networks.alexnet import AlexNet, AlexNetOptions
from foveate.classification.networks.branch import with_saliency
from foveate.classification.networks.small_resnet import SmallResNet
from foveate.classification.networks.ways import gated, get_way

HIDDEN = 4096


class WithoutSaliency(nn.Module):
    """A network of pictures alone, called as those that see the map."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, pixels: Tensor, saliency: Tensor) -> Tensor:
        logits: Tensor = self.backbone(pixels)
        return logits


def build_network(
    experiment: Experiment, *, side: int, classes: int, hidden: int = HIDDEN
) -> nn.Module:
    """The experiment's network with random weights."""
    if experiment.is_resnet:
        backbone = SmallResNet(classes)
        merges = experiment.network.partition("@")[2]
        if not merges:
            return WithoutSaliency(backbone)
        return with_saliency(backbone, merges.split("-"), side=side)
    way = get_way(experiment.network)
    if experiment.start == "zero" and way.merges:
        way = gated(way)
    return AlexNet(AlexNetOptions(side, classes, way, experiment.padded, hidden))


def attention_layers(network: nn.Module) -> tuple[str, ...]:
    """The layers that are taught by attention transfer: one a resolution, and the deepest."""
    if isinstance(network, AlexNet):
        names = ("pool1", "pool2", "conv5")
        return tuple(f"tower.{name}" for name in names if name in network.tower)
    return ("backbone.stage1", "backbone.stage2", "backbone.stage3")
