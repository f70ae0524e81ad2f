"""The pictures that the page holds between requests, in bounded memory."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from foveate._crop import window_map
from foveate.errors import FoveateError
from foveate.pictures import DEFAULT_LIMITS, Limits, Picture, read_picture
from foveate.saliency import SaliencyMap, map_of
from foveate.web.plain_bytes import PlainBytes
from foveate.web.subject import Subject


class GoneError(FoveateError):
    """A picture that is not held any more; the page sends it again."""


@dataclass(frozen=True)
class Room:
    """How much is held at most: pictures, and bytes of their files, their pixels and results.

    What was not used for longest goes first. Pixels come back from the file by themselves, and
    results are made again; a picture whose file goes is told to be gone.
    """

    pictures: int = 500
    file_bytes: int = 1 << 30
    pixel_bytes: int = 600 << 20
    result_bytes: int = 256 << 20


@dataclass(eq=False)
class HeldPicture:
    """A picture that came in, with what was found out about it.

    pixels: the picture as read, unless it was let go. subject: what the last request asked to be
    encoded. scale: how many times as many bytes as foretold exact files took, by kind of coding.
    """

    id: str
    name: str
    encoded: bytes
    width: int
    height: int
    notes: tuple[str, ...]
    map: SaliencyMap
    picture: Picture | None = None
    window: SaliencyMap | None = None
    subject: Subject | None = None
    plain: PlainBytes | None = None
    scale: dict[str, float] = field(default_factory=dict)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def plain_bytes(self, picture: Picture) -> PlainBytes:
        """What plain JPEG takes of the picture, counted once; `picture` is it, or a crop of it."""
        with self._counting:
            if self.plain is None:
                self.plain = PlainBytes.of(picture.pixels)
            return self.plain


class HeldPictures:
    """The pictures of all open pages, oldest use first; safe to use from several threads."""

    def __init__(self, room: Room | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.room = room or Room()
        self.limits = limits
        self._held: OrderedDict[str, HeldPicture] = OrderedDict()
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._held)

    def prepare(self) -> None:
        """Loads the model, so that the first picture does not wait for it."""
        map_of("auto", read_picture(np.zeros((64, 64, 3), np.uint8)))

    def add(self, data: bytes, name: str) -> tuple[HeldPicture, list[str]]:
        """Reads a picture and finds where people look; the second value names what had to go.

        Raises:
            PictureError: it cannot be read, or is over a limit.
        """
        picture = read_picture(data, name=name, limits=self.limits)
        held = HeldPicture(
            id=secrets.token_urlsafe(9),
            name=name,
            encoded=data,
            width=picture.width,
            height=picture.height,
            notes=picture.notes,
            map=map_of("auto", picture),
            picture=picture,
        )
        with self._lock:
            self._held[held.id] = held
            gone = self._let_go(held)
        return held, gone

    def get(self, name: str) -> HeldPicture:
        """The picture of that id. Raises GoneError."""
        with self._lock:
            held = self._held.get(name)
            if held is None:
                raise GoneError(
                    "this picture was let go to save memory; drop it here again to work on it"
                )
            self._held.move_to_end(name)
            return held

    def read(self, held: HeldPicture) -> Picture:
        """The picture as read, read once more where its pixels were let go."""
        picture = held.picture
        if picture is None:
            picture = read_picture(held.encoded, name=held.name, limits=self.limits)
            with self._lock:
                held.picture = picture
                self._let_go(held)
        return picture

    def window_map(self, held: HeldPicture) -> SaliencyMap:
        """The map that places crops, made when it is first asked for."""
        if held.window is None:
            held.window = window_map("auto", self.read(held))
        return held.window

    def remove(self, name: str) -> None:
        """Forgets a picture, where it is held."""
        with self._lock:
            self._held.pop(name, None)

    def _let_go(self, newest: HeldPicture) -> list[str]:
        """Keeps to the room; gives the names of the pictures that went, never the newest."""
        gone = []
        file_bytes = sum(len(each.encoded) for each in self._held.values())
        while len(self._held) > 1 and (
            len(self._held) > self.room.pictures or file_bytes > self.room.file_bytes
        ):
            _, old = self._held.popitem(last=False)
            file_bytes -= len(old.encoded)
            gone.append(old.name)
        pixel_bytes = 0
        for each in reversed(self._held.values()):
            if each.picture is None or each is newest:
                pixel_bytes += 0 if each.picture is None else each.picture.pixels.nbytes
                continue
            pixel_bytes += each.picture.pixels.nbytes
            if pixel_bytes > self.room.pixel_bytes:
                pixel_bytes -= each.picture.pixels.nbytes
                each.picture = each.subject = None
        return gone
