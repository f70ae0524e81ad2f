"""--untrusted and --limit: what a picture may cost before it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.cli.option_values import size_bytes
from foveate.errors import OptionError

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


def limits_of(untrusted: bool, limit: Sequence[str] | None) -> Limits:
    """The limits that the two options ask for. Raises a usage error."""
    from foveate.pictures.limits import Limits

    limits = Limits.untrusted() if untrusted else Limits()
    for text in limit or ():
        name, sign, number = text.partition("=")
        try:
            if not sign:
                raise OptionError(f"'{text}' is no limit: give NAME=N, such as pixels=50M")
            limits = limits.but(**{name.strip(): _number(name.strip(), number)})
        except OptionError as error:
            raise typer.BadParameter(str(error), param_hint="--limit") from error
    return limits


def _number(name: str, text: str) -> float:
    if name != "seconds":
        return size_bytes(text)
    try:
        return float(text)
    except ValueError as error:
        raise OptionError(f"'{text}' is no number of seconds: give one such as 20") from error
