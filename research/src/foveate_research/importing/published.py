"""The published networks that `foveate models import` knows, one entry each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foveate.errors import OptionError
from foveate_research.importing import label_networks, menet, salnet
from foveate_research.importing.caffemodel import Layer
from foveate_research.importing.design import Design


@dataclass(frozen=True)
class Published:
    """A published network: design makes ours, of the size of the file's layers, still empty."""

    name: str
    summary: str
    design: Callable[[Sequence[Layer], str], Design]
    facts: dict[str, Any]


PUBLISHED = (
    Published(
        "menet",
        "salient objects, by the weights that MEnet's authors trained",
        menet.design,
        {
            "family": "MEnet (Cai et al., IJCAI 2018), the authors' weights",
            "file": "models/architectures/menet.py",
            "input": "RGB in [0, 255], no mean: read_data1.py of the authors' repository",
        },
    ),
    Published(
        "salnet",
        "where people look, by the weights that SalNet's authors trained",
        salnet.design,
        {
            "family": "SalNet, the deep network (Pan et al., CVPR 2016), the authors' weights",
            "file": "models/architectures/salnet.py",
            "input": "BGR minus (100, 110, 118), divided by 127.5: deep/__init__.py of the"
            " authors' repository",
        },
    ),
    Published(
        "cam",
        "class activation map of the likeliest class, by the weights that CAM's authors trained",
        label_networks.cam,
        {
            "family": "CAM on VGG-16 (Zhou et al., CVPR 2016), the authors' weights",
            "file": "models/architectures/cam_published.py",
            "input": "BGR minus (104.007, 116.669, 122.679), the means of the channels of Caffe's"
            " ilsvrc_2012_mean, which prepare_image.m of the authors' repository subtracts",
        },
    ),
    Published(
        "msroi",
        "a merge of five class activation maps, by the weights that MS-ROI's authors trained",
        label_networks.msroi,
        {
            "family": "MS-ROI's published code (Prakash et al., DCC 2017), the authors' weights",
            "file": "models/architectures/msroi_released.py",
            "input": "BGR minus (103.939, 116.779, 123.68): model.py of the authors' repository",
        },
    ),
    Published(
        "vgg16",
        "where VGG-16's last convolutions answer most",
        label_networks.vgg16,
        {
            "family": "VGG-16's convolutions (Simonyan and Zisserman, 2014), the authors' weights;"
            " the map is the mean of conv5_3's squares (Zagoruyko and Komodakis, 2017)",
            "file": "models/architectures/vgg_published.py",
            "input": "BGR minus (103.939, 116.779, 123.68): the authors' model card",
        },
    ),
)


def get_published(name: str) -> Published:
    """The network of that name; OptionError names the ones there are."""
    known = {entry.name: entry for entry in PUBLISHED}
    if name not in known:
        raise OptionError(f"--as: no network is called '{name}': there are {', '.join(known)}")
    return known[name]
