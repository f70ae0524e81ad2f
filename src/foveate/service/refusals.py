"""What the service answers where it gives no picture: a status of HTTP and one line."""

from __future__ import annotations

from foveate.errors import FoveateError


class RefusedError(FoveateError):
    """A request that gets no picture.

    Args:
        status: the status of HTTP (RFC 9110) that it is answered with.
        said: one line that says what is wrong, and what would work.
        retry_after: in how many seconds another try may work, where one may.
    """

    def __init__(self, status: int, said: str, *, retry_after: int | None = None) -> None:
        super().__init__(said)
        self.status = status
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        """Goes from a worker process to this one."""
        return _again, (self.status, str(self), self.retry_after)


def _again(status: int, said: str, retry_after: int | None) -> RefusedError:
    return RefusedError(status, said, retry_after=retry_after)
