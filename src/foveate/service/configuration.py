"""What a service is set up with: by flags, by the environment, by a TOML file, in this order.

A name is the same everywhere: `max_age` is --max-age, FOVEATE_SERVICE_MAX_AGE, and max_age in the
file. Lists are divided by commas in the environment.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from foveate.errors import OptionError, printable
from foveate.pictures import Limits
from foveate.service.fetching import Fetcher
from foveate.service.rendering import Usual
from foveate.service.signature import SigningKey
from foveate.service.sources import STORES, Sources
from foveate.settings import CHOICES, Effort, Format
from foveate.threads import usable_threads

PREFIX = "FOVEATE_SERVICE_"
NEGOTIABLE: tuple[Format, ...] = ("avif", "webp", "jpeg")
_SECRET = ("keys", "salts")


@dataclass(frozen=True)
class Configuration:
    """All that a service is set up with.

    Attributes:
        keys, salts: pairs for signatures, in hexadecimal digits; several for a change of keys.
        unsigned: whether paths without a good signature are answered too.
        root: the folder of local:/// pictures.
        source: beginnings of allowed addresses: https://example.com/photos/ or s3://bucket.
        allow_private: whether http may lead to addresses that are not public.
        formats: the formats to negotiate, the most wanted first; the first that a client names.
        presets: options by a preset's name, in the file only.
        quality, effort, strip, keep_copyright: what holds where a URL says nothing.
        workers: processes that render; by default one for each processor.
        threads: of one picture's encoding.
        memory: bytes that a process may hold between two pictures before it is replaced.
        queue: how many pictures may wait for a process.
        per_client: how many requests of one address may be open at once; 0 for any number.
        seconds: how long a request may take, from its source to its last byte.
        pixels, bytes: the most pixels of a source or result, and bytes of a source.
        max_age: for how many seconds answers may be cached.
        drain: how many seconds open requests are given when the service is stopped.
    """

    keys: tuple[str, ...] = field(default=(), repr=False)
    salts: tuple[str, ...] = field(default=(), repr=False)
    unsigned: bool = False
    root: str | None = None
    source: tuple[str, ...] = ()
    allow_private: bool = False
    formats: tuple[Format, ...] = NEGOTIABLE
    presets: Mapping[str, str] = field(default_factory=dict)
    quality: int = 80
    effort: Effort = "fast"
    strip: bool = True
    keep_copyright: bool = True
    workers: int = 0
    threads: int = 1
    memory: int = 512 << 20
    queue: int = 64
    per_client: int = 0
    seconds: float = 20.0
    pixels: int = 50_000_000
    bytes: int = 64 << 20
    max_age: int = 31_536_000
    drain: float = 10.0

    @classmethod
    def gathered(
        cls,
        flags: Mapping[str, Any],
        *,
        environment: Mapping[str, str] = os.environ,
        file: Path | None = None,
    ) -> Self:
        """What flags say, then the environment, then the file. Raises OptionError.

        flags: values by name; those that are None or empty were not given.
        """
        found: dict[str, Any] = {}
        known = {each.name for each in dataclasses.fields(cls)}
        if file is not None:
            for name, value in _read(file).items():
                if name not in known:
                    raise OptionError(
                        f"{printable(file)}: there is no {name!r}; there are"
                        f" {', '.join(sorted(known))}"
                    )
                found[name] = _taken(name, value, f"{printable(file)}: {name}")
        for key, text in environment.items():
            name = key.removeprefix(PREFIX).lower()
            if key.startswith(PREFIX) and name in known - {"presets"}:
                found[name] = _taken(name, text, key)
        for name, value in flags.items():
            if value not in (None, (), []):
                found[name] = _taken(name, value, f"--{name.replace('_', '-')}")
        made = cls(**found)
        made._check()
        return made

    def _check(self) -> None:
        if len(self.keys) != len(self.salts):
            raise OptionError(
                f"there are {len(self.keys)} keys and {len(self.salts)} salts; give pairs"
            )
        if not self.keys and not self.unsigned:
            raise OptionError(
                "there is no key for signatures; set FOVEATE_SERVICE_KEYS and"
                " FOVEATE_SERVICE_SALTS, each to what 'openssl rand -hex 32' prints, or give"
                " --unsigned for a service that renders whatever anybody asks for"
            )
        if self.root is not None and not Path(self.root).is_dir():
            raise OptionError(f"--root {printable(self.root)}: is no folder")
        for each in self.source:
            scheme, sign, rest = each.partition("://")
            if not sign or not rest or scheme not in ("http", "https", *STORES):
                raise OptionError(
                    f"--source {each}: give the beginning of an address, such as"
                    " https://example.com/photos/ or s3://bucket"
                )
        self.signing_keys()

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """The pairs of keys and salts."""
        return tuple(map(SigningKey.of_hex, self.keys, self.salts))

    @property
    def processes(self) -> int:
        """How many processes render."""
        return self.workers or usable_threads(None)

    @property
    def usual(self) -> Usual:
        """What holds where a URL says nothing."""
        return Usual(self.quality, self.effort, self.strip, self.keep_copyright, self.threads)

    @property
    def limits(self) -> Limits:
        """What a picture may cost."""
        return Limits.untrusted().but(pixels=self.pixels, bytes=self.bytes, seconds=self.seconds)

    def sources(self) -> Sources:
        """Reads pictures from where they may come from."""
        web = tuple(each for each in self.source if each.startswith("http"))
        stores = tuple(each for each in self.source if not each.startswith("http"))
        fetcher = Fetcher(web, self.bytes, self.allow_private)
        root = None if self.root is None else Path(self.root)
        return Sources(fetcher, root, stores)

    def to_dict(self) -> dict[str, Any]:
        """Plain values to show: of keys and salts their number alone."""
        values = dataclasses.asdict(self) | {"processes": self.processes}
        return values | {name: f"{len(values[name])} of them" for name in _SECRET}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"{printable(file)}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{printable(file)}: is no TOML file: {error}") from error


_NUMBERS: dict[str, tuple[type, float, float]] = {
    "quality": (int, 1, 100),
    "workers": (int, 0, 1024),
    "threads": (int, 1, 1024),
    "memory": (int, 1 << 27, 1 << 50),
    "queue": (int, 0, 100_000),
    "per_client": (int, 0, 100_000),
    "seconds": (float, 0.1, 3600),
    "pixels": (int, 1, 1 << 32),
    "bytes": (int, 1, 1 << 40),
    "max_age": (int, 0, 1 << 31),
    "drain": (float, 0, 3600),
}
_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _taken(name: str, value: Any, where: str) -> Any:
    """A value as the field of that name takes it. Raises OptionError that says where it stands."""
    if name in _NUMBERS:
        return _number(value, where, *_NUMBERS[name])
    if name in ("unsigned", "allow_private", "strip", "keep_copyright"):
        if isinstance(value, str) and value.lower() in _TRUTHS:
            return _TRUTHS[value.lower()]
        if not isinstance(value, bool):
            raise OptionError(f"{where} is {value!r}; give true or false")
        return value
    if name == "presets":
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise OptionError(f"{where}: give a table of names and options")
        return value
    if name in ("keys", "salts", "source", "formats"):
        parts = value.split(",") if isinstance(value, str) else list(value)
        found = tuple(str(part).strip() for part in parts if str(part).strip())
        if name == "formats":
            wrong = [each for each in found if each not in NEGOTIABLE]
            if wrong or not found:
                raise OptionError(f"{where}: give some of {', '.join(NEGOTIABLE)}")
        return found
    if name == "effort" and value not in CHOICES["effort"]:
        raise OptionError(f"{where} is {value!r}; give one of {', '.join(CHOICES['effort'])}")
    return str(value)


def _number(value: Any, where: str, kind: type, low: float, high: float) -> Any:
    try:
        number = kind(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError):
        number = None
    if number is None or not low <= number <= high or (kind is int and float(value) != number):
        wanted = "a whole number" if kind is int else "a number"
        raise OptionError(f"{where} is {value!r}; give {wanted} from {low:,.12g} to {high:,.12g}")
    return number
