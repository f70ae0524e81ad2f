"""`foveate doctor` tries each part of the installation and tells what works."""

from __future__ import annotations

from typing import Annotated

import typer

from foveate.cli.exit_codes import EXIT_FAILED
from foveate.cli.json_lines import print_json

EPILOG = """
[bold]Examples[/]

foveate doctor

foveate doctor --json

A part that does not work matters only to whoever wants it: docs/files.md names the extra that \
brings each reader.
"""


def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each part.")
    ] = False,
    speed: Annotated[
        bool, typer.Option(help="Also measure how fast this machine is, which takes some seconds.")
    ] = True,
) -> None:
    """Tell what is installed, which files can be read and written, and how fast the machine is.

    Exit code 1 means that something without which no picture can be compressed does not work.
    """
    from foveate.checkup import checkup

    broken = False
    if as_json:
        for finding in checkup(speed=speed):
            print_json(finding.to_dict())
            broken |= finding.needed and not finding.works
    else:
        from foveate.cli.terminal import console, table

        rows = table("what", "name", "works", "detail")
        for column in rows.columns[1:]:
            column.justify = "left"
        rows.columns[-1].no_wrap = False
        for finding in checkup(speed=speed):
            works = "yes" if finding.works else "NO" if finding.needed else "no"
            rows.add_row(finding.kind, finding.name, works, finding.detail)
            broken |= finding.needed and not finding.works
        console().print(rows)
    if broken:
        raise typer.Exit(EXIT_FAILED)
