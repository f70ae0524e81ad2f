"""How a saliency map enters AlexNet: the thesis' ten ways, their control, and merges anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from foveate.errors import OptionError

Join = Literal["none", "concatenate", "multiply"]

STAGES = ("pool1", "pool2", "conv3", "conv4", "pool5")
"""Where a branch can be merged, in the network's order."""


@dataclass(frozen=True)
class Way:
    """One way in.

    at_input, at_layers: the map joined to the picture, and to the maps of features of the first and
    second convolution. merges: stages after which a branch of the map's own is multiplied in.
    conv2: the second convolution, its norm and its pooling are there. gated: each merged map of
    features has a strength of its own that starts at zero, so that the branch changes nothing yet.
    """

    name: str
    at_input: Join = "none"
    at_layers: Join = "none"
    merges: tuple[str, ...] = ()
    conv2: bool = True
    gated: bool = False

    @property
    def sees_map(self) -> bool:
        """Whether the map changes anything."""
        return bool(self.merges) or self.at_input != "none" or self.at_layers != "none"

    @property
    def without_map(self) -> Way:
        """The same network with no map: what it is compared with, and what surgery starts from."""
        return WAYS["rgb"] if self.conv2 else WAYS["no-conv2"]


WAYS: dict[str, Way] = {
    way.name: way
    for way in (
        Way("rgb"),
        Way("rgbs", at_input="concatenate"),
        Way("rgb-1s2s", at_layers="concatenate"),
        Way("rgbs-1s2s", at_input="concatenate", at_layers="concatenate"),
        Way("rgbxs", at_input="multiply"),
        Way("rgb-1xs2xs", at_layers="multiply"),
        Way("rgbxs-1xs2xs", at_input="multiply", at_layers="multiply"),
        Way("fan-in1", merges=("pool2",)),
        Way("fan-in2", merges=("pool1",)),
        Way("fan-in3", merges=("pool1",), conv2=False),
        Way("no-conv2", conv2=False),
    )
}
"""The thesis' sections 3.4 to 3.6, and fan-in3 without its branch, which chapter 6 asks for."""


def get_way(name: str) -> Way:
    """A way by name: one of WAYS, fan-in@STAGE-STAGE... or fan-in3@STAGE-STAGE....

    The latter merge one branch after each of the stages named; the way's name has them in the
    network's order. Raises OptionError.
    """
    if name in WAYS:
        return WAYS[name]
    base, separator, places = name.partition("@")
    if base not in ("fan-in", "fan-in3") or not separator:
        known = ", ".join(WAYS)
        raise OptionError(f"no network is called '{name}': there are {known}, fan-in@STAGE-STAGE")
    conv2 = base == "fan-in"
    stages = [stage for stage in STAGES if conv2 or stage != "pool2"]
    wanted = places.split("-")
    wrong = [stage for stage in wanted if stage not in stages]
    if wrong or len(set(wanted)) < len(wanted):
        named = f"'{wrong[0]}' is no stage" if wrong else "a stage is named twice"
        raise OptionError(f"{name}: {named}; merge after {', '.join(stages)}, joined by '-'")
    merges = tuple(stage for stage in stages if stage in wanted)
    return Way(f"{base}@{'-'.join(merges)}", merges=merges, conv2=conv2)


def gated(way: Way) -> Way:
    """The way with strengths that start at zero. Raises OptionError where nothing is merged."""
    if not way.merges:
        raise OptionError(f"{way.name} has no branch to start at zero")
    return replace(way, gated=True)
