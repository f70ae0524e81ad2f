"""Kills batches at random moments, and looks at what they leave: `python tests/kills.py 200`.

Each trial compresses a folder, into another one or in place, in one process or in two, and sends a
random signal at a random moment. Then no picture may be lost or half-written; after the next run
every result must be as an undisturbed run makes it, and nothing else may be there.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from photos import photo

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
OPTIONS = ("--map", "none", "--tune", "fidelity", "--json")
MANIFEST = ".foveate.jsonl"


@dataclass(frozen=True)
class Way:
    """One way to call the command, and where its results are."""

    arguments: tuple[str, ...]
    results: str


WAYS = (
    Way(("in", "-o", "out"), "out"),
    Way(("in", "-o", "out", "--jobs", "2"), "out"),
    Way(("in", "--in-place", "--backup", "kept"), "in"),
    Way(("in", "--in-place", "--backup", "kept", "--jobs", "2"), "in"),
)


def started(folder: Path, way: Way) -> subprocess.Popen[str]:
    """The command, as it begins."""
    command = [sys.executable, "-m", "foveate", "compress", *way.arguments, *OPTIONS]
    paths = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder but for its manifest."""
    if not folder.is_dir():
        return {}
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != MANIFEST}


class Kills:
    """Trials with some pictures, in folders below `place`; the seed tells every choice."""

    def __init__(self, place: Path, *, seed: int, pictures: int = 8) -> None:
        self.place = place
        self.chance = random.Random(seed)
        (place / "pictures").mkdir()
        for number in range(pictures):
            picture = Image.fromarray(photo(seed=number))
            picture.save(place / "pictures" / f"{number}.jpg", quality=97)
        self.sources = contents(place / "pictures")
        trial = self._folder("undisturbed")
        begun = time.monotonic()
        assert self._ended(trial, WAYS[0]) == (0, "")
        self.seconds = time.monotonic() - begun
        self.results = contents(trial / "out")
        assert len(self.results) == pictures

    def trial(self, number: int) -> str:
        """Kills one run and finishes it by another; the name of the signal. Fails by assertion."""
        way = WAYS[number % len(WAYS)]
        sent = SIGNALS[number // len(WAYS) % len(SIGNALS)]
        folder = self._folder(str(number))
        process = started(folder, way)
        time.sleep(self.chance.uniform(0.05, 1.1) * self.seconds)
        process.send_signal(sent)
        assert process.stderr is not None
        said = process.stderr.read()  # to its end: the processes that it started are gone too
        code = process.wait()
        self._check_nothing_lost(folder, way, after_kill=sent == signal.SIGKILL)
        if sent != signal.SIGKILL and code >= 0:
            assert code in (0, 128 + sent), (code, said)
        assert self._ended(folder, way) == (0, "")
        assert contents(folder / way.results) == self.results
        if way.results == "in":
            assert contents(folder / "kept") == self.sources
        else:
            assert contents(folder / "in") == self.sources
        shutil.rmtree(folder)
        return f"{sent.name}, {' '.join(way.arguments)}"

    def _check_nothing_lost(self, folder: Path, way: Way, *, after_kill: bool) -> None:
        now, kept = contents(folder / "in"), contents(folder / "kept")
        for name, source in self.sources.items():
            whole = (source, self.results[name]) if way.results == "in" else (source,)
            assert now[name] in whole, f"{name} is neither as it was nor as it should be"
            assert source in (now[name], kept.get(name)), f"{name} is lost"
        for place in ("in", "out", "kept"):
            for name, data in contents(folder / place).items():
                draft = name.startswith(".foveate-")
                assert not draft or after_kill, f"{place}/{name} was left"
                good = (self.sources.get(name), self.results.get(name))
                assert draft or data in good, f"{place}/{name} is half-written"

    def _folder(self, name: str) -> Path:
        folder = self.place / name
        shutil.copytree(self.place / "pictures", folder / "in")
        return folder

    def _ended(self, folder: Path, way: Way) -> tuple[int, str]:
        process = started(folder, way)
        said = process.communicate()[1]
        return process.returncode, said


def main(trials: int, seed: int = 0) -> None:
    """Runs the trials and prints how many of each kind passed."""
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as place:
        kills = Kills(Path(place), seed=seed)
        for number in range(trials):
            kind = kills.trial(number)
            counts[kind] = counts.get(kind, 0) + 1
            print(f"\r{number + 1} of {trials} passed", end="", flush=True)
    print()
    for kind, count in sorted(counts.items()):
        print(f"{count:4} {kind}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
