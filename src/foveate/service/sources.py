"""Where pictures come from: http and https, files below a folder, and stores of objects."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foveate.errors import MissingExtraError, PictureError, printable
from foveate.pictures.file_bytes import file_bytes
from foveate.service.entity_tags import ENTITY, Found, Validator
from foveate.service.fetching import Fetcher
from foveate.service.refusals import RefusedError

STORES = ("s3", "gs", "az")


@dataclass(frozen=True)
class Sources:
    """Reads the picture that an address names.

    fetcher: for http and https. root: the folder of local:///NAME; None for no files. buckets: the
    stores that are allowed, as "s3://photos" or "s3://photos/public/"; none by default.
    """

    fetcher: Fetcher
    root: Path | None = None
    buckets: tuple[str, ...] = ()
    _stores: dict[str, Any] = field(default_factory=dict, repr=False)

    def read(self, address: str, seconds: float, shown: Validator | None = None) -> Found:
        """The source at an address, unless it is as `shown` tells. Raises RefusedError."""
        scheme = address.partition("://")[0].lower() if "://" in address else ""
        if scheme == "local":
            return self._file(address.partition("://")[2], shown)
        if scheme in STORES:
            return self._object(address, scheme, shown)
        return self.fetcher.fetched(address, seconds, shown)

    def _file(self, name: str, was: Validator | None) -> Found:
        """A file below the root, through no link that leads out of it."""
        if self.root is None:
            raise RefusedError(403, "no folder is served; give --root to serve local:/// files")
        shown = printable(name.lstrip("/")) or "local:///"
        if "\0" in name:
            raise RefusedError(400, f"{shown}: is no file's name")
        root = os.path.realpath(self.root)
        path = os.path.realpath(os.path.join(root, name.lstrip("/")))
        if os.path.commonpath([root, path]) != root:
            raise RefusedError(403, f"{shown}: lies outside the folder that is served")
        try:
            status = os.stat(path)  # before it is read: what changes meanwhile has another one
        except OSError as error:
            raise RefusedError(404, f"{shown}: no such file") from error
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(404, f"{shown}: no such file")
        if status.st_size > self.fetcher.most_bytes:
            raise RefusedError(
                413, f"{shown}: is larger than {self.fetcher.most_bytes:,} bytes, the limit"
            )
        validator = Validator.of_file(status)
        if validator == was:
            return Found(None, validator)
        try:
            return Found(file_bytes(path, shown, most=self.fetcher.most_bytes), validator)
        except PictureError as error:
            raise RefusedError(404, str(error)) from error

    def _object(self, address: str, scheme: str, was: Validator | None) -> Found:
        bucket, _, key = address.partition("://")[2].partition("/")
        shown = f"{scheme}://{printable(bucket)}/{printable(key)}"
        if not bucket or not key or ".." in key.split("/"):
            raise RefusedError(400, f"{shown}: give {scheme}://BUCKET/KEY")
        if not any(_below(address, allowed) for allowed in self.buckets):
            raise RefusedError(403, f"{shown}: this store is not allowed; give --source for it")
        known = was if was is not None and was.kind == ENTITY else None
        try:
            store = self._store(f"{scheme}://{bucket}")
            options = None if known is None else {"if_none_match": known.text}
            found = store.get(key, options=options)
            if found.meta["size"] > self.fetcher.most_bytes:
                raise RefusedError(
                    413, f"{shown}: is larger than {self.fetcher.most_bytes:,} bytes, the limit"
                )
            told = Validator.of_fields(found.meta["e_tag"], None)
            return Found(bytes(found.bytes()), told)
        except FileNotFoundError as error:
            raise RefusedError(404, f"{shown}: no such object") from error
        except RefusedError:
            raise
        except Exception as error:  # obstore's own kinds
            if known is not None and type(error).__name__ == "NotModifiedError":
                return Found(None, known)
            raise RefusedError(502, f"{shown}: the store does not give it") from error

    def _store(self, url: str) -> Any:
        if url not in self._stores:
            try:
                from obstore.store import from_url
            except ImportError as error:
                raise MissingExtraError("reading from stores", "foveate[stores]") from error
            self._stores[url] = from_url(url)
        return self._stores[url]


def _below(address: str, allowed: str) -> bool:
    folder = allowed if allowed.endswith("/") else f"{allowed}/"
    return address.startswith(folder)
