"""`foveate service` answers requests for pictures, sharp where people look."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foveate.cli.json_lines import print_json
from foveate.cli.stopping import exit_code

if TYPE_CHECKING:
    from foveate.service.configuration import Configuration

EPILOG = """
[bold]Examples[/]

foveate service --unsigned --root photos/

foveate service --root photos/ --source https://example.com/images/ --config service.toml

foveate service --sign /rs:fill:300:200/g:sm/plain/local:///holiday.jpg

Keys and salts come from FOVEATE_SERVICE_KEYS and FOVEATE_SERVICE_SALTS, since other people can see
options. Each option can also be set by FOVEATE_SERVICE_NAME, or by NAME in the file --config.
docs/service.md explains paths, signatures and safety. Ctrl-C or SIGTERM stops the service when
open requests are answered.
"""
LOCAL = "127.0.0.1"
PORT = 8080
_GIVEN = "Default: {}."
_STAYS = "/:%@!$&'()*+,;=~"
"""What clients send as it is: RFC 3986's characters of paths, and % of what is escaped already."""


def service(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="The port; 0 takes one that is free.")
    ] = PORT,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="The address to listen on; 0.0.0.0 stands for all."),
    ] = LOCAL,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file of options and presets.")
    ] = None,
    unsigned: Annotated[
        bool | None,
        typer.Option(
            "--unsigned", help="Answer paths without a signature: for trying, or behind a gate."
        ),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The folder of the pictures called local:///NAME."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PREFIX",
            help="Where pictures may come from: https://example.com/photos/ or s3://bucket. "
            "Several may be given. Without any, http and https lead anywhere that is public.",
        ),
    ] = None,
    allow_private: Annotated[
        bool | None,
        typer.Option(
            "--allow-private",
            help="Let http and https lead to private and loopback addresses too.",
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="The formats for paths that name none, the most wanted first. "
            + _GIVEN.format("avif,webp,jpeg"),
        ),
    ] = None,
    quality: Annotated[
        int | None, typer.Option(metavar="Q", help="The usual quality. " + _GIVEN.format(80))
    ] = None,
    effort: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="fast, default or best. " + _GIVEN.format("fast")),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", help="Processes that render. Default: one a processor."),
    ] = None,
    queue: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="How many pictures may wait for a process. " + _GIVEN.format(64)
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", help="How long a request may take. " + _GIVEN.format(20)),
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            metavar="S",
            help="For how many seconds answers may be cached. " + _GIVEN.format("a year"),
        ),
    ] = None,
    sign: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Print this path with its signature, and start no service."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print what is set up as JSON, and start no service.")
    ] = False,
    log: Annotated[
        bool, typer.Option("--log/--no-log", help="Print a line of JSON on stderr a request.")
    ] = True,
) -> None:
    """Answer requests for pictures by URL: cropped, resized, and sharp where people look.

    Paths are those of imgproxy: /SIGNATURE/rs:fill:300:200/g:sm/plain/https://example.com/a.jpg@webp
    """
    from foveate.service.configuration import Configuration

    flags: dict[str, Any] = {
        "unsigned": unsigned,
        "root": root,
        "source": source,
        "allow_private": allow_private,
        "formats": formats,
        "quality": quality,
        "effort": effort,
        "workers": workers,
        "queue": queue,
        "seconds": seconds,
        "max_age": max_age,
    }
    configuration = Configuration.gathered(flags, file=config)
    if sign is not None:
        print(_signed(configuration, sign))
        return
    if check:
        print_json(configuration.to_dict())
        return
    _serve(configuration, host, port, log=log)


def _signed(configuration: Configuration, path: str) -> str:
    """The path with its signature. Raises a Foveate error where the service would refuse it.

    What no path of a URL may hold is escaped first, since clients do that before they send it.
    """
    from urllib.parse import quote

    from foveate.errors import OptionError
    from foveate.service.grammar import parsed

    path = quote(os.fsencode(path if path.startswith("/") else f"/{path}"), safe=_STAYS)
    keys = configuration.signing_keys()
    if not keys:
        raise OptionError("--sign: there is no key; set FOVEATE_SERVICE_KEYS and ..._SALTS")
    signed = keys[0].signed(path)
    parsed(signed, configuration.presets)
    return signed


def _serve(configuration: Configuration, host: str, port: int, *, log: bool) -> None:
    from foveate.errors import FoveateError, MissingExtraError

    if sys.platform == "win32":
        raise FoveateError(
            "the image service needs Linux or macOS; run it in a container, as deploy/ does"
        )
    try:
        import uvicorn

        from foveate.service.app import Service
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("foveate"):
            raise
        raise MissingExtraError("foveate service", "foveate[service]") from error
    from foveate.web.serving import bound

    listener = bound(host, port)
    number = listener.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            Service(configuration, log=log).application(),
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=int(configuration.drain) + 1,
        )
    )
    shown = f"[{host}]" if ":" in host else host
    print(f"Foveate answers at http://{shown}:{number}/\nCtrl-C stops it.", flush=True)
    if configuration.unsigned:
        typer.echo(
            "foveate: signatures are off, so that anybody who reaches this address spends its time",
            err=True,
        )
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        raise typer.Exit(exit_code()) from None
