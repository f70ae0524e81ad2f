"""SalNet's published weights, after the authors' deploy.prototxt."""

from __future__ import annotations

from collections.abc import Sequence

from foveate.errors import ModelError
from foveate_research.architectures.salnet import LAYERS, STRIDE, SalNet, SalNetOptions
from foveate_research.importing.caffemodel import Layer
from foveate_research.importing.design import Design, convolution
from foveate_research.importing.filling import layer_shape
from foveate_research.training.recipes import RunTime
from foveate_research.training.salnet.recipe import RunTimeSalNet

LONGEST = 320  # the authors shrink a picture to fit 320x320


def design(layers: Sequence[Layer], source: str) -> Design:
    """SalNet as wide as the file's conv1; 25,806,209 weights at the published width."""
    outputs = layer_shape(layers, "conv1", 0, 4, source)[0]
    if not 0 < outputs <= LAYERS[0].channels:
        raise ModelError(f"{source}: layer conv1 has {outputs} channels, not {LAYERS[0].channels}")
    options = SalNetOptions(width=outputs / LAYERS[0].channels)
    network = SalNet(options).eval()
    channels = options.channels()
    slots = [
        convolution(
            f"conv{index + 1}",
            f"convolutions.{index}",
            (outputs, inputs, layer.kernel, layer.kernel),
        )
        for index, (layer, inputs, outputs) in enumerate(
            zip(LAYERS, [3, *channels[:-1]], channels, strict=True)
        )
    ]
    side = 2 * STRIDE
    slots.append(convolution("deconv1", "enlarge", (1, 1, side, side), bias=False))
    run_time = RunTime(
        module=RunTimeSalNet(network),
        outputs=("map",),
        example=(48, 64),
        checks=((1, 48, 64), (1, 64, 40)),
        bits=32,
    )
    size = {"longest": LONGEST, "multiple": STRIDE}
    return Design(
        network, tuple(slots), run_time, options.to_dict(), "salnet", {"working_size": size}
    )
