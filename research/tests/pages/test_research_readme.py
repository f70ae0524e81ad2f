"""What the README of the research package tells a reader to type works."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tiny_packs import write_classes
from tiny_sets import write_mask_shard

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "research" / "README.md").read_text()


COMMANDS = re.findall(r"^\$ foveate (.*)$", README, re.MULTILINE)
OF_THE_TRAINED = [command for command in COMMANDS if "menet" in command]
"""What needs the network that the first of them trains; the others can run at the same time."""


@pytest.mark.parametrize(
    "commands",
    [OF_THE_TRAINED, [command for command in COMMANDS if command not in OF_THE_TRAINED]],
    ids=["of the trained network", "others"],
)
def test_the_commands_run(foveate, users_folder, tmp_path, commands):
    with Image.open(ROOT / "examples" / "astronaut.png") as image:
        image.save(tmp_path / "photo.png")
        (tmp_path / "holiday").mkdir()
        image.crop((150, 20, 310, 180)).save(tmp_path / "holiday" / "photo.png")
    for part in ("train", "test"):
        write_mask_shard(tmp_path / "data" / "duts", part, count=4)
    write_classes(tmp_path / "data" / "caltech101", 10)
    assert len(commands) >= 3
    for command in commands:
        words = command.split()
        if words[0] == "train":  # for one step; the export comes next
            words = [*words[: words.index("--steps")], "--steps", "1", "--no-export"]
        if words[:2] == ["reproduce", "thesis"]:  # the smallest network, once
            words = [*words[: words.index("--epochs")], "--epochs", "1", "--only", "resnet"]
        done = foveate(*words)
        assert done.code == 0, f"{command}: {done.err}"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / "research" / target).exists(), target
