"""How fast packed samples are read: pictures with their maps, cropped and mirrored, in batches.

One process, one thread. The bar is 1,500 a second a core at 128 pixels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from foveate_research.bench.timing import drawn, timed
from foveate_research.records import head
from foveate_research.thesis.pack import Pack, open_pack
from foveate_research.thesis.packing import PackOptions, pack_pictures
from foveate_research.thesis.reading import PackedPart, epoch_draws, open_part

BATCH = 128
BAR = 1500
PICTURES = 400
"""How many are drawn where no pack is named."""


def reading_record(pack: Path | None, *, seconds: float) -> Any:
    """Pictures a second of processor time, the best batch, by the way of reading.

    pack: what `foveate classify pack` wrote, or None for a pack of drawn pictures.
    """
    with tempfile.TemporaryDirectory() as folder:
        opened = drawn_pack(Path(folder), PICTURES) if pack is None else open_pack(pack)
        return {
            **head(("foveate", "numpy", "Pillow", "torch")),
            "data": opened.described(),
            "images_a_second": rates(opened, seconds),
            "bar": BAR,
        }


def drawn_pack(folder: Path, count: int) -> Pack:
    """A pack of drawn pictures in three classes."""
    for number in range(count):
        path = folder / "pictures" / f"class{number % 3}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(180, 240, seed=number)).save(path)
    options = PackOptions(model="spectral-residual")
    return pack_pictures(folder / "pictures", folder / "pack", options, threads=1)


def rates(pack: Pack, seconds: float) -> dict[str, float]:
    """When each JPEG is decoded, when the decoded file is mapped, and as torch's floats too."""
    import torch

    from foveate_research.thesis.batches import as_floats

    torch.set_num_threads(1)
    largest = max(pack.counts, key=lambda part: pack.counts[part])
    decoded, mapped = (open_part(pack, largest, raw_limit=limit) for limit in (0, 2**40))
    mean = torch.zeros(4)
    return {
        "decoded each time": rate(decoded, seconds, lambda found: found),
        "decoded once, mapped": rate(mapped, seconds, lambda found: found),
        "decoded once, mapped, as float tensors": rate(
            mapped, seconds, lambda found: as_floats(torch.from_numpy(found[0]), mean)
        ),
    }


def rate(part: PackedPart, seconds: float, then: Callable[[Any], Any]) -> float:
    """The best batch of the two epochs or more that fit into so many seconds."""
    best, started, epoch = 0.0, time.perf_counter(), 0
    while time.perf_counter() - started < seconds or epoch < 2:
        draws = epoch_draws(len(part), part.margin, seed=0, epoch=epoch)
        epoch += 1
        for start in range(0, len(draws), BATCH):
            batch = draws[start : start + BATCH]
            work = timed(lambda: then(part.gather(batch))).work  # noqa: B023
            best = max(best, len(batch) / work)
            if time.perf_counter() - started > seconds and epoch > 1:
                break
    return round(best, 1)
