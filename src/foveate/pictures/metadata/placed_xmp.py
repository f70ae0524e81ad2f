"""XMP of a picture that was turned or cut: dimensions and marked regions follow its pixels."""

from __future__ import annotations

from xml.dom import minidom

from foveate.pictures.metadata.placement import Placement, placed_subject
from foveate.pictures.metadata.xmp import RDF, changed_xmp, set_text, set_value, text_of, values

_AREA = "http://ns.adobe.com/xmp/sType/Area#"
_DIMENSIONS = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
_TIFF, _EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
_MICROSOFT = "http://ns.microsoft.com/photo/1.2/t/Region#"
_IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_WIDTHS = ((_TIFF, "ImageWidth"), (_EXIF, "PixelXDimension"))
_HEIGHTS = ((_TIFF, "ImageLength"), (_EXIF, "PixelYDimension"))
_CORNERS = "rbVertices"
_SUBJECTS = ("SubjectArea", "SubjectLocation")


def placed_xmp(packet: bytes, placement: Placement) -> bytes:
    """The packet of the picture that was made by a `Placement`.

    Moved are the regions of the Metadata Working Group (mwg-rs), Microsoft's and IPTC's, and the
    dimensions that they and the packet tell. What a cut leaves of a region stays, and a region that
    is cut off goes. A packet that tells no places comes back as it is.
    """
    if placement.changes_nothing:
        return packet

    def change(root: minidom.Element) -> bool:
        changed = False
        gone: list[minidom.Element] = []
        for element in [root, *root.getElementsByTagName("*")]:
            for place in _PLACES:
                there = place(element, placement)
                changed |= there is not None
                if there is False:
                    gone.append(element)
            changed |= _set_dimensions(element, placement)
        for element in gone:
            _remove(element)
        return changed

    return changed_xmp(packet, change)


def _numbers(found: dict[str, str], names: tuple[str, ...]) -> list[float] | None:
    try:
        return [float(found[name]) for name in names]
    except (KeyError, ValueError):
        return None


# Each of these moves one kind of region: None where the element is none of it, else whether
# anything of the region is there.


def _place_area(element: minidom.Element, placement: Placement) -> bool | None:
    """stArea: the middle of a region, and its width and height or its diameter."""
    found = values(element, _AREA)
    middle = _numbers(found, ("x", "y"))
    if middle is None:
        return None
    unit = found.get("unit", "normalized")
    if unit not in ("normalized", "pixel"):
        return None
    pixels = unit == "pixel"
    (across, down), (new_across, new_down) = _units(placement, pixels)
    x, y = middle[0] / across, middle[1] / down
    size = _numbers(found, ("w", "h"))
    if size is None:
        point = placement.point(x, y)
        if point is None:
            return False
        parts = {"x": point[0] * new_across, "y": point[1] * new_down}
        if (diameter := _numbers(found, ("d",))) is not None:
            parts["d"] = diameter[0] * _stretch_across(placement, pixels)
    else:
        w, h = size[0] / across, size[1] / down
        box = placement.box(x - w / 2, y - h / 2, w, h)
        if box is None:
            return False
        x, y, w, h = box
        parts = {"x": (x + w / 2) * new_across, "y": (y + h / 2) * new_down}
        parts |= {"w": w * new_across, "h": h * new_down}
    _set_all(element, _AREA, parts)
    return True


def _place_rectangle(element: minidom.Element, placement: Placement) -> bool | None:
    """MPReg:Rectangle, "x, y, width, height" from the upper left corner, in shares."""
    text = values(element, _MICROSOFT).get("Rectangle", "")
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        return None
    box = placement.box(x, y, width, height)
    if box is None:
        return False
    set_value(element, _MICROSOFT, "Rectangle", ", ".join(_written(v) for v in box))
    return True


def _place_boundary(element: minidom.Element, placement: Placement) -> bool | None:
    """Iptc4xmpExt:RegionBoundary: rectangles and circles, in shares or pixels."""
    found = values(element, _IPTC_EXT)
    point = _numbers(found, ("rbX", "rbY"))
    if point is None or _is_corner(element):
        return None
    pixels = found.get("rbUnit") == "pixel"
    (across, down), (new_across, new_down) = _units(placement, pixels)
    x, y = point[0] / across, point[1] / down
    size = _numbers(found, ("rbW", "rbH"))
    if size is not None:
        box = placement.box(x, y, size[0] / across, size[1] / down)
        if box is None:
            return False
        x, y, w, h = box
        parts = {"rbX": x * new_across, "rbY": y * new_down}
        parts |= {"rbW": w * new_across, "rbH": h * new_down}
    else:
        moved = placement.point(x, y)
        if moved is None:
            return False
        parts = {"rbX": moved[0] * new_across, "rbY": moved[1] * new_down}
        if (radius := _numbers(found, ("rbRx",))) is not None:
            parts["rbRx"] = radius[0] * _stretch_across(placement, pixels)
    _set_all(element, _IPTC_EXT, parts)
    return True


def _place_corners(element: minidom.Element, placement: Placement) -> bool | None:
    """Iptc4xmpExt:rbVertices within a RegionBoundary: a polygon's corners, each held inside."""
    corners = [
        (corner, point)
        for corner in element.getElementsByTagName("*")
        if _is_corner(corner, element)
        and (point := _numbers(values(corner, _IPTC_EXT), ("rbX", "rbY"))) is not None
    ]
    if not corners:
        return None
    pixels = values(element, _IPTC_EXT).get("rbUnit") == "pixel"
    (across, down), (new_across, new_down) = _units(placement, pixels)
    moved = [placement.move(x / across, y / down) for _, (x, y) in corners]
    if placement.cuts:
        xs, ys = zip(*moved, strict=True)
        if max(xs) <= 0 or min(xs) >= 1 or max(ys) <= 0 or min(ys) >= 1:
            return False
        moved = [(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in moved]
    for (corner, _), (x, y) in zip(corners, moved, strict=True):
        _set_all(corner, _IPTC_EXT, {"rbX": x * new_across, "rbY": y * new_down})
    return True


def _place_subject(element: minidom.Element, placement: Placement) -> bool | None:
    """exif:SubjectArea and exif:SubjectLocation, lists of numbers as EXIF has them."""
    if element.namespaceURI != _EXIF or element.localName not in _SUBJECTS:
        return None
    items = list(element.getElementsByTagNameNS(RDF, "li"))
    try:
        subject = [int(text_of(item)) for item in items]
    except ValueError:
        return None
    if not 2 <= len(subject) <= 4:
        return None
    placed = placed_subject(subject, placement)
    for item, value in zip(items, placed or (), strict=False):
        set_text(item, str(value))
    return placed is not None


_PLACES = (_place_area, _place_rectangle, _place_boundary, _place_corners, _place_subject)


def _is_corner(element: minidom.Element, boundary: minidom.Element | None = None) -> bool:
    """Whether an element lies in a list of corners; with `boundary`, in that of this element."""
    node = element.parentNode
    while isinstance(node, minidom.Element):
        if (node.namespaceURI, node.localName) == (_IPTC_EXT, _CORNERS):
            return boundary is None or node.parentNode is boundary
        node = node.parentNode
    return False


def _units(placement: Placement, pixels: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    """What numbers are divided by to be shares, before and after."""
    return (placement.before, placement.after) if pixels else ((1, 1), (1, 1))


def _stretch_across(placement: Placement, pixels: bool) -> float:
    """How lengths that are told in pixels or in shares of the width change."""
    if pixels:
        return placement.resized[0]
    return placement.resized[0] * placement.before[0] / placement.after[0]


def _remove(element: minidom.Element) -> None:
    """Takes a region out of its list; one that stands alone loses all that it says."""
    node = element
    while isinstance(node.parentNode, minidom.Element):
        if (node.namespaceURI, node.localName) == (RDF, "li"):
            node.parentNode.removeChild(node)
            return
        node = node.parentNode
    if element.parentNode is not None and element.parentNode is not element.ownerDocument:
        element.parentNode.removeChild(element)


def _set_dimensions(element: minidom.Element, placement: Placement) -> bool:
    changed = False
    width, height = placement.after
    for names, value in ((_WIDTHS, width), (_HEIGHTS, height)):
        for uri, name in names:
            if name in values(element, uri):
                set_value(element, uri, name, str(value))
                changed = True
    found = values(element, _DIMENSIONS)
    if "w" in found and "h" in found and (placement.transposed or placement.cuts):
        new = (found["h"], found["w"])
        if placement.cuts:
            new = (str(width), str(height))
        set_value(element, _DIMENSIONS, "w", new[0])
        set_value(element, _DIMENSIONS, "h", new[1])
        changed = True
    return changed


def _set_all(element: minidom.Element, uri: str, parts: dict[str, float]) -> None:
    for name, value in parts.items():
        set_value(element, uri, name, _written(value))


def _written(value: float) -> str:
    """At most six decimals: a hundredth of a pixel of the largest picture."""
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"
