"""Read a pack in any order: the same random crop and flip of picture and map.

Decoding costs half a millisecond a picture. So the first who reads a pack writes its pictures
decoded beside it, and all trainings map that file into memory: 83 kB a picture at 144 pixels, read
nine times as fast. Packs that would take more than RAW_LIMIT decoded are decoded each time.
"""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError, OptionError, printable
from foveate_research.datasets.indexed_shards import IndexedShards, index_shards
from foveate_research.thesis.pack import Pack

RAW_LIMIT = 8 * 2**30
RAW = "decoded"
CHANNELS = 4  # red, green, blue, map
GAUSSIAN_SIGMA = 0.25  # of the side, as the registry's centre

Maps = Literal["own", "gaussian", "other", "constant"]
"""The picture's own map; a centred Gaussian; another picture's map; the mean of all maps."""

MAPS: tuple[Maps, ...] = get_args(Maps)
Draws = npt.NDArray[np.int64]
"""(N, 4): index, top, left, and 1 where mirrored."""

Images = npt.NDArray[np.uint8]


class Stored(Protocol):
    """(side, side, 4) by number."""

    def __getitem__(self, index: int, /) -> Any: ...


@dataclass(frozen=True)
class Decoding:
    """A part that is decoded at each reading."""

    index: IndexedShards

    def __getitem__(self, number: int) -> Images:
        picture, saliency = self.index.read(number, "jpg", "map.jpg")
        try:
            image = Image.open(io.BytesIO(picture), formats=("JPEG",))
            image.putalpha(Image.open(io.BytesIO(saliency), formats=("JPEG",)))
            found = np.asarray(image)
        except (OSError, ValueError) as error:
            raise DatasetError(
                f"{self.index.keys[number]} cannot be decoded: pack again"
            ) from error
        return found


@dataclass(frozen=True)
class PackedPart:
    """One part of a pack, ready to be drawn from.

    side: of what networks see; margin: how far a crop can be moved, pixels. maps: which map each
    picture comes with. teacher: (N, cells, cells, layers) of what a teacher attends to.
    """

    pictures: Stored
    labels: npt.NDArray[np.int64]
    side: int
    stored_side: int
    maps: Maps = "own"
    mean_map: float = 0.0
    teacher: Images | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def margin(self) -> int:
        return self.stored_side - self.side

    def gather(self, draws: Draws) -> tuple[Images, npt.NDArray[np.int64]]:
        """(B, side, side, 4) uint8 pictures with their maps, and (B,) labels.

        What a teacher attends to follows as further channels.
        """
        channels = CHANNELS + (0 if self.teacher is None else self.teacher.shape[-1])
        batch = np.empty((len(draws), self.side, self.side, channels), dtype=np.uint8)
        for row, (index, top, left, mirrored) in enumerate(draws.tolist()):
            down, across = slice(top, top + self.side), slice(left, left + self.side)
            step = -1 if mirrored else 1
            batch[row, ..., :CHANNELS] = self.pictures[index][down, across][:, ::step]
            if self.teacher is not None:
                batch[row, ..., CHANNELS:] = self._taught(index)[down, across][:, ::step]
            if self.maps != "own":
                batch[row, ..., 3] = self._other_map(index, down, across)[:, ::step]
        return batch, self.labels[draws[:, 0]]

    def _taught(self, index: int) -> Images:
        """(stored side, stored side, layers): of the picture whose map stands in, where it does."""
        assert self.teacher is not None
        found = self.teacher[self._other(index) if self.maps == "other" else index]
        pixels = self.stored_side // len(found)
        return np.asarray(found.repeat(pixels, axis=0).repeat(pixels, axis=1))

    def _other(self, index: int) -> int:
        """The picture whose map another one is given."""
        return (index + len(self) // 2) % len(self)

    def _other_map(self, index: int, down: slice, across: slice) -> Images:
        """What stands in for a picture's map; it is cropped as the picture is."""
        if self.maps == "gaussian":
            return np.asarray(centred_gaussian(self.stored_side)[down, across])
        if self.maps == "other":
            return np.asarray(self.pictures[self._other(index)][down, across, 3])
        return np.full((self.side, self.side), round(255 * self.mean_map), dtype=np.uint8)


@cache
def centred_gaussian(side: int) -> Images:
    """(side, side): the map of a viewer who looks at the middle whatever there is to see."""
    place = (np.arange(side) + 0.5) / side - 0.5
    across = np.exp(-0.5 * (place / GAUSSIAN_SIGMA) ** 2)
    return np.asarray(np.rint(255 * np.outer(across, across)), dtype=np.uint8)


def epoch_draws(count: int, margin: int, *, seed: int, epoch: int) -> Draws:
    """Every picture once in random order, cropped and mirrored at random.

    The same seed and epoch give the same draws, however a training was cut and taken up again.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(count)
    corners = rng.integers(0, margin + 1, (count, 2))
    return np.column_stack([order, corners, rng.integers(0, 2, count)]).astype(np.int64)


def central_draws(count: int, margin: int) -> Draws:
    """Every picture once in order, its middle, as it is."""
    centre = np.full(count, margin // 2)
    return np.column_stack([np.arange(count), centre, centre, np.zeros_like(centre)])


def open_part(
    pack: Pack,
    part: str,
    *,
    maps: Maps = "own",
    raw_limit: int = RAW_LIMIT,
) -> PackedPart:
    """A part of a pack, decoded once into a file beside it where it is small enough.

    raw_limit: bytes.

    Raises:
        OptionError: the pack has no such part.
        DatasetError: its shards are damaged.
    """
    if part not in pack.counts:
        raise OptionError(
            f"{printable(pack.folder)} has no part '{part}': {', '.join(pack.counts)}"
        )
    index = index_shards(pack.folder, part)
    decoding = Decoding(index)
    labels = np.array([int(index.read(i, "cls")[0]) for i in range(len(index))], dtype=np.int64)
    shape = (len(index), pack.stored_side, pack.stored_side, CHANNELS)
    pictures: Stored = decoding
    if np.prod(shape) <= raw_limit:
        pictures = _decoded(pack, part, decoding, shape)
    return PackedPart(pictures, labels, pack.side, pack.stored_side, maps, pack.mean[3])


def _decoded(pack: Pack, part: str, decoding: Decoding, shape: tuple[int, ...]) -> Images:
    """All pictures of a part, from their file; held in memory where none can be written."""
    path = pack.folder / RAW / f"{part}-{pack.sha256[:16]}.rgbs"
    if not path.is_file() or path.stat().st_size != np.prod(shape):
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            path.parent.mkdir(exist_ok=True)
            with draft.open("wb") as file:
                for number in range(shape[0]):
                    file.write(decoding[number].tobytes())
            draft.replace(path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            if not isinstance(error, OSError):
                raise
            return np.stack([decoding[number] for number in range(shape[0])])
    return np.memmap(path, dtype=np.uint8, mode="r", shape=shape)
