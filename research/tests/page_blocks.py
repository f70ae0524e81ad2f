"""The fenced blocks of the pages: what they hold, and in which language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(
        ROOT / name
        for name in ("README.md", "research/README.md", "CONTRIBUTING.md", "SECURITY.md")
    ),
]
_FENCE = re.compile(r"^( *)(```+)([^\n`]*)\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """What stands between two fences. `line` is the number of the first fence's line."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> list[Command]:
        """Of a block of the language console: what stands behind each $, and what it prints."""
        commands: list[Command] = []
        for number, line in enumerate(self.text.splitlines(), self.line + 1):
            if line.startswith("$ "):
                commands.append(Command(self, number, re.sub(r"\s{2,}# .*", "", line[2:]), []))
            elif line.strip():
                commands[-1].printed.append(line)
        return commands


@dataclass(frozen=True)
class Command:
    """A command that a page tells a reader to type, and what the page says that it prints."""

    block: Block
    line: int
    typed: str
    printed: list[str]

    def __str__(self) -> str:
        return f"{self.block.page.relative_to(ROOT)}:{self.line}: {self.typed}"


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[3].strip(), found[4])
        for found in _FENCE.finditer(text)
    ]
