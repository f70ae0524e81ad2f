"""Paths of the image service: what they ask for, and that every other text is one line."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate.errors import OptionError
from foveate.service.grammar import LONGEST, parsed
from foveate.service.options import HANDLERS
from foveate.service.refusals import RefusedError
from foveate.service.signature import SigningKey, check_signature
from foveate.service.wanted import Gravity, Wanted

ADDRESS = "https://example.com/photos/a b.jpg?size=1"
ENCODED = base64.urlsafe_b64encode(ADDRESS.encode()).decode().rstrip("=")
PLAIN = "plain/https://example.com/photos/a%20b.jpg%3Fsize=1"


def test_the_signature_is_that_of_imgproxys_documentation() -> None:
    path = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png"
    key = SigningKey(b"secret", b"hello")
    assert key.signature(path) == "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8"
    check_signature(key.signature(path), path, [SigningKey(b"old", b"old"), key])
    for wrong in (key.signature(path)[:-1], "", "insecure", key.signature(path + "/")):
        with pytest.raises(RefusedError, match="signature is wrong") as error:
            check_signature(wrong, path, [key])
        assert error.value.status == 403


def test_keys_are_hexadecimal_and_long_enough() -> None:
    for key, salt in (("xyz", "00"), ("00", "00"), ("00" * 32, "no")):
        with pytest.raises(OptionError, match="openssl rand"):
            SigningKey.of_hex(key, salt)
    assert "00" not in repr(SigningKey.of_hex("00" * 32, "11"))


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("", Wanted()),
        ("rs:fill:300:200", Wanted(resizing="fill", width=300, height=200)),
        ("resize:auto::200:1:0", Wanted(resizing="auto", height=200, enlarge=True)),
        ("size:10:20/el:1", Wanted(width=10, height=20, enlarge=True)),
        ("w:10/height:20/rt:force", Wanted(resizing="force", width=10, height=20)),
        ("dpr:1.5/z:2:0.5", Wanted(dpr=1.5, zoom=(2.0, 0.5))),
        ("z:2", Wanted(zoom=(2.0, 2.0))),
        ("mw:10/min-height:20", Wanted(min_width=10, min_height=20)),
        ("g:sm", Wanted(gravity=Gravity("sm"))),
        ("g:nowe:10:0.2", Wanted(gravity=Gravity("nowe", offset=(10.0, 0.2)))),
        ("g:fp:0.2:0.9", Wanted(gravity=Gravity("fp", point=(0.2, 0.9)))),
        ("g:obj:0:0.5:0.25:0.5", Wanted(gravity=Gravity("obj", box=(0.0, 0.5, 0.25, 0.5)))),
        ("c:0.5:100", Wanted(crop=(0.5, 100.0, None))),
        ("crop:10:0:so", Wanted(crop=(10.0, 0.0, Gravity("so")))),
        (
            "q:70/fq:avif:50:jpg:60",
            Wanted(quality=70, format_qualities=(("avif", 50), ("jpeg", 60))),
        ),
        ("mb:9000", Wanted(max_bytes=9000)),
        ("f:jpg", Wanted(format="jpeg")),
        ("bg:255:128:0", Wanted(background="#ff8000")),
        ("bg:f80/bg:", Wanted()),
        ("sm:0/kcr:false", Wanted(strip=False, keep_copyright=False)),
        ("cb:a:b/exp:99", Wanted(cachebuster="a:b", expires=99)),
        ("fn:a%20b/att:t", Wanted(filename="a b", attachment=True)),
        ("fn:YSBi:1", Wanted(filename="a b")),
        ("effort:best/tune:fidelity/map:none", Wanted(effort="best", tune="fidelity", map="none")),
        ("pr:thumb", Wanted(resizing="fill", width=8, height=8, quality=40)),
    ],
)
def test_options_have_imgproxys_names_and_arguments(options: str, wanted: Wanted) -> None:
    presets = {"thumb": "rs:fill:8:8/pr:low", "low": "q:40"}
    for source in (PLAIN, ENCODED, f"{ENCODED[:9]}/{ENCODED[9:]}"):
        path = "/".join(part for part in ("/s", options, source) if part)
        asked = parsed(path, presets)
        assert (asked.signature, asked.wanted, asked.source) == ("s", wanted, ADDRESS)
        assert asked.signed == path[2:]


def test_an_ending_asks_for_a_format_and_a_default_preset_holds_for_all() -> None:
    assert parsed(f"/s/{ENCODED}.webp").wanted.format == "webp"
    assert parsed(f"/s/{PLAIN}@avif").wanted.format == "avif"
    assert parsed(f"/s/q:9/{PLAIN}", {"default": "q:5/w:7"}).wanted == Wanted(quality=9, width=7)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("", 404, "a path has a signature"),
        ("/s", 404, "a path has a signature"),
        ("/s/", 404, "a path has a signature"),
        ("/" + "a" * LONGEST, 414, "characters"),
        ("/s/w:10", 400, "names no address"),
        ("/s/plain/", 400, "names no address"),
        ("/s/plain/http://a/%0d%0aHost:b", 400, "names no address"),
        ("/s/plain/http://a/b@c@jpg", 400, "two @"),
        ("/s/plain/http://a/b@png", 400, "the format 'png' is none of"),
        ("/s/äöü", 400, "neither behind plain/ nor base64url"),
        ("/s/w:-1/plain/http://a/b", 400, "no whole number from 0"),
        ("/s/w:1e3/plain/http://a/b", 400, "no whole number from 0"),
        ("/s/dpr:nan/plain/http://a/b", 400, "no number from"),
        ("/s/g:fp:2:0/plain/http://a/b", 400, "fp:X:Y"),
        ("/s/rs:fill:1:1:0:1/plain/http://a/b", 400, "not extended"),
        ("/s/blur:3/plain/http://a/b", 400, "is not among Foveate's"),
        ("/s/nonesuch:3/plain/http://a/b", 400, "is unknown"),
        ("/s/raw:1/plain/http://a/b", 400, "not passed on"),
        ("/s/pr:none/plain/http://a/b", 400, "no preset 'none'"),
        ("/s/pr:loop/plain/http://a/b", 400, "without an end"),
        ("/s/fn:..%2Fa/plain/http://a/b", 400, "without slashes"),
        ("/s/map:%2Fetc%2Fpasswd.png/plain/http://a/b", 400, "give auto or none"),
    ],
)
def test_what_is_no_path_is_refused_in_one_line(path: str, status: int, said: str) -> None:
    with pytest.raises(RefusedError, match=said) as error:
        parsed(path, {"loop": "pr:loop"})
    assert error.value.status == status
    assert "\n" not in str(error.value)


_ARGUMENTS = st.text(alphabet=":0123456789.abefilmnsx%-+", max_size=12)
_OPTIONS = st.builds("{}:{}".format, st.sampled_from([*HANDLERS, "pr", "x"]), _ARGUMENTS)


@given(st.lists(_OPTIONS, max_size=4), st.one_of(st.text(max_size=30), st.just(PLAIN)))
def test_no_path_is_more_than_one_line(options: list[str], source: str) -> None:
    path = "/".join(["/s", *options, source])
    try:
        wanted = parsed(path, {"a": "w:1"}).wanted
    except RefusedError as error:
        refused = error
    else:
        assert 0 <= wanted.width <= 65_500
        assert 0.01 <= wanted.dpr <= 10
        return
    assert 400 <= refused.status < 500
    assert str(refused).isprintable()
