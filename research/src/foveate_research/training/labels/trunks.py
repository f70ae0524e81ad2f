"""What a label network stands on: the paper's convolutions at a width, or a trunk by name."""

from __future__ import annotations

from typing import Any

from foveate.errors import OptionError, printable
from foveate_research.architectures.named_trunk import NAMES, NamedOptions, is_named, trunk_card
from foveate_research.architectures.vgg import REPEATS, VggOptions, vgg_options
from foveate_research.training.choices import Choices

VGG_TRUNK = {"name": "VGG, ten convolutions, begun as vgg-trunk (see training.command)"}


def chosen_trunk(before: VggOptions, choices: Choices, *, named: bool) -> VggOptions | NamedOptions:
    """The trunk of the choices in the place of a recipe's own. Raises OptionError.

    named: whether the network stands on trunks by name too.
    """
    name = choices.trunk or before.layout
    if named and is_named(name):
        return NamedOptions(name)
    if named and name not in REPEATS:
        raise OptionError(f"--trunk {printable(name)}: give {', '.join(REPEATS)}, {NAMES}")
    return vgg_options(before, width=choices.width or before.width, trunk=name)


def card_of_trunk(choices: Choices) -> dict[str, Any]:
    """What the card says of it."""
    if choices.trunk is not None and is_named(choices.trunk):
        return trunk_card(choices.trunk, choices.trunk_weights)
    return VGG_TRUNK
