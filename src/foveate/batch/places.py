"""Folders and stores of objects, opened alike by obstore, and the names of what lies in them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from foveate.coders.names import KINDS
from foveate.errors import FoveateError, MissingExtraError, OptionError, printable
from foveate.pictures.writing import why_unwritable
from foveate.settings import Settings
from foveate.suffixes import OWN_SUFFIXES

STATE = ".foveate-batch"
"""Where, below the results, runs keep what is done and who does what."""
SCHEMES = ("s3", "gs", "az")
_ID_DIGITS = 20
_LONGEST_LINE = 200
_OF_THE_SYSTEM = re.compile(r"\(os error (\d+)\)")
_NO_KEY = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class StoreError(FoveateError):
    """A store that cannot be read or written."""


@dataclass(frozen=True)
class Source:
    """A picture to do: its key, its bytes, and what tells that it is still the same."""

    key: str
    size: int
    etag: str


def opened(place: str, *, make: bool = False, retries: int = 5) -> Any:
    """The store that a folder's path or an address such as s3://bucket/photos means.

    make: whether a folder that is not there is made. retries: how often a request that failed is
    sent again, after longer and longer waits.

    Raises:
        OptionError, MissingExtraError: the place is none, or obstore is not installed.
    """
    try:
        from obstore.store import LocalStore, from_url
    except ImportError as error:
        raise MissingExtraError("foveate batch", "foveate[stores]") from error
    scheme, sign, _ = place.partition("://")
    if not sign:
        folder = Path(place)
        if not make and not folder.is_dir():
            raise OptionError(f"{printable(place)}: is no folder")
        try:
            return LocalStore(folder, mkdir=make)
        except Exception as error:
            raise OptionError(
                f"{printable(place)}: is no folder that can be written; give another"
            ) from error
    if scheme not in SCHEMES:
        raise OptionError(f"{place}: give a folder, s3://, gs:// or az://")
    try:
        return from_url(
            place,
            client_options={"timeout": "60s", "allow_http": True},
            retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=180)},
        )
    except Exception as error:
        raise OptionError(f"{place}: {one_line(error)}") from error


def listed(store: Any, suffixes: frozenset[str]) -> Iterator[Source]:
    """The pictures of a store, by the endings of their keys, in an order that all runs see.

    Foveate's own results, as they are called beside their pictures, are left out.

    Stores are listed piece by piece, as they sort them. Folders have no order; it is made here.
    """
    from obstore.store import LocalStore

    if isinstance(store, LocalStore):
        yield from sorted(_in_folder(Path(str(store.prefix)), suffixes), key=lambda each: each.key)
        return
    with failing("the store cannot be listed"):
        for chunk in store.list():
            for each in chunk:
                path = PurePosixPath(each["path"])
                hidden = any(part.startswith(".") for part in path.parts)
                if _is_picture(path.name, suffixes) and not hidden:
                    stamp = each["e_tag"] or str(each["last_modified"])
                    yield Source(each["path"], each["size"], stamp)


def _in_folder(
    folder: Path, suffixes: frozenset[str], inside: str = "", above: tuple[Path, ...] = ()
) -> Iterator[Source]:
    """The pictures below a folder, with the tags that obstore gives files.

    obstore's own list ends at the first link to nowhere and at the first name that is no key,
    whatever file it is. Here a picture of this kind is listed, and fails alone when it is read.
    A link to a folder that it lies in is passed over.
    """
    above = (*above, folder.resolve())
    try:
        entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{printable(folder)}: cannot be listed: {reason}; make it readable, or move it away"
        ) from error
    for entry in entries:
        key = f"{inside}{entry.name}"
        try:
            known = entry.stat()
        except OSError:  # a link to nowhere, or to itself
            known = None
        if known is not None and stat.S_ISDIR(known.st_mode):
            if not entry.is_symlink() or Path(entry).resolve() not in above:
                yield from _in_folder(Path(entry), suffixes, f"{key}/", above)
        elif _is_picture(entry.name, suffixes):
            if known is None:
                yield Source(key, 0, "")
            elif stat.S_ISREG(known.st_mode):
                changed = max(known.st_mtime_ns, 0) // 1000
                tag = f'"{known.st_ino:x}-{changed:x}-{known.st_size:x}"'
                yield Source(key, known.st_size, tag)


def _is_picture(name: str, suffixes: frozenset[str]) -> bool:
    """Whether a name is a picture's, and not one of those that Foveate gives its results."""
    return PurePosixPath(name).suffix.lower() in suffixes and not name.endswith(OWN_SUFFIXES)


def refuse_no_key(key: str) -> None:
    """Raises StoreError for the name of a file that no store could hold."""
    if _NO_KEY.search(key):
        raise StoreError(
            f"{key}: has a name that a store cannot hold, for a control character or a byte that is"
            " not UTF-8; rename the file"
        )


@contextlib.contextmanager
def failing(what: str) -> Iterator[None]:
    """Whatever obstore raises within the block becomes a StoreError that says what failed."""
    try:
        yield
    except FoveateError:
        raise
    except Exception as error:
        raise StoreError(f"{what}: {_why(error)}") from error


def _why(error: Exception) -> str:
    """What a store tells; of a disk that is full or guarded, what would help."""
    system = _OF_THE_SYSTEM.search(str(error))
    if system is None:
        return one_line(error)
    number = int(system[1])
    known = OSError(number, os.strerror(number))
    return why_unwritable(known, "see to the folder, and give the same call again")


def result_key(key: str, settings: Settings) -> str:
    """What the result of a picture is called: as it is, with the format's ending behind others.

    a.jpg stays a.jpg, and a.png becomes a.png.jpg, so that no two pictures have one result.
    """
    kinds = KINDS[settings.format]
    return key if PurePosixPath(key).suffix.lower() in kinds else f"{key}{kinds[0]}"


def job_of(settings: Settings) -> str:
    """Eight digits that tell what is asked of every picture."""
    asked: Mapping[str, Any] = {**settings.to_dict(), "threads": None}
    return _digest(json.dumps(asked, sort_keys=True))[:8]


def stamp_of(source: Source) -> str:
    """Eight digits that are others where the picture has changed."""
    return _digest(f"{source.size} {source.etag}")[:8]


def result_digits(result: str) -> str:
    """What claims and marks call a result."""
    return _digest(result)[:_ID_DIGITS]


def one_line(error: Exception) -> str:
    """The first line of what another package says; of a long one both ends: why comes last."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line if len(line) <= _LONGEST_LINE else f"{line[:60]}…{line[-_LONGEST_LINE + 61 :]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
