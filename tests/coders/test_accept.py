"""The header field Accept, read by the rules of HTTP."""

from __future__ import annotations

import pytest

from foveate.coders.auto.accept import formats_taken
from foveate.errors import OptionError

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
OLD_FIREFOX = "image/webp,*/*"
SAFARI = (
    "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,"
    "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
)


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        (CHROME, "avif webp jpeg"),
        (FIREFOX, "avif webp jpeg"),
        (OLD_FIREFOX, "webp jpeg"),
        (SAFARI, "avif webp jxl jpeg"),
        ("*/*", "jpeg"),
        ("image/*", "jpeg"),
        ("", "jpeg"),
        ("image/jxl", "jxl"),
        ("IMAGE/AVIF ; Q=0.5 , image/jpeg", "avif jpeg"),
        ("image/avif;q=0, image/*", "jpeg"),
        ("image/jpeg;q=0, */*, image/webp", "webp"),
        ("*/*;q=0, image/webp;q=0.001", "webp"),
        (",, image/webp ,,", "webp"),
        ('image/avif;codecs="av01,x";q=1, image/jpeg', "jpeg"),
        ("image/webp;q=1.000, image/jpeg;q=0.000", "webp"),
    ],
)
def test_formats_are_taken_as_the_field_says(accept: str, taken: str) -> None:
    assert " ".join(formats_taken(accept)) == taken


@pytest.mark.parametrize(
    ("accept", "why"),
    [
        ("text/html", "takes none of image/avif"),
        ("image/avif;q=0", "takes none of"),
        ("avif", "give media types as browsers do"),
        ("image/avif image/webp", "give media types"),
        ("image/avif;q=2", "q is a number from 0 to 1"),
        ("image/avif;q=", "give media types"),
        ("image/avif;q=0.1234", "q is a number"),
    ],
)
def test_what_is_no_such_field_is_refused(accept: str, why: str) -> None:
    with pytest.raises(OptionError, match=why) as refusal:
        formats_taken(accept)
    assert "\n" not in str(refusal.value)
