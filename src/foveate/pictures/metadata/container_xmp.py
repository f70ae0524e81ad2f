"""XMP that tells what follows the picture in its file: gain maps and motion photos.

Android's "Ultra HDR" and "Motion Photo" formats 1.0 list the parts of the file with their lengths
in Container:Directory; an older one has GCamera:MicroVideoOffset. What is not in the file any more
must not be promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.dom import minidom

from foveate.pictures.metadata.xmp import RDF, changed_xmp, remove_properties, set_value, values

_HDR_GAIN_MAP = "http://ns.adobe.com/hdr-gain-map/1.0/"
_APPLE_GAIN_MAP = "http://ns.apple.com/HDRGainMap/1.0/"
_CAMERA = "http://ns.google.com/photos/1.0/camera/"
_CONTAINER = "http://ns.google.com/photos/1.0/container/"
_ITEM = "http://ns.google.com/photos/1.0/container/item/"
_SPACES = (_HDR_GAIN_MAP, _APPLE_GAIN_MAP, _CAMERA, _CONTAINER, _ITEM)
_VIDEO_PROPERTIES = ("MotionPhoto", "MicroVideo")
PRIMARY, GAIN_MAP, VIDEO = "Primary", "GainMap", "MotionPhoto"


def xmp_of_container(packet: bytes, lengths: Mapping[str, int | None]) -> bytes:
    """The packet of a file that still holds the parts named, and no other.

    Args:
        packet: as it came.
        lengths: GAIN_MAP and VIDEO, as far as the file holds them, with their new lengths in bytes;
            None where a length stays as it is told.
    """

    if not any(space.encode() in packet for space in _SPACES):
        return packet

    def unwanted(uri: str, name: str) -> bool:
        if uri in (_HDR_GAIN_MAP, _APPLE_GAIN_MAP):
            return GAIN_MAP not in lengths
        return uri == _CAMERA and name.startswith(_VIDEO_PROPERTIES) and VIDEO not in lengths

    def change(root: minidom.Element) -> bool:
        changed = remove_properties(root, unwanted)
        for item in root.getElementsByTagNameNS(RDF, "li"):
            changed |= _change_item(item, lengths)
        if not lengths:
            changed |= remove_properties(root, lambda uri, name: uri == _CONTAINER)
        return changed

    return changed_xmp(packet, change)


def _change_item(item: minidom.Element, lengths: Mapping[str, int | None]) -> bool:
    """Brings an item of Container:Directory up to date, or removes it."""
    changed = False
    for element in [item, *item.getElementsByTagName("*")]:
        found = values(element, _ITEM)
        semantic = found.get("Semantic")
        if semantic is None:
            continue
        if semantic != PRIMARY and semantic not in lengths:
            if item.parentNode is not None:
                item.parentNode.removeChild(item)
            return True
        length = 0 if semantic == PRIMARY else lengths.get(semantic)
        if length is not None and found.get("Length") not in (None, str(length)):
            set_value(element, _ITEM, "Length", str(length))
            changed = True
        if found.get("Padding", "0") != "0" and semantic != VIDEO:  # parts follow without gaps
            set_value(element, _ITEM, "Padding", "0")
            changed = True
    return changed
