"""What the commands that measure coders share: their pictures, coders and the set they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from foveate.cli.option_values import checked_map
from foveate.errors import OptionError
from foveate_research.cli.options import Workers, names_in
from foveate_research.cli.results import progress

if TYPE_CHECKING:
    from foveate_research.coders.scenes import SceneFiles
    from foveate_research.coders.study import Study

Images = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the pictures.")]
Fixations = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="DIR",
        help="Where people looked: points or density maps by the pictures' stems; may be repeated.",
    ),
]
Masks = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Masks of the objects by the pictures' stems.")
]


@dataclass(frozen=True, kw_only=True)
class CoderOptions:
    """Which coders, the map that steers them, and how many pictures at a time."""

    PANEL: ClassVar[str] = "Coders"

    map: Annotated[
        str, typer.Option(metavar="NAME", help="The map that steers, and marks PSNR-S.")
    ] = "auto"
    codecs: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,...",
            help="Coders beside plain JPEG; may be repeated. foveate-vision is what foveate "
            "compress does; foveate and foveate-eyes are its tunes fidelity and eyes. "
            "foveate@MODEL and mosaic@MODEL follow the map of a model.",
        ),
    ] = None
    workers: Workers = 1

    @contextmanager
    def study(self, images: Path, files: Sequence[SceneFiles]) -> Iterator[Study]:
        """The set as experiments take it, with a bar on a terminal. Raises OptionError."""
        from foveate_research.coders.study import Study

        checked_map(self.map, "--map", files=False)
        names = self._names(viewers=any(scene.fixations is not None for scene in files))
        with progress(len(files)) as tick:
            yield Study(
                images, files, model=self.map, codecs=names, workers=self.workers, tick=tick
            )

    def _names(self, *, viewers: bool) -> list[str]:
        """The coders named; none stands for all that can run."""
        from foveate_research.coders.codecs import CODECS

        names = names_in(self.codecs)
        if self.codecs is not None and not names:
            raise OptionError(f"--codecs {','.join(self.codecs)}: name one at least")
        for name in names:
            if name in CODECS and CODECS[name].viewers and not viewers:
                raise OptionError(f"--codecs {name}: needs --fixations")
        return names
