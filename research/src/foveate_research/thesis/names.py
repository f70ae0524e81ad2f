"""What `--only` takes: a network's name, and after each '+' what is done otherwise.

fan-in1              the thesis' way in, trained from scratch
fan-in1+other        every picture with another one's map; +gaussian, +constant
fan-in1+ones         the shifts of its branch's norms begin at 1, as with +constant, not at 0
rgb+mean             mean colour and mean map subtracted (section 4.5)
rgbs+tuned           begun as the trained rgb, new weights drawn from [0, 1] (section 3.4)
rgbs+zero            the same, but what is new begins without effect; fan-in1+zero: its branch
rgb+attention        taught to look where the map does (Zagoruyko and Komodakis)
rgb+teacher          taught to look where the network that made the maps does (chapter 6)
rgb+padded           conv2 padded, as in the original AlexNet
fan-in@conv3         one branch merged after another stage; fan-in@pool1-pool2: after several
resnet, resnet@stage2    a small ResNet, and with a branch merged after that stage
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from foveate.errors import OptionError
from foveate_research.thesis.networks.ways import WAYS, gated, get_way
from foveate_research.thesis.reading import Maps

Start = Literal["scratch", "tuned", "zero"]
RESNET = "resnet"
RESNET_STAGES = ("stage1", "stage2", "stage3", "stage4")
_MAPS: tuple[Maps, ...] = tuple(maps for maps in get_args(Maps) if maps != "own")
_SUFFIXES: dict[str, tuple[str, Any]] = {
    **{maps: ("maps", maps) for maps in _MAPS},
    **{start: ("start", start) for start in ("tuned", "zero")},
    **{flag: (flag, True) for flag in ("ones", "attention", "teacher", "mean", "padded")},
}
"""What may follow a "+", in the order of names, with the field of Experiment and its value."""

DEFAULT = tuple(WAYS)
"""The ten ways and fan-in3's control."""

CONTROLS = (
    *(f"fan-in{number}+{maps}" for number in (1, 2, 3) for maps in _MAPS),
    *(f"fan-in{number}+ones" for number in (1, 2, 3)),
    "rgb+tuned",
    "fan-in1+zero",
    "no-conv2+tuned",
    "fan-in3+zero",
    "rgb+attention",
    "rgb+other+attention",
    "rgb+gaussian+attention",
    "no-conv2+attention",
    "rgb+teacher",
    "rgb+other+teacher",
)
"""What goes on from a trained network is compared with that one going on alone: +tuned."""

SWEEP = tuple(f"fan-in@{stage}" for stage in ("conv3", "conv4", "pool5", "pool1-pool2"))
TABLE_41 = ("rgb+mean", "rgbs+mean", "rgb-1s2s+mean", "rgb", "fan-in1", "fan-in2", "fan-in3")
TUNED = tuple(f"{way}+tuned" for way in DEFAULT[:7])
RESNETS = ("resnet", "resnet@stage1", "resnet@stage2", "resnet@stage3")
GROUPS: dict[str, tuple[str, ...]] = {
    "ways": DEFAULT,
    "table4.1": TABLE_41,
    "controls": CONTROLS,
    "sweep": SWEEP,
    "tuned": TUNED,
    "resnets": RESNETS,
}
"""Names that stand for several."""


@dataclass(frozen=True)
class Experiment:
    """One network and how it is trained.

    network: of ways.get_way, or resnet, resnet@STAGE-STAGE. maps: which maps it is given. start:
    begun from random weights; from the trained network without map, what is new drawn from [0, 1];
    or the same without effect. ones: the shifts of the branch's norms begin at 1. attention,
    teacher: the map, or the network that made it, teaches where to look. mean: means of colours and
    maps subtracted.
    """

    network: str
    maps: Maps = "own"
    start: Start = "scratch"
    ones: bool = False
    attention: bool = False
    teacher: bool = False
    mean: bool = False
    padded: bool = False

    @property
    def name(self) -> str:
        """The name that is typed: the network, then every "+" option in one order."""
        told = [name for name, (at, value) in _SUFFIXES.items() if getattr(self, at) == value]
        return "+".join([self.network, *told])

    @property
    def is_resnet(self) -> bool:
        return self.network.partition("@")[0] == RESNET

    @property
    def sees_map(self) -> bool:
        """Whether the network itself is given the map."""
        return "@" in self.network if self.is_resnet else get_way(self.network).sees_map

    @property
    def is_taught(self) -> bool:
        """Whether a second loss teaches the network where to look."""
        return self.attention or self.teacher

    @property
    def without_map(self) -> Experiment:
        """The same network and training with no map: what a gain is a gain over."""
        network = RESNET if self.is_resnet else get_way(self.network).without_map.name
        start: Start = "scratch" if self.start == "scratch" else "tuned"
        plain = replace(self, network=network, maps="own", start=start)
        return replace(plain, ones=False, attention=False, teacher=False)

    @property
    def begins_as(self) -> Experiment | None:
        """The training whose weights this one begins with; None from scratch."""
        return None if self.start == "scratch" else replace(self.without_map, start="scratch")


def parse_experiment(text: str) -> Experiment:
    """The experiment of that name. Raises OptionError where there is none."""
    network, *suffixes = text.split("+")
    found = Experiment(_checked_network(network))
    for suffix in suffixes:
        if suffix not in _SUFFIXES:
            raise OptionError(f"{text}: '+{suffix}' is none of +{', +'.join(_SUFFIXES)}")
        at, value = _SUFFIXES[suffix]
        found = replace(found, **{at: value})
    if found.name.count("+") != len(suffixes):
        raise OptionError(f"{text}: two of these cannot be had at once")
    _check(found)
    return found


def parse_experiments(texts: list[str]) -> list[Experiment]:
    """Those of all names, groups of GROUPS opened, each once, in the order given."""
    names = [name for text in texts for name in GROUPS.get(text, (text,))]
    return list(dict.fromkeys(parse_experiment(name) for name in names))


def _checked_network(network: str) -> str:
    """The network's name with its stages in order; OptionError where there is none."""
    base, separator, places = network.partition("@")
    if base != RESNET:
        return get_way(network).name
    if not separator:
        return network
    wanted = places.split("-")
    wrong = [place for place in wanted if place not in RESNET_STAGES]
    if wrong:
        raise OptionError(f"{network}: '{wrong[0]}' is none of {', '.join(RESNET_STAGES)}")
    if len(set(wanted)) < len(wanted):
        raise OptionError(f"{network}: a stage is named twice")
    return f"{base}@{'-'.join(sorted(wanted))}"


def _check(found: Experiment) -> None:
    """OptionError for what makes no sense."""
    if found.maps != "own" and not (found.sees_map or found.is_taught):
        raise OptionError(f"{found.name}: {found.network} sees no map that could be replaced")
    if found.teacher and found.attention:
        raise OptionError(f"{found.name}: the map teaches or the network that made it, not both")
    if found.teacher and found.maps in ("gaussian", "constant"):
        raise OptionError(f"{found.name}: a network teaches what it made itself: say +attention")
    if found.start == "zero":
        way = None if found.is_resnet else get_way(found.network)
        if way is not None and "concatenate" not in (way.at_input, way.at_layers):
            gated(way)
        if not found.sees_map:
            raise OptionError(f"{found.name}: {found.network} has nothing to start at zero")
    if found.ones and not _has_branch(found):
        raise OptionError(f"{found.name}: {found.network} has no branch to begin at one")
    if found.ones and (found.is_resnet or found.start == "zero" or found.maps == "constant"):
        raise OptionError(f"{found.name}: its branch begins at 1 anyway: leave +ones out")
    if found.is_resnet and found.padded:
        raise OptionError(f"{found.name}: only AlexNet has a conv2 to pad")
    if found.start == "tuned" and _has_branch(found):
        raise OptionError(
            f"{found.name}: +tuned is for layers that widen, a branch is new: say +zero"
        )


def _has_branch(found: Experiment) -> bool:
    return found.sees_map if found.is_resnet else bool(get_way(found.network).merges)
