"""The `foveate` command: its sub-commands, and the one place that catches what users can mend."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperGroup

import foveate
from foveate.cli import compare, compress, map, models
from foveate.cli.batch import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE
from foveate.errors import FoveateError, MissingExtraError, OptionError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

UsageError = cast("type[Exception]", typer.BadParameter.__base__)
"""What typer raises of an option, argument or command that is none; typer gives it no name."""

ENTRY_POINT = "foveate.commands"
RESEARCH_COMMANDS = ("train", "export", "evaluate", "reproduce", "bench", "classify", "tune")
"""The commands that foveate-research brings."""


class Commands(TyperGroup):
    """Foveate's own commands, and those that installed packages bring.

    A package names a Typer app for each of its commands under the entry point `foveate.commands`.
    It is imported when the command is asked for, or the list of all.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *(point.name for point in _installed())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in _installed():
            if point.name == cmd_name:
                command = typer.main.get_command(point.load())
                command.name = cmd_name
                return command
        if cmd_name in RESEARCH_COMMANDS:
            raise MissingExtraError(f"foveate {cmd_name}", "foveate-research")
        return None


def _installed() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points

    return entry_points(group=ENTRY_POINT)


app = typer.Typer(
    name="foveate",
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
"""Each command's own file tells what it does; heavy libraries are imported when it runs."""

app.command(epilog=compress.EPILOG, no_args_is_help=True)(compress.compress)
app.command(name="map", epilog=map.EPILOG, no_args_is_help=True)(map.map_pictures)
app.command(epilog=compare.EPILOG, no_args_is_help=True)(compare.compare)
app.add_typer(models.app, name="models", epilog=models.EPILOG)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"foveate {foveate.__version__}")
        raise typer.Exit


@app.callback()
def _foveate(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Predicts where people look in a photo and writes a smaller JPEG that stays sharp there."""


def main() -> None:
    """Runs the command line; exit code 0 all done, 1 some files failed, 2 wrong usage."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that the terminal cannot show
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    try:
        sys.exit(app(prog_name="foveate", standalone_mode=False))
    except UsageError as error:
        _tell_usage(error)
        sys.exit(EXIT_USAGE)
    except FoveateError as error:
        print(f"foveate: {error}", file=sys.stderr)
        sys.exit(EXIT_USAGE if isinstance(error, OptionError) else EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        _forget_output()  # the reader has gone, and that is no error
        sys.exit(EXIT_FAILED)
    except OSError as error:
        # Files are seen to where they are read and written: what is left is the output itself.
        _forget_output()
        print(f"foveate: cannot go on: {error.strerror or error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


def _tell_usage(error: Any) -> None:
    """Prints one line: the command, what is wrong with how it was called, and where to look."""
    command = error.ctx.command_path if error.ctx else "foveate"
    if type(error).__name__ == "NoArgsIsHelpError":
        return  # the help was printed
    said = error.format_message().removeprefix("Invalid value for ")
    for spoken in ("Value error, ", "Input "):  # the library's words before what is wrong
        said = said.replace(f": {spoken}", ": ")
    said = re.sub(r"^'(\S+)':", r"\1:", said).rstrip(".")
    print(f"{command}: {said} (see '{command} --help')", file=sys.stderr)


def _open_closed_streams() -> None:
    """Gives streams that the caller closed a place, lest the next file opened take their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _forget_output() -> None:
    """Lets what is still buffered go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
