"""Who may talk to the page's server: the page itself, in a browser of the person who started it.

A site that a browser visits can send requests to this machine, and a name that it owns can be
pointed here (DNS rebinding). So the Host must be an address or a name that was given, the Origin
must be our own, and every request that does something has the token that only the person knows.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = "foveate-token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses requests of strangers, and tells browsers to load nothing from elsewhere.

    Args:
        app: what answers the requests that may pass.
        token: what requests below /api/ have to send.
        names: the host names, beside addresses and localhost, by which the server may be called.
    """

    def __init__(self, app: App, *, token: str, names: Iterable[str] = ()) -> None:
        self._app = app
        self._token = token.encode()
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, sealed)
            return
        status, said = refusal
        head = [(b"content-type", b"text/plain; charset=utf-8")]
        await sealed({"type": "http.response.start", "status": status, "headers": head})
        await sealed({"type": "http.response.body", "body": f"{said}\n".encode()})

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the reason with which a request is refused; None where it may pass."""
        headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
        host = headers.get("host", b"").decode("latin-1").lower()
        if not self._is_ours(host):
            return 421, "this server does not go by that name; open the address that it printed"
        origin = headers.get("origin")
        if origin is not None and origin.decode("latin-1").lower() != f"http://{host}":
            return 403, "requests of other sites are refused"
        if not scope["path"].startswith("/api/"):
            return None
        if headers.get("sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
            return 403, "requests of other sites are refused"
        if not secrets.compare_digest(headers.get(TOKEN_HEADER, b""), self._token):
            return 403, "the token is missing or of another run; open the address that was printed"
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names an address, which no foreign name does, or a given name."""
        name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if not port.isdecimal():
            name = host
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True
