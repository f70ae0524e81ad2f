"""Entity tags of answers: they hold what tells whether the source has changed.

A tag is a digest of all that is asked, a dot, and the source's own validator in base64url: a file's
time and size, or the entity tag or date that a site or a store gave. So a client that shows its tag
brings what the source can be asked by, and nothing has to be remembered here. A source without a
validator is told by the digest of its bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass

ENTITY, DATE, FILE, BYTES = "entity", "date", "file", "bytes"
_KINDS = (ENTITY, DATE, FILE, BYTES)
_DIGITS = 24
_LONGEST = 256
_ENTITY = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
"""Visible ASCII alone (RFC 9110, 8.8.3, has more): what a client shows goes into a header field."""
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


@dataclass(frozen=True)
class Validator:
    """What tells whether a source has changed.

    kind: ENTITY, an entity tag with its quotes; DATE, as HTTP writes it; FILE, time and size; or
    BYTES, a digest of all bytes.
    """

    kind: str
    text: str

    @classmethod
    def of_file(cls, status: os.stat_result) -> Validator:
        """Of a file: when it was changed, in nanoseconds, and its size."""
        return cls(FILE, f"{status.st_mtime_ns:x}-{status.st_size:x}")

    @classmethod
    def of_bytes(cls, data: bytes) -> Validator:
        """Of a source that gives none itself."""
        return cls(BYTES, hashlib.sha256(data).hexdigest()[:32])

    @classmethod
    def of_fields(cls, entity: str | None, date: str | None) -> Validator | None:
        """Of a site or a store that gave an entity tag or a date; None where neither is of use."""
        if entity is not None and len(entity) <= _LONGEST and _ENTITY.fullmatch(entity):
            return cls(ENTITY, entity)
        if date is not None and _DATE.fullmatch(date):
            return cls(DATE, date)
        return None

    @property
    def is_weak(self) -> bool:
        """Whether the source may have changed by a little without this changing."""
        return self.kind == DATE or self.text.startswith("W/")


@dataclass(frozen=True)
class Found:
    """A source: its bytes, or None where it is as the validator that was shown tells; and its own.

    validator: None where the source gives none.
    """

    data: bytes | None
    validator: Validator | None


def digest_of(*asked: object) -> str:
    """The part of a tag that tells what is asked."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:_DIGITS]


def entity_tag(digest: str, validator: Validator) -> str:
    """The tag of an answer, with its quotes; weak where the source's validator is."""
    shown = f"{validator.kind}:{validator.text}".encode()
    text = base64.urlsafe_b64encode(shown).rstrip(b"=").decode()
    return f'{"W/" if validator.is_weak else ""}"{digest}.{text}"'


def shown_validator(field: str | None, digest: str) -> Validator | None:
    """The validator in a request's If-None-Match, of an answer to the same request."""
    for tag in _tags(field):
        begins, _, text = tag.strip('"').partition(".")
        if begins != digest or len(text) > 2 * _LONGEST:
            continue
        try:
            padded = text + "=" * (-len(text) % 4)
            kind, _, value = base64.urlsafe_b64decode(padded).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            continue
        sound = {ENTITY: _ENTITY, DATE: _DATE}.get(kind)
        if kind in _KINDS and (sound is None or sound.fullmatch(value)):
            return Validator(kind, value)
    return None


def matches(field: str | None, tag: str) -> bool:
    """Whether If-None-Match names an entity tag, by weak comparison (RFC 9110, 13.1.2)."""
    tags = _tags(field)
    return "*" in tags or tag.removeprefix("W/") in tags


def _tags(field: str | None) -> list[str]:
    return [] if field is None else [each.strip().removeprefix("W/") for each in field.split(",")]
