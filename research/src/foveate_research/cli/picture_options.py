"""Options that name a set of pictures with answers: folders, a published set, or shards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from foveate.errors import DatasetError, OptionError
from foveate_research.cli.options import Count

if TYPE_CHECKING:
    from foveate_research.datasets.labels import LabelledPicture
    from foveate_research.datasets.sets import PictureSet

Folder = Path | None


@dataclass(frozen=True, kw_only=True)
class PictureOptions(ABC):
    """A set of pictures; one of `images`, `set` and `shards` names it."""

    PANEL: ClassVar[str] = "The pictures"
    PREFIX: ClassVar[str] = ""
    ANSWERS: ClassVar[str] = "masks"
    SHARDS_PART: ClassVar[str] = "val"

    images: Annotated[Folder, typer.Option(metavar="DIR", help="Folder of pictures.")] = None
    set: Annotated[
        str | None, typer.Option(metavar="NAME", help="A published set: msra10k, ecssd, ...")
    ] = None
    root: Annotated[Folder, typer.Option(metavar="DIR", help="Where the published set lies.")] = (
        None
    )
    shards: Annotated[Folder, typer.Option(metavar="DIR", help="Folder of a packed set.")] = None
    part: Annotated[
        str | None, typer.Option(metavar="NAME", help="Part of the set or of the shards.")
    ] = None
    keys: Annotated[
        str | None,
        typer.Option(metavar="PREFIX", help="Only pictures whose names start with PREFIX."),
    ] = None
    count: Count = None

    @property
    def given(self) -> bool:
        """Whether a set was named."""
        return (self.images or self.set or self.shards) is not None

    def opened(self) -> PictureSet[Any]:
        """The pictures of these names and up to this count. Raises OptionError, DatasetError."""
        found = self._opened()
        self._check(found)
        if self.keys is not None:
            found = found.starting(self.keys)
        return found if self.count is None else found.first(self.count)

    def _opened(self) -> PictureSet[Any]:
        images, set_, shards = (self._option(name) for name in ("images", "set", "shards"))
        given = {images: self.images, set_: self.set, shards: self.shards}
        ways = [name for name, value in given.items() if value is not None]
        if len(ways) != 1:
            raise OptionError(
                f"give one of {images} with {self._option(self.ANSWERS)}, {set_} with "
                f"{self._option('root')}, or {shards}"
                + (f", not {' and '.join(ways)}" if ways else "")
            )
        if self.set is not None:
            from foveate_research.datasets.layouts import open_layout

            if self.root is None:
                raise OptionError(f"{set_} needs {self._option('root')}, where the set lies")
            return open_layout(self.set, self.root, self.part)
        if self.shards is not None:
            from foveate_research.datasets.packed import open_shards

            return open_shards(self.shards, self.part or self.SHARDS_PART)
        assert self.images is not None
        found = self._folders(self.images)
        if found is None:
            raise OptionError(f"{images} needs {self._option(self.ANSWERS)}")
        return found

    @abstractmethod
    def _folders(self, images: Path) -> PictureSet[Any] | None:
        """The set of a folder and its answers; nothing where no answers are named."""

    def _check(self, found: PictureSet[Any]) -> None:
        """Raises DatasetError where the set is one of labels."""
        from foveate_research.datasets.attention import AttentionPicture

        first = next(iter(found), None)
        if first is not None and not isinstance(first, AttentionPicture):
            raise DatasetError(
                f"{found.name} is a set of labels: this measure takes {self.ANSWERS}"
            )

    def _option(self, name: str) -> str:
        return f"--{self.PREFIX}{name}".replace("_", "-")


@dataclass(frozen=True, kw_only=True)
class MaskOptions(PictureOptions):
    """Pictures with masks of salient objects."""

    SHARDS_PART: ClassVar[str] = "test"

    masks: Annotated[Folder, typer.Option(metavar="DIR", help="Folder of objects' masks.")] = None
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Share of white from which a mask counts as object.")
    ] = 0.5

    def _folders(self, images: Path) -> PictureSet[Any] | None:
        from foveate_research.datasets.folders import mask_folders

        if self.masks is None:
            return None
        return mask_folders(images, self.masks, threshold=self.threshold)


@dataclass(frozen=True, kw_only=True)
class PointOptions(PictureOptions):
    """Pictures with fixations."""

    ANSWERS: ClassVar[str] = "fixations"

    fixations: Annotated[
        Folder,
        typer.Option(
            metavar="DIR", help="Folder of fixations (.npy, .txt, .csv, .mat) or density maps."
        ),
    ] = None

    def _folders(self, images: Path) -> PictureSet[Any] | None:
        from foveate_research.datasets.folders import fixation_folders

        return None if self.fixations is None else fixation_folders(images, self.fixations)


@dataclass(frozen=True, kw_only=True)
class FixationOptions(PointOptions):
    """Pictures with fixations, density maps or both."""

    densities: Annotated[
        Folder, typer.Option(metavar="DIR", help="Folder of density maps beside fixations.")
    ] = None

    def _folders(self, images: Path) -> PictureSet[Any] | None:
        from foveate_research.datasets.folders import fixation_folders

        if self.densities is None:
            return super()._folders(images)
        return fixation_folders(images, self.fixations, maps=self.densities)


@dataclass(frozen=True, kw_only=True)
class TrainingPart(PointOptions):
    """A training part on whose fixations maps are fitted."""

    PANEL: ClassVar[str] = "A training part; with it a second row has each model's maps fitted"
    PREFIX: ClassVar[str] = "fit_"

    part: Annotated[str | None, typer.Option(metavar="NAME", help="Part to fit on.")] = "train"
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Pictures to fit on, at most.")
    ] = 200


@dataclass(frozen=True, kw_only=True)
class ClassOptions(PictureOptions):
    """Pictures with masks of classes, or of objects whose class is not known."""

    masks: Annotated[Folder, typer.Option(metavar="DIR", help="Folder of objects' masks.")] = None
    class_masks: Annotated[
        Folder, typer.Option(metavar="DIR", help="Folder of masks of class indices, 0 for none.")
    ] = None
    classes: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="The classes' names from index 0 on.")
    ] = None
    general: Annotated[
        bool,
        typer.Option(
            "--general",
            help="Look for general classes: a face and its body are one person (msrc21).",
        ),
    ] = False

    def opened(self) -> PictureSet[Any]:
        found = super().opened()
        return in_general_classes(found) if self.general else found

    def stuff(self) -> list[str]:
        """The classes that are surroundings, not things."""
        from foveate_research.maps.localisation import STUFF
        from foveate_research.models.classes import general_classes

        if not self.general:
            return sorted(STUFF)
        every = general_classes()
        return [name for name, thing in zip(every.classes, every.things, strict=True) if not thing]

    def _folders(self, images: Path) -> PictureSet[Any] | None:
        from foveate_research.datasets.folders import class_mask_folders, mask_folders

        if self.class_masks is not None:
            names = tuple(self.classes.split(",")) if self.classes else tuple(map(str, range(255)))
            return class_mask_folders(images, self.class_masks, names)
        return None if self.masks is None else mask_folders(images, self.masks)

    def _check(self, found: PictureSet[Any]) -> None:
        pass


def in_general_classes(pictures: PictureSet[LabelledPicture]) -> PictureSet[LabelledPicture]:
    """The set with its labels and class masks in general classes. Raises OptionError."""
    import numpy as np

    from foveate_research.models.classes import general_classes

    general = general_classes()
    if pictures.name not in general.folds:
        known = ", ".join(general.folds)
        raise OptionError(f"{pictures.name}: general classes are known of {known} only")
    fold, names = general.folds[pictures.name], ("void", *general.classes)
    indices = np.array([names.index(fold.get(name, "void")) for name in pictures.classes], np.uint8)

    def folded(picture: LabelledPicture) -> LabelledPicture:
        mask = picture.class_mask
        return replace(
            picture,
            labels=tuple(dict.fromkeys(fold[label] for label in picture.labels)),
            class_mask=None if mask is None else indices[mask],
        )

    return replace(pictures, read=lambda: map(folded, pictures.read()), classes=names)
