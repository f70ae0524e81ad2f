"""Fetches pictures over HTTP: bounded in bytes, time and redirects, from allowed places alone."""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from foveate import __version__
from foveate.service.addresses import Resolve, checked_addresses, resolved
from foveate.service.entity_tags import DATE, ENTITY, Found, Validator
from foveate.service.refusals import RefusedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_AT_ONCE = 1 << 16
_MOST_QUOTED = 4
"""How often percent signs may be quoted themselves in a path."""


@dataclass(frozen=True)
class Fetcher:
    """Fetches files.

    prefixes: the beginnings of addresses that are allowed, as "https://example.com/photos/"; empty
    for any. most_bytes: of a file. allow_private: whether addresses that are not public may be
    asked. resolve: finds the addresses of a host.
    """

    prefixes: tuple[str, ...] = ()
    most_bytes: int = 256 << 20
    allow_private: bool = False
    resolve: Resolve = resolved
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def fetched(self, address: str, seconds: float, shown: Validator | None = None) -> Found:
        """The file at an address of http or https, unless it is as `shown` tells.

        Raises:
            RefusedError: it is not allowed, not there, too large, or does not come in time.
        """
        end = time.monotonic() + seconds
        for _ in range(_MOST_REDIRECTS + 1):
            asked = checked_address(address, self.prefixes)
            found = self._asked(asked, end, shown)
            if isinstance(found, Found):
                return found
            address = urljoin(asked.geturl(), found)
        raise RefusedError(
            502, f"{asked.hostname}: redirects more than {_MOST_REDIRECTS} times; give its end"
        )

    def _asked(self, asked: SplitResult, end: float, shown: Validator | None) -> Found | str:
        """The file, or the address that it is said to be at."""
        host = asked.hostname or ""
        port = asked.port or _PORTS[asked.scheme]
        addresses = checked_addresses(
            host, port, allow_private=self.allow_private, resolve=self.resolve
        )
        connection = _Pinned(
            host, port, addresses, end, self.tls if asked.scheme == "https" else None
        )
        try:
            path = quote(asked.path or "/", safe="/%:@!$&'()*+,;=~-._")
            query = quote(asked.query, safe="/%:@!$&'()*+,;=~-._?")
            connection.request(
                "GET",
                f"{path}?{query}" if query else path,
                headers={
                    "User-Agent": f"Foveate/{__version__}",
                    "Accept": "image/*,*/*;q=0.1",
                    "Accept-Encoding": "identity",
                    **_conditions(shown),
                },
            )
            with connection.getresponse() as answer:  # it holds the socket beside the connection
                if answer.status in _REDIRECTS and answer.getheader("Location"):
                    return str(answer.getheader("Location"))
                told = Validator.of_fields(
                    answer.getheader("ETag"), answer.getheader("Last-Modified")
                )
                if answer.status == 304 and _conditions(shown):
                    return Found(None, told or shown)
                if answer.status != 200:
                    status = 404 if answer.status in (404, 410) else 502
                    raise RefusedError(status, f"{host}: answers with status {answer.status}")
                return Found(self._body(answer, host), told)
        except TimeoutError as error:
            raise RefusedError(504, f"{host}: does not send the picture in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise RefusedError(502, f"{host}: cannot be read: {_reason(error)}") from error
        finally:
            connection.close()

    def _body(self, answer: http.client.HTTPResponse, host: str) -> bytes:
        told = answer.length
        if told is not None and told > self.most_bytes:
            raise _too_large(host, self.most_bytes)
        body = io.BytesIO()  # one buffer: many small pieces would leave holes in the memory
        while part := answer.read1(_AT_ONCE):
            body.write(part)
            if body.tell() > self.most_bytes:
                raise _too_large(host, self.most_bytes)
        if told is not None and body.tell() < told:
            raise http.client.IncompleteRead(b"", told - body.tell())
        return body.getvalue()


def _conditions(shown: Validator | None) -> dict[str, str]:
    """The fields of a request for a file only where it has changed (RFC 9110, 13.1)."""
    if shown is not None and shown.kind == ENTITY:
        return {"If-None-Match": shown.text}
    if shown is not None and shown.kind == DATE:
        return {"If-Modified-Since": shown.text}
    return {}


def checked_address(address: str, prefixes: Sequence[str] = ()) -> SplitResult:
    """An address of http or https in its parts. Raises RefusedError where it is not allowed."""
    try:
        asked = urlsplit(address)
        port = asked.port
    except ValueError as error:
        raise RefusedError(400, "the picture's address is no URL") from error
    if asked.scheme not in _PORTS or not asked.hostname:
        raise RefusedError(400, "the picture's address is none of http:// or https://")
    if asked.username is not None or asked.password is not None:
        raise RefusedError(400, "the picture's address has a user's name; leave that out")
    if port == 0 or any(ord(character) < 32 for character in address):
        raise RefusedError(400, "the picture's address is no URL")
    if prefixes and not any(_begins(asked, urlsplit(prefix)) for prefix in prefixes):
        raise RefusedError(403, f"{asked.hostname}: pictures at this address are not allowed")
    return asked


def _begins(asked: SplitResult, allowed: SplitResult) -> bool:
    """Whether an address lies below another one: the whole host, and whole parts of the path."""

    def place(parts: SplitResult) -> tuple[str, str | None, int | None]:
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)

    if place(asked) != place(allowed):
        return False
    if _climbs(asked.path):
        return not allowed.path.strip("/")
    folder = allowed.path if allowed.path.endswith("/") else f"{allowed.path}/"
    return f"{asked.path}/".startswith(folder)


def _climbs(path: str) -> bool:
    """Whether a site may take a path as one with "..", however that is written."""
    for _ in range(_MOST_QUOTED):
        plain = unquote(path)
        if plain == path:
            parts = plain.replace("\\", "/").split("/")
            return any(part.partition(";")[0] == ".." for part in parts)
        path = plain
    return True


class _Answer(http.client.HTTPResponse):
    """An answer whose header, too, must be here in time, and not only each byte of it."""

    def __init__(self, sock: socket.socket, *, end: float, method: str | None = None) -> None:
        super().__init__(sock, method=method)
        self.fp = io.BufferedReader(_Timely(self.fp.detach(), sock, end))


class _Timely(io.RawIOBase):
    """Reads a socket until its time is over."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, end: float) -> None:
        super().__init__()
        self._raw, self._sock, self._end = raw, sock, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the addresses that were looked at, in the name of the host."""

    def __init__(
        self, host: str, port: int, addresses: Sequence[str], end: float, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port)
        self._addresses, self._end, self._tls = addresses, end, tls
        self.response_class = functools.partial(_Answer, end=end)  # type: ignore[assignment]
        if tls is not None:
            self.default_port = _PORTS["https"]

    def connect(self) -> None:
        failure: OSError = OSError("no address answers")
        for address in self._addresses:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                plain = socket.create_connection((address, self.port), timeout=left)
                break
            except OSError as error:
                failure = error
        else:
            raise failure
        self.sock = plain
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        self.sock.settimeout(max(0.001, self._end - time.monotonic()))


def _too_large(host: str, most: int) -> RefusedError:
    return RefusedError(413, f"{host}: the file is larger than {most:,} bytes, the limit")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "its certificate or its encryption is not accepted"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the answer breaks off or is none of HTTP"
