"""Fixations in files: .npy, .txt, .csv, the .mat of CAT2000, SALICON and OSIE, pictures of points.

All become (N, 3) int16: viewer, x, y in pixels from 0. Where a file does not tell viewers apart,
the viewer is 0. Points outside the picture are left out, as every published tool does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.errors import DatasetError, printable
from foveate.pictures.readers.npy import npy_array
from foveate_research.datasets.attention import decode_picture
from foveate_research.datasets.damage import damage_told, dataset_bytes
from foveate_research.datasets.matlab import mat_variables

Fixations = npt.NDArray[np.int16]

POINT_FILES = (".npy", ".txt", ".csv", ".mat")
_X, _Y = ("x", "fix_x", "x_pos", "col"), ("y", "fix_y", "y_pos", "row")
_VIEWER = ("viewer", "subject", "observer", "user", "participant")


def read_fixation_file(path: Path, height: int, width: int) -> Fixations:
    """The fixations of one picture of that size, from a file of POINT_FILES.

    Raises:
        DatasetError: the file is not laid out as one of them.
    """
    readers = {".npy": _from_npy, ".txt": _from_text, ".csv": _from_text, ".mat": _from_mat}
    with damage_told(path, "is damaged, or not laid out as a file of fixations"):
        return inside(readers[path.suffix.lower()](path), height, width)


def read_point_picture(path: Path, height: int, width: int) -> Fixations:
    """Fixations as the bright pixels of a picture (MIT1003's NAME_fixPts.jpg), viewers unknown."""
    data = dataset_bytes(path, "picture of fixations")
    with damage_told(path, "cannot be read as a picture"):
        rows, columns = np.nonzero(decode_picture(data, mode="L") > 127)
    return inside(_without_viewers(np.stack([columns, rows], axis=1)), height, width)


def inside(fixations: npt.NDArray[np.float64], height: int, width: int) -> Fixations:
    """The rows viewer, x, y whose point lies in the picture, cut off to whole pixels."""
    whole = np.floor(fixations)
    kept = (whole[:, 1] >= 0) & (whole[:, 1] < width) & (whole[:, 2] >= 0) & (whole[:, 2] < height)
    return whole[kept].astype(np.int16)


def read_osie(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    """OSIE's one file for all its pictures: stem of the picture -> (N, 3), x and y from 0."""
    found = _variables(path).get("fixations")
    if found is None:
        raise DatasetError(
            f"{printable(path)} holds no 'fixations': give OSIE's data/eye/fixations.mat"
        )
    with damage_told(path, "is damaged, or not laid out as OSIE's fixations.mat"):
        return _osie_pictures(found)


def _osie_pictures(found: Any) -> dict[str, npt.NDArray[np.float64]]:
    pictures = {}
    for picture in np.atleast_1d(found):
        rows = [np.zeros((0, 3))]
        for viewer, subject in enumerate(np.atleast_1d(picture.subjects)):
            x, y = np.atleast_1d(subject.fix_x) - 1.0, np.atleast_1d(subject.fix_y) - 1.0
            rows.append(np.stack([np.full(len(x), float(viewer)), x, y], axis=1))
        pictures[Path(str(picture.img)).stem] = np.concatenate(rows)
    return pictures


def _from_npy(path: Path) -> npt.NDArray[np.float64]:
    data = dataset_bytes(path, "file of fixations")
    with damage_told(path, "is not a NumPy file of numbers"):
        found = npy_array(data)
    return _rows(found, path)


def _from_text(path: Path) -> npt.NDArray[np.float64]:
    """Columns x, y or viewer, x, y; a first line of names may put them in any order."""
    data = dataset_bytes(path, "file of fixations")
    with damage_told(path, "cannot be read as text"):
        text = data.decode("utf-8-sig")
    lines = [line.strip() for line in text.splitlines()]
    rows = [re.split(r"[,;\s]+", line) for line in lines if line and not line.startswith("#")]
    names: list[str] = []
    if rows and not _is_number(rows[0][0]):
        names = [name.strip('"').lower() for name in rows.pop(0)]
    x, y, viewer = (_place(names, known) for known in (_X, _Y, _VIEWER))
    if names and (x is None or y is None):
        raise DatasetError(f"{printable(path)}: looked for columns x and y, found {_shown(names)}")
    if not rows:
        return np.zeros((0, 3))
    try:
        table = np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise DatasetError(f"{printable(path)}: not all lines are as many numbers") from error
    if x is None or y is None:
        return _rows(table, path)
    if table.shape[1] != len(names):
        raise DatasetError(f"{printable(path)}: {len(names)} names above {table.shape[1]} columns")
    seen = np.zeros(len(table)) if viewer is None else table[:, viewer]
    return np.stack([seen, table[:, x], table[:, y]], axis=1)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _from_mat(path: Path) -> npt.NDArray[np.float64]:
    """SALICON's gaze by viewer, or one map with a fixation at every pixel above 0 (CAT2000)."""
    found = _variables(path)
    if "gaze" in found:
        rows = [np.zeros((0, 3))]
        for viewer, gaze in enumerate(np.atleast_1d(found["gaze"])):
            points = np.asarray(gaze.fixations, dtype=np.float64).reshape(-1, 2) - 1.0
            rows.append(np.insert(points, 0, viewer, axis=1))
        return np.concatenate(rows)
    maps = [value for value in found.values() if _is_plane(value)]
    if len(maps) != 1:
        raise DatasetError(
            f"{printable(path)}: looked for 'fixLocs' (CAT2000), 'gaze' (SALICON) or one plane of "
            f"fixated pixels, found {_shown(sorted(found)) or 'nothing'}"
        )
    rows_at, columns_at = np.nonzero(maps[0])
    return _without_viewers(np.stack([columns_at, rows_at], axis=1))


def _shown(names: list[str]) -> str:
    """Names from within a file, fit for one line."""
    return printable(", ".join(names[:8])[:200])


def _is_plane(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind in "buif"


def _variables(path: Path) -> dict[str, Any]:
    """What a .mat file holds, its structs as objects."""
    data = dataset_bytes(path, ".mat file")
    with damage_told(path, "is not a .mat file that can be read"):
        return mat_variables(data)


def _rows(found: npt.NDArray[Any], path: Path) -> npt.NDArray[np.float64]:
    """(N, 3) from (N, 3) viewer, x, y or (N, 2) x, y."""
    if found.ndim == 2 and found.shape[1] == 2:
        return _without_viewers(found)
    if found.ndim == 2 and found.shape[1] == 3:
        return found.astype(np.float64)
    raise DatasetError(
        f"{printable(path)}: fixations must be rows of x, y or viewer, x, y, not {found.shape}"
    )


def _without_viewers(points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.insert(points.astype(np.float64), 0, 0, axis=1)
