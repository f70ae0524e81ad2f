"""The label networks: how each is trained, and what of them runs.

Those on the paper's trunk learn from pixels, trunk and all, unless `--freeze` leaves the trunk as
`--start` has it. Those on the published trunk always leave it as it is. Heads on a frozen trunk
learn from what it makes of the pictures, made once (`features.py`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from foveate.errors import OptionError, printable
from foveate_research.architectures.cam import CAM
from foveate_research.architectures.efficientnet_lite import (
    WEIGHTS_PACKAGE,
    WEIGHTS_SHA256,
    load_published,
    published_weights,
)
from foveate_research.architectures.lite_trunk import LiteTrunk
from foveate_research.architectures.msroi import MSROI, LabelHeads, LabelOptions
from foveate_research.architectures.msroi_released import MSROIReleased
from foveate_research.architectures.named_trunk import NamedTrunk
from foveate_research.architectures.vgg import VggOptions
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.datasets.shards import describe_shards
from foveate_research.models.classes import ClassList, class_list, own_classes
from foveate_research.training.choices import Choices, shared
from foveate_research.training.labels import features
from foveate_research.training.labels.mixing import (
    COUNTS,
    FOLLOWED,
    GROWN_FROM,
    HELD_OUT,
    SETS,
    SHAPES_GROWN,
    SHAPES_YOUNG,
    LabelBatches,
    follows,
    parted,
    read_parts,
)
from foveate_research.training.labels.module import (
    LITE_RATE,
    RATE,
    TRUNK_RATE,
    HeldOut,
    LabelTraining,
    Loss,
)
from foveate_research.training.labels.run_time import OUTPUTS, RunTimeLabels
from foveate_research.training.labels.trunks import card_of_trunk, chosen_trunk
from foveate_research.training.recipes import Prepared, Request, RunTime, averaged_state
from foveate_research.training.sets import Pictures as NamedSets
from foveate_research.training.sets import labelled_sets

FOLLOW_EVERY = 10.0  # minutes
LITE_TRUNK = {
    "name": "EfficientNet-Lite0, trained on ImageNet labels, left as published",
    "package": WEIGHTS_PACKAGE,
    "sha256": WEIGHTS_SHA256,
    "licence": "Apache-2.0",
}

Pictures = dict[str, list[LabelledPicture]]
Parts = tuple[LabelTraining, LabelBatches | features.FeatureBatches, dict[str, Any]]


@dataclass(frozen=True)
class LabelNetwork:
    """One of the family: what it is, on which classes, with which loss."""

    build: Callable[[], MSROI | CAM | MSROIReleased]
    classes: str
    loss: Loss
    family: str
    file: str
    map_cost: float = 0.0
    lite: bool = False  # on the published trunk

    @property
    def defaults(self) -> Choices:
        """The choices that there are, as they are where none is made."""
        with torch.device("meta"):  # the options alone are wanted, not 15 million weights
            trunk = self.build().options.trunk
        if isinstance(trunk, VggOptions):
            return Choices(
                batch=sum(COUNTS.values()),
                rate=RATE,
                width=trunk.width,
                trunk=trunk.layout,
                freeze=False,
            )
        return Choices(batch=sum(features.COUNTS.values()), rate=LITE_RATE)

    def _freezes(self, choices: Choices) -> bool:
        """Whether the trunk stays as it begins."""
        return self.lite or bool(choices.freeze)

    @property
    def takes_named_trunks(self) -> bool:
        """Whether its trunk may be another: not the published code's, nor the frozen one."""
        with torch.device("meta"):
            network = self.build()
        return isinstance(network, LabelHeads) and isinstance(network.options.trunk, VggOptions)

    @property
    def takes_teachers(self) -> bool:
        """Whether the maps of another training may teach it: not the published code's."""
        with torch.device("meta"):
            return isinstance(self.build(), LabelHeads)

    def _counts(self, choices: Choices) -> dict[str, int]:
        """How many pictures of each set a batch holds. Raises OptionError for too few in all."""
        assert choices.batch is not None
        return shared(choices.batch, features.COUNTS if self._freezes(choices) else COUNTS)

    def built(self, choices: Choices) -> MSROI | CAM | MSROIReleased:
        """The network of the trunk and classes that were chosen. Raises OptionError."""
        network = self.build()
        options: Any = network.options
        if isinstance(options.trunk, VggOptions):
            named = isinstance(network, LabelHeads)
            options = replace(options, trunk=chosen_trunk(options.trunk, choices, named=named))
        if choices.classes is not None:
            name = "class_count" if isinstance(network, MSROIReleased) else "count"
            options = replace(options, **{name: len(choices.classes)})
        if options == network.options:
            return network
        kind: Any = type(network)
        other: MSROI | CAM | MSROIReleased = kind(options)
        return other

    def classes_of(self, choices: Choices) -> ClassList:
        """The classes that the network tells apart."""
        if choices.classes is None:
            return class_list(self.classes)
        return own_classes({"own": choices.classes})

    def _rates(self, rate: float, *, frozen: bool, taught: bool) -> dict[str, float]:
        """What the record says of rates."""
        if frozen:
            return {"heads": rate}
        return {"heads": rate, "trunk": TRUNK_RATE if taught else rate}

    def about(self, choices: Choices) -> dict[str, Any]:
        """What the card says of the architecture."""
        chosen = self.classes_of(choices)
        network = self.built(choices)
        return {
            "architecture": {
                "family": self.family,
                "file": f"models/architectures/{self.file}",
                "input": "RGB in [0, 255], (B, 3, H, W), H and W multiples of 16",
                "outputs": {
                    "maps": "of every class, (B, C, H/16, W/16)",
                    "scores": "logits, (B, C)",
                    "things": "1 for objects and 0 for their surroundings, (B, C)",
                },
                "options": network.options.to_dict(),
                "classes": list(chosen.classes),
            },
            "trunk": LITE_TRUNK if self.lite else card_of_trunk(choices),
            "use_and_limits": [
                "Rows beside the paper's claims, trained for minutes on two processor cores: not"
                " what networks of full width and full sets reach.",
                "Shows where classes of objects seem to be, not where people look.",
                "Knows the classes of caltech101, msrc21 and voc only; objects of other kinds are"
                " shown as what they resemble or not at all.",
                "The training pictures may be used for research only; see the sets' terms above.",
            ],
        }

    def load(self, checkpoint: Path, choices: Choices) -> MSROI | CAM | MSROIReleased:
        """The averaged weights of a training's checkpoint."""
        network = self.built(choices)
        network.load_state_dict(averaged_state(checkpoint))
        return network.eval()

    def run_time(self, checkpoint: Path, choices: Choices) -> RunTime:
        network = self.load(checkpoint, choices)
        options = network.options
        module = RunTimeLabels(
            network,
            self.classes_of(choices).things,
            surroundings=options.surroundings if isinstance(options, LabelOptions) else 0.0,
        )
        checks = ((1, 224, 288), (2, 240, 224), (1, 224, 448))
        bits: Literal[16, 8] = 8 if self.lite else 16
        return RunTime(module, OUTPUTS, (224, 288), checks, bits=bits)

    def prepare(self, request: Request) -> Prepared:
        named, labels = self._named(request)
        if named.groups:
            file = request.class_file
            classes = own_classes(labels) if file is None else file.class_list(labels)
            return self._on_named(request, named, classes)
        choices, classes = request.choices, class_list(self.classes)
        network = self._begun(request, choices)
        pictures = read_parts(request.folder)
        learnt, _ = parted(pictures)
        data = [describe_shards(request.folder / name, "train", len(learnt[name])) for name in SETS]
        if self._freezes(choices):
            module, batches, facts = self._on_features(network, request, pictures, data)
        else:
            _, kept = parted(pictures)
            held_out = [
                HeldOut(name, picture.labels, picture.pixels)
                for name, group in kept.items()
                for picture in group
            ]
            counts = self._counts(choices)
            module, batches, facts = self._on_pixels(
                network, request, learnt, classes, counts, held_out
            )
        held = f"every {HELD_OUT}th picture of {' and '.join(FOLLOWED)} train follows"
        costs = self._costs(module, frozen=self._freezes(choices))
        facts = {**costs, "held_out": held, **facts, "data": data}
        return Prepared(module, batches, facts, validate_every=FOLLOW_EVERY)

    def _named(self, request: Request) -> tuple[NamedSets, dict[str, tuple[str, ...]]]:
        """The sets that the user named. Raises OptionError where the trunk is frozen."""
        if self._freezes(request.choices) and (request.sets or request.shards):
            raise OptionError(
                "a label network on a frozen trunk learns from --data only: "
                "train msroi or cam without --freeze on sets of your own"
            )
        if not self.lite and self._freezes(request.choices) and request.start is None:
            raise OptionError("--freeze needs --start: a checkpoint that has taught the trunk")
        return labelled_sets(request)

    def _on_named(self, request: Request, named: NamedSets, classes: ClassList) -> Prepared:
        """A training on the user's sets, whose own labels are the classes, as many pictures of
        each set a batch."""
        choices = replace(request.choices, classes=classes.classes)
        assert choices.batch is not None
        network = self._begun(request, choices)
        counts = shared(choices.batch, dict.fromkeys(named.groups, 1))
        module, batches, facts = self._on_pixels(
            network, request, named.groups, classes, counts, []
        )
        costs = self._costs(module, frozen=False)
        told = {"options": choices.told(), **costs, **facts, "data": named.data}
        if request.class_file is not None:
            told["class_file"] = request.class_file.told()
        return Prepared(module, batches, told)

    def _begun(self, request: Request, choices: Choices) -> MSROI | CAM | MSROIReleased:
        """The network as its training begins."""
        network = self.built(choices)
        if isinstance(network.trunk, LiteTrunk):
            load_published(network.trunk.published, published_weights())
        if isinstance(network.trunk, NamedTrunk):
            network.trunk.begin(choices.trunk_weights)
        if request.start is not None:
            begin(network, request.start, trunk_only=bool(request.choices.freeze))
        if self._freezes(request.choices):
            network.trunk.requires_grad_(False)
        return network

    def _costs(self, module: LabelTraining, *, frozen: bool) -> dict[str, Any]:
        """What the record says of rates and of the loss."""
        return {
            "rates": self._rates(module.rate, frozen=frozen, taught=module.taught),
            "map_cost": self.map_cost,
        }

    def _teacher(self, network: nn.Module, choices: Choices) -> LabelHeads | None:
        """A trained network of the same kind. Raises ModelError, OptionError."""
        file = choices.teacher
        if file is None or file.path is None:
            return None
        assert isinstance(network, LabelHeads)
        teacher, state = copy.deepcopy(network), averaged_state(file.path)
        try:
            teacher.load_state_dict(state)
        except RuntimeError as error:
            raise file.misfit("this network", network.state_dict(), state) from error
        trunks = zip(teacher.trunk.parameters(), network.trunk.parameters(), strict=True)
        if self._freezes(choices) and not all(torch.equal(a, b) for a, b in trunks):
            raise OptionError(
                f"--teacher {printable(file.file)} stands on another trunk: "
                "give one that was trained on the frozen trunk"
            )
        return teacher.requires_grad_(False)

    def _module(
        self, network: nn.Module, request: Request, classes: ClassList, held_out: list[HeldOut]
    ) -> LabelTraining:
        assert request.choices.rate is not None
        return LabelTraining(
            network,
            self.loss,
            rate=request.choices.rate,
            map_cost=self.map_cost,
            teacher=self._teacher(network, request.choices),
            taught=request.start is not None or is_taught(network),
            held_out=held_out,
            classes=classes,
            minutes=request.minutes,
            steps=request.steps,
        )

    def _on_pixels(
        self,
        network: nn.Module,
        request: Request,
        pictures: Mapping[str, Sequence[LabelledPicture]],
        classes: ClassList,
        counts: dict[str, int],
        held_out: list[HeldOut],
    ) -> Parts:
        """A training of trunk and heads on pixels."""
        module = self._module(network, request, classes, held_out)
        batches = LabelBatches(
            pictures, classes, progress=module.pace, seed=request.seed, counts=counts
        )
        sizes = {
            "at first": [list(size) for size, _ in SHAPES_YOUNG],
            f"from {GROWN_FROM:.2f} of the training": [list(size) for size, _ in SHAPES_GROWN],
        }
        return module, batches, {"batch": counts, "sizes": sizes}

    def _on_features(
        self,
        network: MSROI | CAM | MSROIReleased,
        request: Request,
        pictures: Pictures,
        data: list[dict[str, Any]],
    ) -> Parts:
        """A training of the heads on what the frozen trunk makes of the pictures."""
        facts = {
            "crops": features.VARIANTS,
            "side": features.SIDE,
            "cropping": asdict(features.CROPPING),
            "crops_seed": features.SEED,
        }
        about = {**facts, "trunk": features.weights_hash(network.trunk)}
        about["data"] = [each["sha256"] for each in data]
        kept = features.kept_features(network.trunk, pictures, features.features_folder(about))
        held_out = [
            HeldOut(name, picture.labels, kept[name][0, index])
            for name, group in pictures.items()
            for index, picture in enumerate(group)
            if follows(name, index)
        ]
        module = self._module(network, request, class_list(self.classes), held_out)
        counts = self._counts(request.choices)
        batches = features.FeatureBatches(
            kept,
            pictures,
            class_list(self.classes),
            left_out=follows,
            progress=module.pace,
            seed=request.seed,
            counts=counts,
        )
        return module, batches, {"batch": counts, "features": facts}


def is_taught(network: nn.Module) -> bool:
    """Whether it stands on a trunk by name that began with weights."""
    return isinstance(network.trunk, NamedTrunk) and network.trunk.taught


def begin(network: nn.Module, start: Path, *, trunk_only: bool = False) -> None:
    """All averaged weights of a checkpoint of the same network, or else those of its trunk.

    trunk_only: those of the trunk in any case.
    """
    state = averaged_state(start)
    shapes = [
        {name: value.shape for name, value in each.items()}
        for each in (state, network.state_dict())
    ]
    if shapes[0] == shapes[1] and not trunk_only:
        network.load_state_dict(state)
        return
    prefix = "trunk."
    trunk = {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    network.get_submodule("trunk").load_state_dict(trunk)
