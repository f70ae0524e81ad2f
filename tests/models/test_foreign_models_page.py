"""What docs/foreign-models.md tells a reader to write and type works."""

import re
from pathlib import Path

import pytest

from foreign_networks import write_adapter, write_weighted
from foveate.models.adapters.adapter import _BIAS, _INPUT, _OUTPUT, _TOP, read_adapter
from photos import write_photo

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "foreign-models.md").read_text()
ADAPTERS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.usefixtures("users_folder")
def test_the_first_adapter_and_the_commands_after_it_run(foveate):
    write_photo("photo.png")
    write_adapter(Path("u2net.toml"), ADAPTERS[0])
    write_weighted(Path("u2net.onnx"), sides=(320, 320), sigmoid=True, name="input.1")
    commands = re.findall(r"^\$ foveate (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        run = foveate(*command.split())
        assert run.code == 0, run.err
    assert "foreign" not in foveate("models", "--json").err
    listed = {told["name"]: told for told in foveate("models", "--json").objects}
    assert listed["u2net"]["licence"] == "Apache-2.0"


@pytest.mark.parametrize("text", ADAPTERS)
def test_every_adapter_is_read(tmp_path, text):
    adapter = read_adapter(write_adapter(tmp_path / "a.toml", text))
    assert adapter.source


def test_the_table_has_every_key():
    table = PAGE[PAGE.index("| table | key") :]
    for key in {*_TOP, *_INPUT, *_OUTPUT, *_BIAS} - {"input", "output", "centre_bias"}:
        assert f"`{key}`" in table, key
