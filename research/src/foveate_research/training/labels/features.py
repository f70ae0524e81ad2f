"""What a frozen trunk makes of the training pictures, made once and kept on the disk.

A trunk that does not learn gives the same features in every step, so that they need not be made
anew: a few crops of every picture go through it, and the layers that stand on it learn from what
is kept, in minutes on a processor.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from numpy.lib.format import open_memmap
from torch import Tensor, nn

from foveate.models.session import session_of
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.models.classes import ClassList
from foveate_research.training.labels.mixing import Cropping, draw
from foveate_research.training.stream import BatchStream

VARIANTS = {"voc": 1, "msrc21": 2, "caltech101": 1}  # crops of each picture
COUNTS = {"voc": 20, "msrc21": 6, "caltech101": 14}  # of a batch
SIDE = 256
CROPPING = Cropping(least=0.8, squash=1.15, shrunk=0.9)
SEED = 1  # of the crops, the same for every training, so that trainings share them
FOLDER_VARIABLE = "FOVEATE_FEATURES"

Features = npt.NDArray[np.float16]


class FeatureBatch(NamedTuple):
    """features (B, K, h, w) float32; present, stated (B, C) float32 of 0 and 1."""

    features: Tensor
    present: Tensor
    stated: Tensor


class Seen(nn.Module):
    """A trunk's features of pixels, before anything that still learns."""

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.trunk.seen(pixels)  # type: ignore[operator]
        return features


def features_folder(facts: object) -> Path:
    """Where features are kept that `facts` describe: below $FOVEATE_FEATURES, or the folder for
    temporary files. Those that the shipped networks learnt from take about 1.6 GB."""
    home = Path(os.environ.get(FOLDER_VARIABLE, tempfile.gettempdir()))
    told = json.dumps(facts, sort_keys=True).encode()
    return home / f"foveate-features-{hashlib.sha256(told).hexdigest()[:16]}"


def weights_hash(trunk: nn.Module) -> str:
    """SHA-256 over all weights and statistics of a trunk."""
    digest = hashlib.sha256()
    for name, value in trunk.state_dict().items():
        digest.update(name.encode())
        digest.update(value.contiguous().numpy().tobytes())
    return digest.hexdigest()


def kept_features(
    trunk: nn.Module, pictures: dict[str, list[LabelledPicture]], folder: Path
) -> dict[str, Features]:
    """By set (V, N, K, h, w): V crops of each of N pictures as the trunk sees them.

    Made where the folder has none, and read from it afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    look: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]] | None = None
    found = {}
    for name, group in pictures.items():
        path = folder / f"{name}.npy"
        if not path.is_file():
            look = look or looking(trunk)
            with tempfile.TemporaryDirectory(dir=folder) as own:  # another training may do the same
                unfinished = Path(own) / path.name
                _make(look, group, VARIANTS[name], unfinished)
                unfinished.replace(path)
        found[name] = np.load(path, mmap_mode="r")
    return found


def _make(
    look: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]],
    group: list[LabelledPicture],
    variants: int,
    path: Path,
) -> None:
    kept: Features | None = None
    for variant in range(variants):
        for index, picture in enumerate(group):
            rng = np.random.default_rng((SEED, variant, index))
            features = look(draw(picture.pixels, SIDE, SIDE, rng, cropping=CROPPING))
            if kept is None:
                shape = (variants, len(group), *features.shape)
                kept = open_memmap(path, mode="w+", dtype=np.float16, shape=shape)  # type: ignore[no-untyped-call]
            kept[variant, index] = features


def looking(trunk: nn.Module) -> Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]:
    """A function of (SIDE, SIDE, 3) pixels that gives the trunk's (K, h, w) of them.

    Run by onnxruntime, which is about twice as fast on a processor as torch.
    """
    was_training = trunk.training
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own notices about tracing
        traced = Path(folder) / "trunk.onnx"
        torch.onnx.export(
            Seen(trunk).eval(),
            (torch.zeros(1, 3, SIDE, SIDE),),
            str(traced),
            input_names=["pixels"],
            output_names=["features"],
            opset_version=17,
            dynamo=False,
        )
        weights = traced.read_bytes()
    trunk.train(was_training)  # a norm behind what is kept still learns
    session = session_of(weights, torch.get_num_threads())

    def look(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        given = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)
        features: npt.NDArray[np.float32] = session.run(["features"], {"pixels": given})[0][0]
        return features

    return look


class FeatureBatches(BatchStream[FeatureBatch]):
    """An endless stream of kept features with what their pictures' labels say.

    Pictures are drawn so that rare classes come more often: each with the weight of its rarest
    class, one over the square root of how many pictures show that class.
    """

    def __init__(
        self,
        features: dict[str, Features],
        pictures: dict[str, list[LabelledPicture]],
        classes: ClassList,
        *,
        left_out: Callable[[str, int], bool],
        progress: Callable[[int], float],
        seed: int,
        counts: dict[str, int] | None = None,
    ) -> None:
        super().__init__(progress=progress, seed=seed)
        self.features, self.counts = features, counts or COUNTS
        self.told = {
            name: [classes.targets(name, picture.labels) for picture in pictures[name]]
            for name in self.counts
        }
        self.learnt = {
            name: np.array([i for i in range(len(pictures[name])) if not left_out(name, i)])
            for name in self.counts
        }
        self.weights = {
            name: rarity(np.stack([self.told[name][index][0] for index in self.learnt[name]]))
            for name in self.counts
        }

    def chosen(self, rng: np.random.Generator) -> Iterator[list[tuple[str, int]]]:
        """A batch's pictures: each one's set, and its index there."""
        while True:
            yield [
                (name, int(index))
                for name, count in self.counts.items()
                for index in rng.choice(self.learnt[name], count, p=self.weights[name])
            ]

    def made(
        self, chosen: list[tuple[str, int]], passed: float, rng: np.random.Generator
    ) -> FeatureBatch:
        """One of each picture's crops."""
        kept = [(self.features[name], index) for name, index in chosen]
        seen = [crops[rng.integers(crops.shape[0]), index] for crops, index in kept]
        told = [self.told[name][index] for name, index in chosen]
        return FeatureBatch(
            torch.from_numpy(np.stack(seen).astype(np.float32)),
            torch.from_numpy(np.stack([present for present, _ in told])),
            torch.from_numpy(np.stack([stated for _, stated in told])),
        )


def rarity(present: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(N,) how often each picture is drawn, the sum 1, from (N, C) 1 where it shows a class."""
    common = np.sqrt(np.maximum(present.sum(axis=0, dtype=np.float64), 1))
    weights = np.where(present > 0, 1 / common, 0).max(axis=1)
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares
