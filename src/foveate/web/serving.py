"""Runs the page's server on a port of this machine until someone stops it."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import Any

from foveate.errors import MissingExtraError, OptionError
from foveate.web.guard import App


class Serving:
    """A server on a port that is bound already; the thread ends with the process.

    Raises:
        OptionError: the port is in use, or the address is none of this machine.
        MissingExtraError: uvicorn is not installed.
    """

    def __init__(self, app: App, *, host: str, port: int) -> None:
        uvicorn = _uvicorn()
        self._socket = bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answers no more, and waits for a moment for what is being sent."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(2)
        self._socket.close()

    def wait(self) -> None:
        """Waits until a signal raises an exception in the main thread, or the server fails."""
        while self._thread.is_alive():
            self._thread.join(0.5)


def _uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError as error:
        raise MissingExtraError("foveate serve", "foveate[web]") from error
    return uvicorn


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at an address of this machine. Raises OptionError."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, number)
    except OSError as error:
        raise OptionError(
            f"--host {host}: is no address of this machine; leave it out, or give one"
        ) from error
    try:
        if os.name == "posix":  # elsewhere the option lets two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OptionError(
                f"--port {port}: is in use; give another, or --port 0 for any that is free"
            ) from error
        if error.errno == errno.EACCES:
            raise OptionError(f"--port {port}: is not yours to use; give one above 1023") from error
        raise OptionError(
            f"--host {host}: is no address of this machine; leave it out, or give one"
        ) from error
    return listener
