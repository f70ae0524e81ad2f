"""`foveate serve` opens a page on this machine, on which pictures are compressed by hand."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.stopping import exit_code

EPILOG = """
[bold]Examples[/]

foveate serve

foveate serve --port 9000 --no-browser

Ctrl-C stops the command. Pictures stay on this machine, in the memory of this process.
"""

LOCAL = "127.0.0.1"
PORT = 8765
_ALL = ("0.0.0.0", "::", "")
"""Hosts that stand for all addresses of a machine, and are none that a browser can open."""


def serve(
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, metavar="N", help="The port; 0 takes any that is free."),
    ] = PORT,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen on. Any but the default lets other machines in the network "
            "use the page, if they know the address that is printed.",
        ),
    ] = LOCAL,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    untrusted: Untrusted = False,
    limit: LimitList = None,
) -> None:
    """Open a page on this machine: drop photos, paint what matters, see and download the files."""
    import secrets
    import threading

    from foveate.errors import MissingExtraError
    from foveate.suffixes import PICTURE_SUFFIXES

    limits = limits_of(untrusted, limit)
    try:
        from foveate.web.app import application
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("foveate"):
            raise
        raise MissingExtraError("foveate serve", "foveate[web]") from error
    from foveate.web.held import HeldPictures
    from foveate.web.serving import Serving

    token = secrets.token_urlsafe(24)
    pictures = HeldPictures(limits=limits)
    app = application(
        pictures,
        token=token,
        names=[host],
        suffixes=sorted(PICTURE_SUFFIXES),
    )
    serving = Serving(app, host=host, port=port)
    address = _address(host, serving.port, token)
    serving.start()
    threading.Thread(target=pictures.prepare, daemon=True).start()
    print(told(address, host=host), flush=True)
    if browser:
        _open(address)
    try:
        serving.wait()
    except KeyboardInterrupt:
        # A thread that encodes cannot be ended, and the interpreter would wait for it or abort.
        sys.stdout.flush()
        os._exit(exit_code())


def _address(host: str, port: int, token: str) -> str:
    """The page's address, as a browser on this machine takes it."""
    called = LOCAL if host in _ALL else host
    shown = f"[{called}]" if ":" in called else called
    return f"http://{shown}:{port}/#{token}"


def told(address: str, *, host: str) -> str:
    """The lines that say where the page is, on other machines too where the host lets them in."""
    lines = [f"Foveate's page is at {address}"]
    if host in _ALL:
        lines.append(f"Other machines open it with this machine's address in place of {LOCAL}.")
    return "\n".join([*lines, "Ctrl-C stops it."])


def _open(address: str) -> None:
    import webbrowser

    try:
        opened = webbrowser.open(address)
    except Exception:  # a desktop without a browser fails in many ways
        opened = False
    if not opened:
        print("foveate: no browser could be opened; open the address yourself", file=sys.stderr)
