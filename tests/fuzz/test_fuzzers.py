"""Each fuzzer for a moment: its corpus and some changed files. `scripts/fuzz` runs on."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from fuzz.corpus import CORPORA
from fuzz.mutations import mutations
from fuzz.table import run_of, table
from fuzz.targets import TARGETS

MOMENTS = {
    "picture": 40,
    "metadata": 40,
    "chunks": 40,
    "trailer": 40,
    "boxes": 80,
    "text": 80,
    "map": 60,
    "shard": 6,
    "card": 300,
    "fixations": 80,
}
RESEARCH = ("shard", "fixations")


@pytest.mark.parametrize("name", TARGETS)
def test_a_fuzzer_finds_nothing_in_a_moment(name: str) -> None:
    if name in RESEARCH and importlib.util.find_spec("foveate_research") is None:
        pytest.skip("foveate-research is not installed")
    for data in mutations(CORPORA[name](), MOMENTS[name], seed=1):
        TARGETS[name](data)


def test_the_fuzzers_tell_a_find_from_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message with a control character is a find, and so is any error but a FoveateError."""
    from foveate import PictureError
    from fuzz import targets

    def reads(error: Exception) -> object:
        def read(*_: object, **__: object) -> None:
            raise error

        return read

    monkeypatch.setattr(targets, "read_picture", reads(PictureError("a.png: is damaged")))
    targets.picture(b"")
    for found in (PictureError("two\nlines"), ValueError("no line")):
        monkeypatch.setattr(targets, "read_picture", reads(found))
        with pytest.raises((AssertionError, ValueError)):
            targets.picture(b"")


def test_the_table_tells_what_each_fuzzer_did(tmp_path: Path) -> None:
    (tmp_path / "card.txt").write_text(
        "#9 NEW    cov: 40 ft: 1\n#12 REDUCE cov: 4100 ft: 7 corp: 9/1Kb\n"
        "stat::number_of_executed_units: 12345\nstat::new_units_added:      7\nseconds 60\n"
    )
    (tmp_path / "native.txt").write_text(
        "native: 900 executions, 3 new files, 250 places reached, 0 slow\nseconds 30\n"
    )
    (tmp_path / "map.txt").write_text("Traceback\nseconds 1\n")
    runs = [run_of(tmp_path / f"{name}.txt") for name in ("card", "native", "map")]
    rows = [line.split() for line in table(runs).splitlines()[1:]]
    assert rows == [
        ["card", "12,345", "60", "206", "7", "4,100"],
        ["native", "900", "30", "30", "3", "250"],
        ["map", "-", "1", "-", "-", "-"],
        ["all", "13,245", "91", "146", "10", "-"],
    ]


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++")
def test_the_native_fuzzer_fits_the_native_code() -> None:
    root = Path(__file__).parents[2]
    includes = f"-I{root}/src/foveate/native"
    target = root / "tests/fuzz/native/target.cpp"
    flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", includes]
    subprocess.run(["g++", *flags, str(target)], check=True)


@pytest.mark.parametrize("name", ["picture", "metadata"])
def test_damaged_files_leave_no_warnings(name: str, recwarn: pytest.WarningsRecorder) -> None:
    for data in mutations(CORPORA[name](), 60, seed=2):
        TARGETS[name](data)
    assert [str(each.message) for each in recwarn] == []
