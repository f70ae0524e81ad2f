"""A file's layers into a network of ours: found by name or in turn, shape-checked one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from foveate.errors import ModelError, printable
from foveate_research.importing.caffemodel import Layer

Floats = npt.NDArray[np.float32]
Change = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Slot:
    """One layer of the file and what its arrays become in the network.

    name: the layer's in the authors' definition. targets: our names, one an array. shapes: of the
    arrays in the file; axes of length 1 before them do not count, since Caffe's older format has
    four always. changes: what is done to each, beside a change of shape. kernel: whether the first
    array holds square kernels, which Theano's convolution turns around.
    """

    name: str
    targets: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    changes: tuple[Change, ...]
    kernel: bool = False


def fill(
    network: nn.Module,
    slots: Sequence[Slot],
    layers: Sequence[Layer],
    source: str,
    *,
    flip: bool = False,
    swap: bool = False,
) -> None:
    """Put every slot's arrays into the network, in place.

    flip: turn the kernels around. swap: the first layer's three inputs are in the other order.
    Raises ModelError naming layer, expected and found shape.
    """
    state = network.state_dict()
    missing = set(state) - {target for slot in slots for target in slot.targets}
    missing -= {name for name in state if name.endswith("num_batches_tracked")}
    assert not missing, missing
    for slot, arrays in zip(slots, _arrays_of(slots, layers, source), strict=True):
        for place, target in enumerate(slot.targets):
            values = _fitting(arrays[place], slot.shapes[place], slot.name, place, source)
            if flip and slot.kernel and place == 0:
                values = values[..., ::-1, ::-1]
            if swap and slot is slots[0] and place == 0:
                values = values[:, ::-1]
            changed = slot.changes[place](values)
            tensor = state[target]
            copied = np.array(changed, dtype=np.float32, order="C")  # torch wants its own
            tensor.copy_(torch.from_numpy(copied).reshape(tensor.shape))


def _arrays_of(
    slots: Sequence[Slot], layers: Sequence[Layer], source: str
) -> Iterator[tuple[Floats, ...]]:
    """Each slot's arrays: the layer of its name, or the next ones of a list without names."""
    if [layer.name for layer in layers] == [""]:
        every = layers[0].arrays
        wanted = sum(len(slot.targets) for slot in slots)
        if len(every) < wanted:
            raise ModelError(f"{source}: holds {len(every)} arrays; the network has {wanted}")
        start = 0
        for slot in slots:
            yield every[start : start + len(slot.targets)]
            start += len(slot.targets)
        return
    by_name: dict[str, list[Layer]] = {}
    for layer in layers:
        by_name.setdefault(layer.name, []).append(layer)
    for slot in slots:
        found = by_name.get(slot.name, [])
        if len(found) != 1:
            there = ", ".join(list(by_name)[:6])
            many = "has no layer" if not found else f"has {len(found)} layers"
            raise ModelError(
                f"{source}: {many} called {slot.name}; it begins with {printable(there)[:120]}"
            )
        if len(found[0].arrays) < len(slot.targets):
            raise ModelError(
                f"{source}: layer {slot.name} has {len(found[0].arrays)} arrays, "
                f"not {len(slot.targets)}"
            )
        yield found[0].arrays


def layer_shape(
    layers: Sequence[Layer], name: str, place: int, count: int, source: str
) -> tuple[int, ...]:
    """The shape, of `count` axes, of the first array of the layer `name`; in a list without names
    that at `place`."""
    if [layer.name for layer in layers] == [""]:
        arrays = layers[0].arrays[place : place + 1]
    else:
        arrays = next((layer.arrays for layer in layers if layer.name == name), ())
    if not arrays:
        there = ", ".join(layer.name for layer in layers[:6])
        raise ModelError(
            f"{source}: has no layer called {name}; it begins with {printable(there)[:120]}"
        )
    shape = arrays[0].shape
    if len(shape) != count:
        raise ModelError(f"{source}: layer {name}: {count} axes expected, found {_told(shape)}")
    return shape


def _fitting(values: Floats, shape: tuple[int, ...], name: str, place: int, source: str) -> Floats:
    """The array in the expected shape, with or without axes of 1 before it."""
    found = values.shape
    extra = len(found) - len(shape)
    if extra < 0 or found[extra:] != shape or any(side != 1 for side in found[:extra]):
        raise ModelError(
            f"{source}: layer {name}, array {place + 1}: expected {_told(shape)}, "
            f"found {_told(found)}"
        )
    if not np.isfinite(values).all():
        raise ModelError(
            f"{source}: layer {name}, array {place + 1}: holds values that are no finite numbers"
        )
    return values.reshape(shape)


def _told(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))[:80] or "a single number"
