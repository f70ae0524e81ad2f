"""What every result says of itself: the command, the commit, the data, the machine, the day."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from foveate.pictures import write_atomically

CHECKOUT = Path(__file__).resolve().parents[3]
_PARTS_OF_A_SET = frozenset({"images", "fixations", "maps", "masks"})


def command_line() -> str:
    """The command as it would be typed; of folders elsewhere only the name, behind DIR."""
    words = ["foveate"]
    option = ""
    for word in sys.argv[1:]:
        words.append(_named_folder(word, option))
        option = word if word.startswith("-") else ""
    return " ".join(words)


def _named_folder(word: str, option: str) -> str:
    """A word without what it tells of this machine's folders."""
    if option == "--data" and not word.startswith("-"):
        return "DIR"
    path = Path(word)
    if not path.is_absolute():
        return word
    kept = path.parts[-2:] if path.name in _PARTS_OF_A_SET else path.parts[-1:]
    return "/".join(["DIR", *kept])


def commit() -> str:
    """The commit that ran, with "-dirty" where other files than results and pages differed from it.

    Records that were made one after the other, each into results/, name the same commit.
    "unknown" outside a checkout.
    """
    if not (CHECKOUT / ".git").exists():
        return "unknown"
    name = _git("describe", "--always")
    differing = _git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":!results", ":!docs"
    )
    if name is None or differing is None:
        return "unknown"
    return f"{name}-dirty" if differing else name


def _git(*words: str) -> str | None:
    """What git tells of the checkout; None where it tells nothing."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def cpu_name() -> str:
    """The processor as the kernel names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine() -> str:
    """The machine in words."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cpus} CPUs of {cpu_name()}, {platform.system()} {platform.machine()}"


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Python's version and those of the packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def files_hash(paths: Sequence[Path]) -> str:
    """SHA-256 over the contents of files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def head(packages: Iterable[str]) -> dict[str, Any]:
    """The first fields of a record."""
    return {
        "command": command_line(),
        "commit": commit(),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(packages),
    }


def record_text(record: dict[str, Any]) -> str:
    """A record as JSON, each row on a line: what holds no other object. What JSON cannot say is
    null."""
    return _lines(finite(record), 0)


def _lines(value: Any, depth: int) -> str:
    """JSON of a value whose objects are indented as deep as they lie."""
    if isinstance(value, dict) and (depth == 0 or any(map(_holds_objects, value.values()))):
        entries = [f"{json.dumps(name)}: {_lines(of, depth + 1)}" for name, of in value.items()]
        opening, closing = "{}"
    elif isinstance(value, list) and _holds_objects(value):
        entries, (opening, closing) = [_lines(each, depth + 1) for each in value], "[]"
    else:
        return json.dumps(value, allow_nan=False)
    inner = "\n" + " " * (depth + 1)
    return f"{opening}{inner}{(',' + inner).join(entries)}\n{' ' * depth}{closing}"


def _holds_objects(value: Any) -> bool:
    """Whether a value is an object, or a list with one in it at any depth."""
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_objects, value)))


def save_record(record: dict[str, Any], path: Path, *, overwrite: bool) -> None:
    """Write a record as JSON. Raises OutputError."""
    write_atomically(path, (record_text(record) + "\n").encode(), overwrite=overwrite)


def finite(value: Any) -> Any:
    """The same with None for every number that JSON cannot say."""
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
