"""Files of held pictures: exact ones, which are kept for a while, and previews of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from foveate._compress import compress
from foveate._crop import Shape, cut_out
from foveate.coders.registry import get_coder
from foveate.pictures import Picture, read_picture
from foveate.settings import Box, Settings
from foveate.web.asked import Asked
from foveate.web.held import HeldPicture, HeldPictures
from foveate.web.preview import Preview, Previews, learn
from foveate.web.subject import Subject, cropped_subject, whole_subject


@dataclass(frozen=True)
class Made:
    """A finished file, what it is called, and what became of the picture as plain values."""

    data: bytes
    name: str
    window: Box | None
    report: dict[str, Any]


class Encodings:
    """The files and previews of what is held; safe to use from several threads."""

    def __init__(self, pictures: HeldPictures) -> None:
        self._pictures = pictures
        self._previews = Previews()
        self._made: OrderedDict[tuple[str, str], Made] = OrderedDict()
        self._foretold: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = threading.Lock()

    def file(self, held: HeldPicture, asked: Asked) -> Made:
        """The file as `foveate compress` or `foveate crop` makes it, byte for byte.

        Raises:
            FoveateError: the message is one line that says what would work.
        """
        place = (held.id, asked.key)
        with self._lock:
            if place in self._made:
                self._made.move_to_end(place)
                return self._made[place]
        subject = self._subject(held, asked)
        settings = asked.settings
        clear = self._transparent(held, settings, subject.window)
        result = compress(
            subject.picture if clear is None else clear,
            settings=settings.but(protect=subject.protect),
            map="auto" if clear is not None and subject.guessed else subject.steering(settings),
            compare=True,
        )
        report = result.report.to_dict()
        report["notes"] = [*subject.notes, *report["notes"]]
        report["source_bytes"] = len(held.encoded)
        made = Made(
            result.data,
            file_name(held.name, result.report.format, asked.aspect),
            subject.window,
            report,
        )
        foretold = self._foretold.get(place)
        if foretold is not None and not result.report.copied_source:
            learn(held, settings, foretold, len(result.data))
        with self._lock:
            self._made[place] = made
            self._keep_to_room()
        return made

    def preview(self, held: HeldPicture, asked: Asked, side: int) -> tuple[Preview, Subject]:
        """A preview of at most `side` pixels a side, and what it is of. Raises FoveateError."""
        subject = self._subject(held, asked)
        preview = self._previews.preview(held, subject, asked, side)
        with self._lock:
            self._foretold[held.id, asked.key] = preview.bytes
            while len(self._foretold) > 1000:
                self._foretold.popitem(last=False)
        return preview, subject

    def _transparent(
        self, held: HeldPicture, settings: Settings, window: Box | None
    ) -> Picture | None:
        """The picture, or a window of it, with its transparency, where the format keeps that."""
        if not get_coder(settings.coder).keeps_alpha or not self._pictures.read(held).flattened:
            return None
        whole = read_picture(
            held.encoded, name=held.name, limits=self._pictures.limits, keep_alpha=True
        )
        return whole if window is None else cut_out(whole, window)[0]

    def _subject(self, held: HeldPicture, asked: Asked) -> Subject:
        """What is asked to be encoded; the last one is kept with the picture."""
        kept = held.subject
        if kept is not None and kept.key == asked.subject_key:
            return kept
        picture = self._pictures.read(held)
        if asked.aspect is None:
            subject = whole_subject(picture, held.map, asked)
        else:
            placing = self._pictures.window_map(held)
            subject = cropped_subject(picture, held.map, placing, asked)
        held.subject = subject
        return subject

    def _keep_to_room(self) -> None:
        held_bytes = sum(len(made.data) for made in self._made.values())
        while len(self._made) > 1 and held_bytes > self._pictures.room.result_bytes:
            _, old = self._made.popitem(last=False)
            held_bytes -= len(old.data)


def file_name(name: str, file_format: str, aspect: str | None) -> str:
    """What the command line calls the result of a picture: NAME.foveate.jpg."""
    shape = "" if aspect is None else f".{Shape.of_aspect(aspect).name}"
    coder = get_coder(Settings.from_dict({"format": file_format}).coder)
    return f"{PurePosixPath(name).stem}{shape}.foveate{coder.suffix}"
