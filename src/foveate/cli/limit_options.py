"""--untrusted and --limit: what a picture may cost before it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.option_values import size_bytes
from foveate.errors import OptionError, printable

if TYPE_CHECKING:
    from foveate.pictures.limits import Limits

Untrusted = Annotated[
    bool,
    typer.Option(
        "--untrusted",
        help="Refuse what is costly, as for pictures of strangers: more than 50 megapixels, 256 "
        "MiB, 100 scans or 20 seconds a picture.",
    ),
]
LimitList = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=N",
        help="Refuse pictures over this limit; NAME is pixels, bytes, scans or seconds. counted=N "
        "counts no more than N frames or pages. Several limits may be given.",
    ),
]
_EXAMPLES = {"pixels": "50M", "bytes": "20M", "scans": "100", "counted": "10", "seconds": "20"}


def limits_of(untrusted: bool, limit: Sequence[str] | None) -> Limits:
    """The limits that the two options ask for. Raises a usage error."""
    from foveate.pictures.limits import Limits

    limits = Limits.untrusted() if untrusted else Limits()
    names = [field.name for field in dataclasses.fields(limits)]
    for text in limit or ():
        name, sign, number = (part.strip() for part in text.partition("="))
        try:
            if not sign:
                raise OptionError(f"'{printable(text)}' is no limit; give NAME=N, as pixels=50M")
            if name not in names:
                raise OptionError(
                    f"'{printable(name)}' is no limit; give one of {', '.join(names)}"
                )
            limits = _with_limit(limits, name, number)
        except OptionError as error:
            raise typer.BadParameter(str(error), param_hint="--limit") from error
    return limits


def _with_limit(limits: Limits, name: str, number: str) -> Limits:
    try:
        return limits.but(**{name: float(number) if name == "seconds" else size_bytes(number)})
    except (OptionError, ValueError) as error:
        wanted = "a number above 0" if name == "seconds" else "a whole number of 1 or more"
        raise OptionError(
            f"{name}={printable(number)} is no limit; give {wanted}, as {name}={_EXAMPLES[name]}"
        ) from error
