"""From an experiment to its network: a module that takes (pixels, saliency) and gives logits."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from foveate_research.thesis.names import Experiment
from foveate_research.thesis.networks.alexnet import AlexNet, AlexNetOptions, covered_after
from foveate_research.thesis.networks.branch import with_saliency
from foveate_research.thesis.networks.small_resnet import SmallResNet
from foveate_research.thesis.networks.ways import gated, get_way

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
    network = AlexNet(AlexNetOptions(side, classes, way, experiment.padded, hidden))
    if experiment.ones or experiment.maps == "constant":
        _begin_at_one(network.branch)
    if experiment.maps == "constant":
        _keep_to_batch(network.branch)
    return network


def _begin_at_one(branch: nn.Module) -> None:
    """Let the norms of the branch begin with a shift of 1 instead of 0.

    A batch norm turns a constant input into its shift. With a shift of 0 the branch would output 0,
    its product with the tower would be 0, no gradient would reach the layers before the product,
    and the control would measure a dead network.
    """
    for norm in _norms(branch):
        nn.init.ones_(norm.bias)


def _keep_to_batch(branch: nn.Module) -> None:
    """Let the norms of the branch use the statistics of the batch when the network is measured too.

    A constant input has no deviation. The running mean of its activations lags behind the weights,
    and a norm would divide that lag by almost nothing, so that the network measured would not be
    the network trained.
    """
    for norm in _norms(branch):
        norm.track_running_stats = False
        norm.running_mean = norm.running_var = norm.num_batches_tracked = None


def _norms(branch: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in branch.modules() if isinstance(module, nn.BatchNorm2d)]


def attention_layers(network: nn.Module) -> tuple[str, ...]:
    """The layers that are taught by attention transfer, one a resolution."""
    if isinstance(network, AlexNet):
        names = ("pool1", "pool2", "conv5")
        return tuple(f"tower.{name}" for name in names if name in network.tower)
    return ("backbone.stage1", "backbone.stage2", "backbone.stage3")


def covered(saliency: Tensor, network: nn.Module, layers: Sequence[str]) -> list[Tensor]:
    """What of the map lies under each layer's positions, (B, 1, h, w) each.

    Of maps of several layers of a teacher, (B, layers, H, W), the last ones are for these layers.
    """
    count = saliency.shape[1]
    own = [max(0, count - len(layers) + place) for place in range(len(layers))]
    maps = [saliency[:, channel : channel + 1] for channel in own]
    if not isinstance(network, AlexNet):
        return maps  # the ResNet pads: its layers cover the picture
    squares = [covered_after(network.options, layer.removeprefix("tower.")) for layer in layers]
    return [each[..., square, square] for each, square in zip(maps, squares, strict=True)]
