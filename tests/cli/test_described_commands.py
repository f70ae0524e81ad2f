"""Commands as plain values, as the manual page and the site take them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from foveate.cli.described_commands import DescribedParameter, described
from foveate.cli.main import app

COMMANDS = {each.name: each for each in described(typer.main.get_command(app))}


def option(command: str, name: str) -> DescribedParameter:
    return next(each for each in COMMANDS[command].options if name in each.names)


def test_an_option_has_its_names_its_values_and_its_help() -> None:
    output = option("compress", "--output")
    assert output.names == ("-o", "--output")
    assert output.value == "FILE|DIR"
    assert output.help[0].startswith("Where to write")
    assert option("compress", "--tune").value == "vision|fidelity|eyes"
    assert option("compress", "--overwrite").value == ""


def test_limits_and_defaults_are_told_where_there_are_some() -> None:
    quality = option("compress", "--quality")
    assert (quality.least, quality.most) == (1, 100)
    assert option("serve", "--port").default == "8765"
    assert option("doctor", "--speed").default == "--speed"
    assert option("compress", "--overwrite").default == ""


def test_groups_stand_with_their_commands_and_as_a_command_where_they_are_one() -> None:
    assert list(COMMANDS)[:2] == ["compress", "batch"]
    assert {"models", "models add", "models remove"} <= set(COMMANDS)
    assert COMMANDS["models add"].arguments[0].value == "FILE"


def test_a_value_without_a_name_is_called_by_its_type() -> None:
    plain = typer.Typer()

    def run(
        where: Path,
        count: Annotated[int, typer.Option(help="[bold]How[/] many.")] = 1,
        kind: Literal["a", "b"] = "a",
        several: list[str] | None = None,
        secret: Annotated[str, typer.Option(hidden=True)] = "",
        forced: Annotated[float, typer.Option()] = ...,  # type: ignore[assignment]
    ) -> None:
        """Run it."""

    plain.command("run")(run)
    plain.command("other")(lambda: None)
    told = next(described(typer.main.get_command(plain)))
    assert told.arguments[0].value == "WHERE"
    assert [each.value for each in told.options] == ["N", "a|b", "TEXT", "X"]
    assert told.options[0].help == ("How many.",)
    assert [each.required for each in told.options] == [False, False, False, True]
