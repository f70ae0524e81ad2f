"""What docs/votes.md tells a reader to type works."""

from __future__ import annotations

import json
import re
from pathlib import Path

from photos import write_photo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "votes.md"
VOTES = [
    {"picture": f"{n}.png", "left": "mozjpeg", "right": "foveate", "choice": choice}
    for n, choice in enumerate(("left", "right", "same"))
]


def test_the_commands_of_the_page_run(foveate) -> None:
    for name in ("photo.png", "mozjpeg.jpg", "photo.foveate.jpg"):
        write_photo(name)
    for folder, kind in (("originals", "png"), ("mozjpeg", "jpg"), ("foveate", "jpg")):
        write_photo(f"{folder}/1.{kind}")
    for voter in ("ann", "bob"):
        told = {"format": "foveate votes", "version": 1, "page": {"sha256": "p"}, "voter": voter}
        Path(f"votes-{voter}.json").write_text(json.dumps(told | {"votes": VOTES}))
    commands = re.findall(r"^\$ foveate (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        Path("votes.html").unlink(missing_ok=True)
        words = [
            str(found)
            for word in command.split()
            for found in (sorted(Path().glob(word)) if "*" in word else [word])
        ]
        run = foveate(*words)
        assert (run.code, run.err) == (0, ""), command


def test_the_result_file_that_the_page_shows_is_read(foveate) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    Path("votes.json").write_text(shown, encoding="utf-8")
    run = foveate("votes", "votes.json", "--json")
    assert run.code == 0
    best, other = (json.loads(line) for line in run.out.splitlines())
    assert (best["name"], best["won"], other["won"]) == ("photo.foveate.jpg", 1, 0)
