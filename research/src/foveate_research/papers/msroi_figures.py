"""Figures 2 and 3 of the MS-ROI paper, and one of its slides, on pictures of the reader's choice.

Prakash et al., DCC 2017. Figure 2 sets human fixations, CAM and MS-ROI side by side; figure 3
shows MS-ROI's heat map over Kodak pictures. The slides of the talk show CAM's maps of the five
likeliest classes, and that classes of similar things have similar maps. The paper's networks were
trained on Caltech-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from foveate.errors import DatasetError, ModelError, printable
from foveate.models.class_choice import classes_of
from foveate.models.registry import get_model
from foveate.models.session import run_network
from foveate.pictures import Picture, read_picture
from foveate.saliency import SaliencyMap, map_from_file, overlay, predicted_map
from foveate.saliency.glance import glance
from foveate.threads import usable_threads
from foveate_research.coders.gaze import viewers_density
from foveate_research.datasets.attention import in_colour
from foveate_research.datasets.fixation_files import POINT_FILES, read_fixation_file
from foveate_research.metrics.fixations import correlation
from foveate_research.models.readings.msroi import ranked_things
from foveate_research.papers.figures import PANEL_SIDE, Panel, grid, reduced

FIGURE2_MODELS = ("cam", "msroi")
FIGURE3_MODELS = ("msroi",)
SLIDES_MODELS = ("cam", "msroi")
LIKELIEST = 5
PAIRS_A_ROW = 3
MAP_FILES = (".png", ".map.png")
TITLES = {
    "cam": "CAM",
    "cam-top-five": "CAM, top five",
    "msroi": "MS-ROI",
    "msroi-top-five": "MS-ROI, top five",
    "cam-lite": "CAM, lite trunk",
    "msroi-lite": "MS-ROI, lite trunk",
    "menet": "MEnet",
    "menet-ce": "MEnet's classifier",
    "menet-ce-only": "CE-only",
    "menet-ce-plain": "CE-plain",
    "foveate-s-mask": "Foveate's objects",
    "spectral-residual": "spectral residual",
    "salnet": "SalNet",
}


def figure2(
    pictures: Sequence[Path], models: Sequence[str], *, fixations: Path | None = None
) -> Any:
    """A row a picture: the original, the viewers' density where given, each model's heat map.

    fixations: a folder of KEY.npy, .txt, .csv or .mat, or of density maps KEY.png.

    Raises:
        PictureError: a picture cannot be read.
        DatasetError: a picture has no fixations in the folder.
        ModelError: no such model.
    """
    titles = ["original", *(["human fixations"] if fixations else []), *map(title_of, models)]
    rows = []
    for path in pictures:
        picture = small_picture(path)
        row = [Panel(in_colour(picture.pixels))]
        if fixations is not None:
            row.append(Panel(overlay(picture, seen_by_viewers(path, picture, fixations))))
        rows.append(row + [_heat(picture, model) for model in models])
    return grid(rows, titles=titles)


def figure3(pictures: Sequence[Path], models: Sequence[str]) -> Any:
    """Each picture with each model's heat map beside it, several pictures a row.

    Raises:
        PictureError: a picture cannot be read.
        ModelError: no such model.
    """
    groups = []
    for path in pictures:
        picture = small_picture(path)
        heats = [_heat(picture, model, title=title_of(model)) for model in models]
        groups.append([Panel(in_colour(picture.pixels), path.stem), *heats])
    a_row = max(1, 2 * PAIRS_A_ROW // len(groups[0]))
    starts = range(0, len(groups), a_row)
    rows = [[*chain.from_iterable(groups[start : start + a_row])] for start in starts]
    return grid(rows)


def slides(pictures: Sequence[Path], models: Sequence[str]) -> Any:
    """A row a picture: the original, the first model's maps of the five likeliest classes of
    objects, each with its CC with the likeliest one's, and the maps of the other models.

    Raises:
        PictureError: a picture cannot be read.
        ModelError: no such model, or a first one that tells no classes apart.
    """
    by_class, *others = models
    rows = []
    for path in pictures:
        picture = small_picture(path)
        maps = {
            name: predicted_map(picture, model=by_class, classes=[name])
            for name in likeliest_classes(picture, by_class)
        }
        likeliest = next(iter(maps.values()))
        row = [Panel(in_colour(picture.pixels), path.stem)]
        for name, found in maps.items():
            title = f"{title_of(by_class)}: {name}"
            if found is not likeliest:
                title += f", CC {correlation(found.values, likeliest.values):.2f}"
            row.append(Panel(overlay(picture, found), title))
        rows.append([*row, *(_heat(picture, model, title=title_of(model)) for model in others)])
    return grid(rows)


def likeliest_classes(picture: Picture, model: str) -> list[str]:
    """The names of a label network's five classes of objects with the highest scores, in order.

    Raises ModelError where the model tells no classes apart.
    """
    entry = get_model(model)
    names = classes_of(entry.card)
    if entry.record is None or not names:
        raise ModelError(f"{model} tells no classes apart: give a label network, such as cam")
    height, width = entry.size(picture.height, picture.width)
    pixels = glance(picture.pixels, height=height, width=width)
    outputs = run_network(entry.record, pixels, usable_threads(None), run=entry.run)
    return [names[index] for index in ranked_things(outputs)[:LIKELIEST]]


def title_of(model: str) -> str:
    """What a figure calls a model."""
    return TITLES.get(model, model)


def small_picture(path: Path) -> Picture:
    """A picture at the size of a panel, upright; PictureError when it cannot be read."""
    return read_picture(reduced(in_colour(read_picture(path).pixels), 2 * PANEL_SIDE))


def seen_by_viewers(path: Path, picture: Picture, folder: Path) -> SaliencyMap:
    """The density of a picture's fixations in a folder of files by its stem, its peak 1.

    Points are counted in pixels of the file at `path` and blurred by 3 % of the width.
    """
    for suffix in POINT_FILES:
        given = folder / f"{path.stem}{suffix}"
        if given.is_file():
            whole = read_picture(path)
            found = read_fixation_file(given, whole.height, whole.width)
            shares = np.array([1, picture.width / whole.width, picture.height / whole.height])
            cells = np.floor(found * shares)
            values = viewers_density(cells, picture.height, picture.width).astype(np.float32)
            return SaliencyMap(values, picture.height, picture.width, 1.0, "human fixations")
    for suffix in MAP_FILES:
        given = folder / f"{path.stem}{suffix}"
        if given.is_file():
            return map_from_file(given, picture)
    looked = ", ".join((*POINT_FILES, *MAP_FILES))
    raise DatasetError(
        f"{printable(folder)} holds no fixations of {printable(path.name)}: looked for "
        f"{printable(path.stem)} with {looked}"
    )


def _heat(picture: Picture, model: str, *, title: str = "") -> Panel:
    return Panel(overlay(picture, predicted_map(picture, model=model)), title)
