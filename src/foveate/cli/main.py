"""The `foveate` command: its list of commands, and the one place where errors are caught."""

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
from foveate.cli import (
    compare,
    compress,
    crop,
    doctor,
    map,
    models,
    serve,
    service,
    shared_batch,
    stopping,
    video,
    votes,
)
from foveate.cli.exit_codes import EXIT_FAILED, EXIT_USAGE
from foveate.cli.option_names import in_options
from foveate.cli.plain_help import hide_types
from foveate.cli.stopping import stoppable
from foveate.errors import FoveateError, MissingExtraError, OptionError, printable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

UsageError = cast("type[Exception]", typer.BadParameter.__base__)
"""The base of typer's errors about options, arguments and commands, which typer does not export."""

ENTRY_POINT = "foveate.commands"
RESEARCH_COMMANDS = (
    "train",
    "export",
    "pack",
    "evaluate",
    "reproduce",
    "bench",
    "classify",
    "tune",
)
"""The commands that foveate-research brings."""
EPILOG = """
[bold]Examples[/]

foveate compress photo.png

foveate compress holiday/ -o smaller/

'foveate COMMAND --help' explains a command.
"""


class Commands(TyperGroup):
    """Foveate's own commands, and those that installed packages bring.

    A package names a Typer app for each of its commands under the entry point `foveate.commands`.
    The app is imported when its command or the list of all commands is asked for.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *(point.name for point in _installed())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command: Any = super().get_command(ctx, cmd_name)
        for point in _installed() if command is None else ():
            if point.name == cmd_name:
                command = typer.main.get_command(point.load())
                command.name = cmd_name
        if command is not None:
            hide_types(command, ctx)
        elif cmd_name in RESEARCH_COMMANDS:
            raise MissingExtraError(f"foveate {cmd_name}", "foveate-research")
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        hide_types(self, ctx)
        super().format_help(ctx, formatter)


def _installed() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points

    return entry_points(group=ENTRY_POINT)


app = typer.Typer(
    name="foveate",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
"""The command line. A command imports heavy libraries only when it runs."""

app.command(epilog=compress.EPILOG, no_args_is_help=True)(compress.compress)
app.command(epilog=shared_batch.EPILOG, no_args_is_help=True)(shared_batch.batch)
app.command(epilog=crop.EPILOG, no_args_is_help=True)(crop.crop)
app.command(name="map", epilog=map.EPILOG, no_args_is_help=True)(map.map_pictures)
app.command(epilog=compare.EPILOG, no_args_is_help=True)(compare.compare)
app.command(epilog=video.EPILOG, no_args_is_help=True)(video.video)
app.command(epilog=votes.EPILOG, no_args_is_help=True)(votes.votes)
app.command(epilog=serve.EPILOG)(serve.serve)
app.command(epilog=service.EPILOG)(service.service)
app.command(epilog=doctor.EPILOG)(doctor.doctor)
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
    """Runs the command line, and ends the process with one of `foveate.cli.exit_codes` or 0."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names that the terminal cannot show are printed with escapes.
            stream.reconfigure(errors="backslashreplace")
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    _tell_notes()
    with stoppable():
        try:
            code = _run()
        except Exception:
            # An import that is interrupted can end in any error.
            if not stopping.asked():
                raise
        except KeyboardInterrupt:
            pass
        sys.exit(stopping.exit_code() if stopping.asked() else code)


def _run() -> int:
    """Runs the command that was typed, and gives the exit code. Errors end in one line."""
    try:
        return app(prog_name="foveate", standalone_mode=False) or 0
    except UsageError as error:
        _tell_usage(error)
        return EXIT_USAGE
    except FoveateError as error:
        print(f"foveate: {printable(in_options(str(error)))}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, OptionError) else EXIT_FAILED
    except BrokenPipeError:
        _drop_output()  # the reader of a pipe has gone, which needs no message
        return EXIT_FAILED
    except OSError as error:
        # Errors of picture files are caught where these are read and written, so this is stdout's.
        _drop_output()
        if not stopping.asked():
            from foveate.pictures.writing import why_unwritable

            why = why_unwritable(error, "send it elsewhere")
            print(f"foveate: standard output: cannot be written: {why}", file=sys.stderr)
        return EXIT_FAILED


def _tell_notes() -> None:
    """Sends what Foveate notes as it goes, such as a damaged model, to stderr, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("foveate: %(message)s"))
    logger = logging.getLogger("foveate")
    logger.handlers[:] = [handler]


def _tell_usage(error: Any) -> None:
    """Prints one line: the command, what is wrong with its call, and where to find help."""
    command = error.ctx.command_path if error.ctx else "foveate"
    if type(error).__name__ == "NoArgsIsHelpError":
        return  # the help was printed
    said = error.format_message().removeprefix("Invalid value for ")
    for prefix in ("Value error, ", "Input "):  # typer puts these before what is wrong
        said = said.replace(f": {prefix}", ": ")
    said = in_options(re.sub(r"^'(\S+)':", r"\1:", said).rstrip("."))
    print(f"{command}: {printable(said)} (see '{command} --help')", file=sys.stderr)


def _open_closed_streams() -> None:
    """Opens the null device for each standard stream that the caller closed.

    Otherwise the next file that is opened would get the stream's number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _drop_output() -> None:
    """Sends what is still buffered for stdout to the null device."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
