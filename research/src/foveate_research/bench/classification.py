"""How fast packed samples are read: pictures with their maps, cropped and mirrored, in batches.

    python -m foveate_research.bench.classification --data PACK [--seconds 3] \\
        --save results/classification-reading.json

Without --data a pack of generated pictures is made. One process, one thread. Prints JSON: pictures
a second of processor time, the best of the batches that fit into --seconds, when each JPEG is
decoded, when the decoded file is mapped, and when the batch is made torch's float tensors too. The
bar is 1,500 a second a core at 128 pixels.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from foveate_research.records import head, publish
from foveate_research.thesis.pack import Pack, open_pack
from foveate_research.thesis.packing import PackOptions, pack_pictures
from foveate_research.thesis.reading import PackedPart, epoch_draws, open_part

BATCH = 128
BAR = 1500


def drawn_pack(folder: Path, count: int) -> Pack:
    """`count` pictures of coloured waves and noise, about as hard to decode as photographs."""
    from PIL import Image

    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:180, 0:240]
    for number in range(count):
        waves = [128 + 70 * np.sin(x / (9 + number % 7 + c) + y / (13 + c)) for c in range(3)]
        pixels = np.stack(waves, axis=2) + rng.normal(0, 4, (180, 240, 3))
        path = folder / "pictures" / f"class{number % 3}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    options = PackOptions(model="spectral-residual")
    return pack_pictures(folder / "pictures", folder / "pack", options, threads=1)


def rate(part: PackedPart, seconds: float, then: Callable[[Any], Any]) -> float:
    """Pictures a second of processor time: the best batch."""
    best, started, epoch = 0.0, time.perf_counter(), 0
    while time.perf_counter() - started < seconds or epoch < 2:
        draws = epoch_draws(len(part), part.margin, seed=0, epoch=epoch)
        epoch += 1
        for start in range(0, len(draws), BATCH):
            batch = draws[start : start + BATCH]
            before = time.process_time()
            then(part.gather(batch))
            best = max(best, len(batch) / (time.process_time() - before))
            if time.perf_counter() - started > seconds and epoch > 1:
                break
    return round(best, 1)


def measured(pack: Pack, seconds: float) -> dict[str, Any]:
    """Pictures a second by the way of reading."""
    import torch

    from foveate_research.thesis.batches import as_floats

    torch.set_num_threads(1)
    largest = max(pack.counts, key=lambda part: pack.counts[part])
    decoded, kept = (open_part(pack, largest, raw_limit=limit) for limit in (0, 2**40))
    mean = torch.zeros(4)
    return {
        "decoded each time": rate(decoded, seconds, lambda found: found),
        "decoded once, mapped": rate(kept, seconds, lambda found: found),
        "decoded once, mapped, as float tensors": rate(
            kept, seconds, lambda found: as_floats(torch.from_numpy(found[0]), mean)
        ),
    }


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="PACK")
    parser.add_argument("--pictures", type=int, default=400, help="of a generated pack")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--save", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pack = (
            open_pack(options.data) if options.data else drawn_pack(Path(folder), options.pictures)
        )
        rates = measured(pack, options.seconds)
    record = {
        **head(("foveate", "numpy", "Pillow", "torch")),
        "data": pack.described(),
        "images_a_second": rates,
        "bar": BAR,
    }
    publish(record, options.save)


if __name__ == "__main__":
    main()
