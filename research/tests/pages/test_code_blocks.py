"""Every fenced block of the pages is run, or it is named here why it is only read.

A block that is of no kind named here fails, and so does a command that can neither be run in the
reader's folder nor is named below. What is not run is parsed, so that an option that is gone fails.
"""

from __future__ import annotations

import contextlib
import html.parser
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from foveate.cli.described_commands import described
from foveate.cli.main import app
from page_blocks import PAGES, ROOT, Block, blocks
from readers_folder import write_folder
from typed_commands import parse, run, words_of

BLOCKS = [block for page in PAGES for block in blocks(page)]
KINDS = ("console", "python", "toml", "json", "yaml", "html", "js", "text")
"""The languages of blocks. Blocks in braces are Sphinx's, and tried by test_site.py."""

RUN_BY = {
    "research/README.md": "research/tests/pages/test_research_readme.py",
    "docs/foreign-models.md": "tests/models/test_foreign_models_page.py",
    "docs/measuring.md": "research/tests/pages/test_measuring_page.py",
    "docs/votes.md": "tests/votes/test_page_on_votes.py",
    "docs/python.md": "tests/test_pillow.py",
    "docs/published-weights.md": "research/tests/importing/test_import_command.py",
    "docs/classification.md": "research/tests/thesis/test_classification_page.py",
    "docs/service-recipes.md": "tests/service/test_service_recipes.py",
}
"""Pages whose blocks run in tests of their own; their commands are parsed here."""

ONLY_PARSED = {
    "foveate train": "trains for minutes to days; test_research_readme.py takes a step",
    "foveate export": "takes what a training left",
    "foveate models add": "takes what a training exported; test_research_readme.py adds it",
    "foveate evaluate": "measures whole sets; test_measuring_page.py runs each kind on small ones",
    "foveate bench": "measures for hours, or needs the rival coders",
    "foveate reproduce": "repeats a paper's table or figure on whole sets",
    "foveate classify": "packs whole sets",
    "foveate pack": "packs sets that are not here",
    "foveate serve": "runs until it is stopped",
    "foveate service --root": "runs until it is stopped",
    "foveate batch s3:": "needs a store",
    "foveate crop photo.jpg --size 400x700": "makes millions of pixels; others on the page run",
    "foveate compare photo.png mozjpeg.jpg": "test_page_on_votes.py writes pages of votes",
}
NOT_OURS = {
    "pip install": "changes the environment",
    "python3 -m venv": "changes the environment",
    ". .venv": "changes the shell",
    "cp examples/astronaut.png photo.png": "the reader's folder has it",
    "export FOVEATE_SERVICE_KEYS": "the test sets them",
    "printf 'FOVEATE_SERVICE_KEYS": "writes keys beside the sources",
    "docker": "needs Docker",
    "python -m build": "takes minutes",
    "scripts/check-wheel": "makes environments; test_wheels.py runs it on wheels of its own",
    "scripts/try": "makes an environment",
    "scripts/test": "runs this test",
}
NOT_EXECUTED = {
    "import numpy, tensorflow": "needs TensorFlow",
    "import ray": "needs Ray, which is large; test_ray_batch.py runs a job where it is installed",
    "import daft": "needs Daft",
}


def reason(typed: str, reasons: dict[str, str]) -> str | None:
    return next((why for start, why in reasons.items() if typed.startswith(start)), None)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def of_kind(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


COMMANDS = [command for block in of_kind("console") for command in block.commands]
OURS = [command for command in COMMANDS if command.typed.startswith("foveate ")]
TO_RUN = [
    command
    for command in OURS
    if name_of(command.block.page) not in RUN_BY and not reason(command.typed, ONLY_PARSED)
]
PAGES_TO_RUN = list(dict.fromkeys(command.block.page for command in TO_RUN))


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    for block in BLOCKS:
        assert block.language in KINDS or re.fullmatch(r"\{[\w-]+\}.*", block.language), (
            f"{block}: name one of the languages {', '.join(KINDS)} behind the fence"
        )
    for page in PAGES:
        fences = re.findall(r"^ *```", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) == 2 * len(blocks(page)), f"{page}: a fence is not closed"


def test_a_block_of_text_holds_nothing_to_type() -> None:
    for block in of_kind("text"):
        assert not re.search(r"^(\$ |foveate |pip )", block.text, re.MULTILINE), block


def test_commands_that_are_not_run_are_named_with_a_reason() -> None:
    for command in COMMANDS:
        if command not in OURS:
            assert reason(command.typed, NOT_OURS), f"{command}: name why it is not run"


def test_every_reason_is_needed() -> None:
    for start in {**ONLY_PARSED, **NOT_OURS}:
        assert any(each.typed.startswith(start) for each in COMMANDS), start
    for page, test in RUN_BY.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8"), (page, test)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_is_parsed(page: Path) -> None:
    for command in OURS:
        if command.block.page == page:
            words = words_of(re.sub(r" [<>] \S+", "", command.typed))
            with in_one_line(command):
                parse(words)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_that_sentences_name_are_there(page: Path) -> None:
    sentences = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for typed in re.findall(r"`(foveate [a-z][^`]* -[^`]*)`", sentences):
        if "--help" not in typed:
            with in_one_line(typed, but=("MissingParameter", "BadOptionUsage")):
                parse(words_of(" ".join(typed.split())))


def test_the_examples_of_the_help_are_parsed() -> None:
    for command in described(typer.main.get_command(app)):
        for text in command.epilog:
            if text.startswith("foveate ") and " " in text[8:]:
                with in_one_line(text):
                    parse(words_of(re.sub(r" [<>] \S+", "", text)))


@contextlib.contextmanager
def in_one_line(what: object, *, but: Sequence[str] = ()) -> Iterator[None]:
    """Tells what failed without a traceback; passes errors by these names over."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ not in but:
            pytest.fail(f"{what}: {type(error).__name__}: {error}", pytrace=False)


@pytest.mark.parametrize("page", PAGES_TO_RUN, ids=name_of)
def test_the_commands_of_a_page_run_and_print_what_it_says(
    page: Path, foveate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEATE_SERVICE_KEYS", "ab" * 32)
    monkeypatch.setenv("FOVEATE_SERVICE_SALTS", "cd" * 32)
    write_folder(tmp_path, page)
    for block in blocks(page):
        if block.language == "toml" and (found := re.match(r"# (\S+\.toml)\n", block.text)):
            Path(found[1]).write_text(block.text.replace("/srv/photos", "photos"))
        for command in block.commands if block.language == "console" else ():
            if command in TO_RUN:
                done = run(foveate, command.typed, monkeypatch)
                printed = done.out + done.err
                fails = any(line.startswith("foveate: ") for line in command.printed)
                assert (done.code != 0) == fails, f"{command}\n{printed}"
                for line in command.printed:
                    assert any(alike(line, each) for each in printed.splitlines()), (
                        f"{command}\nis to print {line}\nand prints\n{printed}"
                    )


def alike(told: str, printed: str) -> bool:
    """Whether two lines have the same words, and nearly the same numbers: processors differ."""
    one, other = told.split(), printed.split()
    return len(one) == len(other) and all(
        a == b or (number(a) is not None and number(b) is not None and near(number(a), number(b)))
        for a, b in zip(one, other, strict=True)
    )


def number(word: str) -> float | None:
    try:
        return float(word.rstrip(",%"))
    except ValueError:
        return None


def near(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= max(0.2, 0.02 * abs(a))


@pytest.mark.parametrize("block", of_kind("python"), ids=str)
def test_a_block_of_python_runs(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = compile(block.text, str(block), "exec")
    if name_of(block.page) in RUN_BY or reason(block.text, NOT_EXECUTED):
        return
    if "pyvips" in block.text:
        pytest.importorskip("pyvips", exc_type=ImportError)
    write_folder(tmp_path, block.page)
    monkeypatch.chdir(tmp_path)
    exec(code, {"__name__": "__main__"})


def test_blocks_of_data_are_read() -> None:
    readers = {"toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load}
    for block in of_kind(*readers):
        with in_one_line(block):
            assert readers[block.language](block.text)


class Nesting(html.parser.HTMLParser):
    """Keeps the elements that are open; all are closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("img", "source"):  # which have no end
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_blocks_of_html_close_what_they_open() -> None:
    for block in of_kind("html"):
        nesting = Nesting()
        nesting.feed(block.text)
        assert not nesting.open, block


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("block", of_kind("js"), ids=str)
def test_a_block_of_javascript_is_understood_by_node(block: Block, tmp_path: Path) -> None:
    (tmp_path / "block.mjs").write_text(block.text, encoding="utf-8")
    subprocess.run(["node", "--check", tmp_path / "block.mjs"], check=True)
