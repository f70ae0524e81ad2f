"""Signatures of URLs, as imgproxy makes them: HMAC-SHA256 over a salt and the path, in base64url.

Whoever has no key cannot ask for pictures, so that nobody else spends the service's time. Several
pairs of a key and a salt may be given: while keys are changed, both the old and the new one count.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from foveate.errors import OptionError
from foveate.service.refusals import RefusedError

_LEAST_BYTES = 16


@dataclass(frozen=True)
class SigningKey:
    """A pair of a key and a salt; neither is shown."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def of_hex(cls, key: str, salt: str) -> SigningKey:
        """The pair that two hexadecimal texts hold. Raises OptionError."""
        made = cls(_of_hex("key", key), _of_hex("salt", salt))
        if len(made.key) < _LEAST_BYTES:
            raise OptionError(
                f"the key has {len(made.key)} bytes; give {_LEAST_BYTES} or more, such as those"
                " of: openssl rand -hex 32"
            )
        return made

    def signature(self, path: str) -> str:
        """The signature of a path, which begins with a slash and stands behind the signature."""
        digest = hmac.new(self.key, self.salt + path.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def signed(self, path: str) -> str:
        """The whole path of a URL: the signature, and the path behind it."""
        return f"/{self.signature(path)}{path}"


def check_signature(signature: str, path: str, keys: Sequence[SigningKey]) -> None:
    """Raises RefusedError unless one of the keys made the signature. Takes as long in any case."""
    given = signature.encode()
    good = [hmac.compare_digest(key.signature(path).encode(), given) for key in keys]
    if not any(good):
        raise RefusedError(403, "the signature is wrong; sign the path with the key and the salt")


def _of_hex(name: str, text: str) -> bytes:
    try:
        return binascii.unhexlify(text.strip())
    except (binascii.Error, ValueError) as error:
        raise OptionError(
            f"the {name} is no hexadecimal text; give one of: openssl rand -hex 32"
        ) from error
