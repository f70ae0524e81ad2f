"""--untrusted and --limit: what a picture may cost before it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, Self, TypeVar

import typer

from foveate.cli.option_values import whole_number
from foveate.errors import OptionError, printable

if TYPE_CHECKING:
    from foveate.pictures.limits import Limits


class _Bounded(Protocol):
    """Limits of some kind, which give a copy with others."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def but(self, **limits: float | None) -> Self: ...


Bounds = TypeVar("Bounds", bound=_Bounded)

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
_TIMES = ("seconds", "duration")
_EXAMPLES = {
    "pixels": "50M",
    "bytes": "20M",
    "scans": "100",
    "counted": "10",
    "frames": "5000",
    "duration": "60",
    "seconds": "20",
}


def limits_of(untrusted: bool, limit: Sequence[str] | None) -> Limits:
    """The limits that the two options ask for. Raises a usage error."""
    from foveate.pictures.limits import Limits

    return limit_values(Limits.untrusted() if untrusted else Limits(), limit)


def limit_values(limits: Bounds, limit: Sequence[str] | None) -> Bounds:
    """The limits with those that were typed as NAME=N. Raises a usage error."""
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


def _with_limit(limits: Bounds, name: str, number: str) -> Bounds:
    timed = name in _TIMES
    try:
        return limits.but(**{name: float(number) if timed else whole_number(number)})
    except (OptionError, ValueError) as error:
        wanted = "a number above 0" if timed else "a whole number of 1 or more"
        raise OptionError(
            f"{name}={printable(number)} is no limit; give {wanted}, as {name}={_EXAMPLES[name]}"
        ) from error
