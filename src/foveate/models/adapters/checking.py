"""Whether a network takes and gives what its adapter says: asked before it is kept."""

from __future__ import annotations

from typing import Any

from foveate.errors import ModelError, printable
from foveate.models.adapters.adapter import Adapter, Input
from foveate.models.adapters.running import NUMBERS, TYPES, inputs_of

TRIALS = ((96, 128), (144, 96))  # heights and widths of the pictures that it is tried on


def check_signature(session: Any, adapter: Adapter, source: str) -> None:
    """ModelError, of one line with file and key, where the network's own description differs."""
    _check_names(session, adapter, source)
    picture, bias = inputs_of(session, adapter)
    for each in filter(None, (picture, bias)):
        if each.type not in TYPES:
            raise ModelError(f"{source}: the input {printable(each.name)} takes {each.type}")
    if picture.type == "tensor(uint8)" and not _is_plain(adapter.input):
        raise ModelError(
            f"{source}: [input] divide, mean and std cannot apply: the network takes whole numbers"
        )
    _check_shape(picture, adapter.input, source)
    if bias is not None and len(bias.shape) not in (2, 3, 4):
        raise ModelError(f"{source}: [centre_bias] name: that input is no map")
    wanted = adapter.output.name or session.get_outputs()[0].name
    kind = next(each.type for each in session.get_outputs() if each.name == wanted)
    if kind not in NUMBERS:
        raise ModelError(f"{source}: the output {printable(wanted)} is {printable(kind)}")


def _check_names(session: Any, adapter: Adapter, source: str) -> None:
    inputs = [each.name for each in session.get_inputs()]
    outputs = [each.name for each in session.get_outputs()]
    bias = None if adapter.centre_bias is None else adapter.centre_bias.name
    stated = (
        ("[input] name", adapter.input.name, inputs),
        ("[centre_bias] name", bias, inputs),
        ("[output] name", adapter.output.name, outputs),
    )
    for key, name, known in stated:
        if name is not None and name not in known:
            there = printable(", ".join(known[:8])) or "none"
            raise ModelError(f"{source}: {key} is '{printable(name)}': the network has {there}")
    if bias is not None and bias == adapter.input.name:
        raise ModelError(f"{source}: [centre_bias] name is the picture's input")
    if len(inputs) != (1 if bias is None else 2):
        named = printable(", ".join(inputs[:8])) or "nothing"
        beside = "a picture alone" if bias is None else "a picture and a centre bias"
        raise ModelError(f"{source}: the network takes {named}, not {beside}")
    if not outputs:
        raise ModelError(f"{source}: the network gives nothing")


def _check_shape(picture: Any, given: Input, source: str) -> None:
    """The input's own shape, where it states one, beside layout and size."""
    shape = list(picture.shape)
    stated = "x".join(str(side) if isinstance(side, int) else "?" for side in shape)
    if len(shape) != 4:
        raise ModelError(f"{source}: the network's input is {stated}, not a batch of pictures")
    last = given.layout == "NHWC"
    channels, height, width = (shape[3], *shape[1:3]) if last else (shape[1], *shape[2:])
    if isinstance(shape[0], int) and shape[0] != 1:
        raise ModelError(f"{source}: the network takes {shape[0]} pictures at once: export it anew")
    other = shape[1] if last else shape[3]
    if channels != 3 and (isinstance(channels, int) or other == 3):
        raise ModelError(f"{source}: [input] layout is {given.layout}, but the input is {stated}")
    fixed = given.fixed or (None, None)
    for key, takes, says in (("height", height, fixed[0]), ("width", width, fixed[1])):
        if isinstance(takes, int) and takes > 0 and takes != says:
            told = "is not stated" if says is None else f"is {says}"
            raise ModelError(f"{source}: [input] {key} {told}, but the network takes {takes}")


def _is_plain(given: Input) -> bool:
    """Whether pixels go in as they are."""
    return (given.divide, given.mean, given.std) == (1.0, (0.0,) * 3, (1.0,) * 3)
