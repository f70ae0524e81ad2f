"""Which set of pictures the options of `foveate evaluate` name: folders, a known set, shards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foveate.errors import DatasetError, OptionError

if TYPE_CHECKING:
    from foveate_research.datasets.attention import AttentionPicture
    from foveate_research.datasets.sets import PictureSet


@dataclass(frozen=True)
class Asked:
    """What was typed; one of `images`, `set_name` and `shards` names the set.

    prefix: of the options' names, "fit-" for the training part. shard_part: where none is typed.
    """

    images: Path | None = None
    masks: Path | None = None
    fixations: Path | None = None
    densities: Path | None = None
    set_name: str | None = None
    root: Path | None = None
    shards: Path | None = None
    part: str | None = None
    keys: str | None = None
    count: int | None = None
    threshold: float = 0.5
    shard_part: str = "test"
    prefix: str = ""

    def with_masks(self) -> PictureSet[AttentionPicture]:
        """A set with masks. OptionError, DatasetError."""
        return _of_answers(self.opened("masks"), "masks")

    def with_fixations(self) -> PictureSet[AttentionPicture]:
        """A set with fixations or density maps. OptionError, DatasetError."""
        return _of_answers(self.opened("fixations"), "fixations")

    def opened(self, answers: str) -> PictureSet[Any]:
        """The set of whatever kind; of these keys and this many pictures where that was typed."""
        found = self._opened(answers)
        if self.keys is not None:
            found = found.starting(self.keys)
        return found if self.count is None else found.first(self.count)

    def _opened(self, answers: str) -> PictureSet[Any]:
        images, set_option, shards = (f"--{self.prefix}{n}" for n in ("images", "set", "shards"))
        given = {images: self.images, set_option: self.set_name, shards: self.shards}
        ways = [name for name, value in given.items() if value is not None]
        if len(ways) != 1:
            raise OptionError(
                f"give one of {images} with --{self.prefix}{answers}, {set_option} with "
                f"--{self.prefix}root, or {shards}"
                + (f", not {' and '.join(ways)}" if ways else "")
            )
        if self.set_name is not None:
            return self._published()
        if self.shards is not None:
            from foveate_research.datasets.packed import open_shards

            return open_shards(self.shards, self.part or self.shard_part)
        return self._folders(answers)

    def _published(self) -> PictureSet[Any]:
        from foveate_research.datasets.layouts import open_layout

        assert self.set_name is not None
        if self.root is None:
            raise OptionError(
                f"--{self.prefix}set needs --{self.prefix}root, the folder where the set lies"
            )
        return open_layout(self.set_name, self.root, self.part)

    def _folders(self, answers: str) -> PictureSet[Any]:
        from foveate_research.datasets.folders import fixation_folders, mask_folders

        assert self.images is not None
        if answers == "masks" and self.masks is not None:
            return mask_folders(self.images, self.masks, threshold=self.threshold)
        if answers == "fixations" and (self.fixations or self.densities) is not None:
            return fixation_folders(self.images, self.fixations, maps=self.densities)
        raise OptionError(f"--{self.prefix}images needs --{self.prefix}{answers}")


def _of_answers(found: PictureSet[Any], answers: str) -> PictureSet[AttentionPicture]:
    """The set; DatasetError when it is one of labels."""
    from foveate_research.datasets.attention import AttentionPicture

    first = next(iter(found), None)
    if first is not None and not isinstance(first, AttentionPicture):
        raise DatasetError(f"{found.name} is a set of labels: this measure takes {answers}")
    return found
