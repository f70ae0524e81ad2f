"""Runs one fuzzer for some seconds: by atheris where that is installed, else by chance alone.

usage: python tests/fuzz/run.py TARGET SECONDS FOLDER

FOLDER takes the corpus, and what was found. The exit code is 1 where anything was.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SLOW_SECONDS = 10
MEMORY_MIB = 1536
LARGEST = 1 << 16


def main(target: str, seconds: int, folder: Path) -> int:
    corpus = folder / "corpus" / target
    found = folder / "found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("atheris") is None:
        print(f"{target}: atheris is not installed; files are changed by chance, unguided")
        return _by_chance(target, seconds, found)
    import atheris

    with atheris.instrument_imports(include=["foveate", "foveate_research", "fuzz", "PIL"]):
        from fuzz.corpus import CORPORA
        from fuzz.targets import TARGETS

        TARGETS[target](b"")  # what it imports when it is called is to be instrumented too
    for data in CORPORA[target]():
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOW_SECONDS}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-max_len={LARGEST}",
        f"-artifact_prefix={found}/{target}-",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()
    return 0


def _by_chance(name: str, seconds: int, found: Path) -> int:
    from fuzz.corpus import CORPORA
    from fuzz.mutations import mutated
    from fuzz.targets import TARGETS

    target, corpus = TARGETS[name], CORPORA[name]()
    chance = random.Random()
    end = time.monotonic() + seconds
    count = finds = 0
    while time.monotonic() < end:
        data = mutated(chance.choice(corpus), corpus, chance)
        started = time.monotonic()
        count += 1
        try:
            target(data)
            why = "slow" if time.monotonic() - started > SLOW_SECONDS else ""
        except Exception:
            traceback.print_exc()
            why = "crash"
        if why:
            finds += 1
            digest = hashlib.sha256(data).hexdigest()[:16]
            (found / f"{name}-{why}-{digest}").write_bytes(data)
    print(f"{name}: {count} executions, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
