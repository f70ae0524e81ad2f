"""XMP packets: parsed, changed where the picture changed, and written with all else as it was.

Whatever cannot be parsed comes back as it is: no metadata spoil a picture.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from xml.dom import minidom
from xml.parsers.expat import ExpatError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP_NOTE = "http://ns.adobe.com/xmp/note/"
_DC, _XMP_RIGHTS = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/rights/"
_CC, _PLUS = "http://creativecommons.org/ns#", "http://ns.useplus.org/ldf/xmp/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
# What tells who made a picture, who owns it and what one may do with it; None: all of a name space.
_RIGHTS: dict[str, frozenset[str] | None] = {
    _DC: frozenset(("rights", "creator")),
    _XMP_RIGHTS: None,
    _CC: None,
    _PLUS: None,
    _PHOTOSHOP: frozenset(("Credit", "Source", "AuthorsPosition")),
    _IPTC_CORE: frozenset(("CreatorContactInfo",)),
}
_WRAPPER = re.compile(
    rb"\A(\s*<\?xpacket begin.*?\?>)?(.*?)(<\?xpacket end.*?\?>\s*)?\Z", re.DOTALL
)
_GUID = re.compile(rb"(HasExtendedXMP\s*(?:=\s*[\"']|>)\s*)[0-9A-Fa-f]{32}")


def changed_xmp(packet: bytes, change: Callable[[minidom.Element], bool]) -> bytes:
    """The packet after `change` of its root element, which tells whether anything was changed."""
    parsed = _parsed(packet)
    if parsed is None:
        return packet
    head, document, tail = parsed
    root = document.documentElement
    try:
        if root is None or not change(root):
            return packet
        written: str = root.toxml()
        return head + written.encode("utf-8") + tail
    except (RecursionError, ValueError):
        return packet


def rights_xmp(packet: bytes) -> bytes | None:
    """A packet with the properties of rights and creators alone; None where there are none."""
    parsed = _parsed(packet)
    if parsed is None or parsed[1].documentElement is None:
        return None
    kept, spaces = [], {"rdf": RDF}
    try:
        for description in descriptions(parsed[1].documentElement):
            for node in _properties(description):
                names = _RIGHTS.get(node.namespaceURI or "", frozenset())
                if names is not None and node.localName not in names:
                    continue
                kept.append(_as_element(node))
                spaces |= _spaces_of(node)
    except RecursionError:
        return None
    if not kept:
        return None
    declared = " ".join(
        f'xmlns:{prefix}="{_escaped(uri)}"' for prefix, uri in sorted(spaces.items())
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF + '">'
        f'<rdf:Description rdf:about="" {declared}>{"".join(kept)}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def with_extended_guid(packet: bytes, extended: bytes) -> bytes:
    """The packet pointing at this extended XMP, whose MD5 is its name (XMP part 3, 1.1.3.1)."""
    return _GUID.sub(lambda m: m[1] + extended_guid(extended), packet)


def without_extended_guid(packet: bytes) -> bytes:
    """The packet without its pointer at extended XMP that is missing."""

    def change(root: minidom.Element) -> bool:
        return remove_properties(root, lambda uri, name: (uri, name) == _POINTER)

    return changed_xmp(packet, change)


def pointing_packet(extended: bytes) -> bytes:
    """A packet that says no more than that all stands in this extended XMP."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF.encode() + b'">'
        b'<rdf:Description rdf:about="" xmlns:xmpNote="' + XMP_NOTE.encode() + b'" '
        b'xmpNote:HasExtendedXMP="' + extended_guid(extended) + b'"/></rdf:RDF></x:xmpmeta>'
    )


def extended_guid(extended: bytes) -> bytes:
    return hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode()


_POINTER = (XMP_NOTE, "HasExtendedXMP")


def descriptions(root: minidom.Element) -> Iterator[minidom.Element]:
    """The top descriptions of a packet, whose children and attributes are its properties."""
    for graph in [root, *root.getElementsByTagNameNS(RDF, "RDF")]:
        if (graph.namespaceURI, graph.localName) == (RDF, "RDF"):
            for child in list(graph.childNodes):
                if (child.namespaceURI, child.localName) == (RDF, "Description"):
                    assert isinstance(child, minidom.Element)
                    yield child


def remove_properties(root: minidom.Element, unwanted: Callable[[str, str], bool]) -> bool:
    """Removes each property that `unwanted` says so of, by name space and name."""
    found = False
    for description in descriptions(root):
        for node in _properties(description):
            if unwanted(node.namespaceURI or "", node.localName or ""):
                found = True
                if isinstance(node, minidom.Attr):
                    description.removeAttributeNode(node)
                else:
                    description.removeChild(node)
    return found


def values(element: minidom.Element, uri: str) -> dict[str, str]:
    """What the attributes and plain child elements of a structure say, by their local names."""
    found = {a.localName: a.value for a in _attributes(element) if a.namespaceURI == uri}
    for child in element.childNodes:
        if child.nodeType == child.ELEMENT_NODE and child.namespaceURI == uri:
            found[child.localName] = text_of(child).strip()
    return found


def set_value(element: minidom.Element, uri: str, name: str, value: str) -> None:
    """Sets an attribute or a plain child element, whichever there is."""
    if element.hasAttributeNS(uri, name):
        attribute = element.getAttributeNodeNS(uri, name)
        assert attribute is not None
        attribute.value = value
    for child in element.childNodes:
        if isinstance(child, minidom.Element) and (child.namespaceURI, child.localName) == (
            uri,
            name,
        ):
            set_text(child, value)


def text_of(element: minidom.Element) -> str:
    return "".join(n.data for n in element.childNodes if n.nodeType == n.TEXT_NODE)


def set_text(element: minidom.Element, value: str) -> None:
    for child in list(element.childNodes):
        element.removeChild(child)
    document = element.ownerDocument
    assert document is not None
    element.appendChild(document.createTextNode(value))


def _properties(
    description: minidom.Element,
) -> list[minidom.Element | minidom.Attr]:
    """Elements and attributes of a description, without RDF's own and name-space declarations."""
    attributes = [a for a in _attributes(description) if a.namespaceURI not in (RDF, _XMLNS, None)]
    elements = [c for c in description.childNodes if c.nodeType == c.ELEMENT_NODE]
    return [*attributes, *elements]


_XMLNS = "http://www.w3.org/2000/xmlns/"


def _attributes(element: minidom.Element) -> list[minidom.Attr]:
    items = (element.attributes.item(i) for i in range(element.attributes.length))
    return [item for item in items if isinstance(item, minidom.Attr)]


def _as_element(node: minidom.Element | minidom.Attr) -> str:
    if isinstance(node, minidom.Attr):
        return f"<{node.nodeName}>{_escaped(node.value)}</{node.nodeName}>"
    written: str = node.toxml()
    return written


def _spaces_of(node: minidom.Element | minidom.Attr) -> dict[str, str]:
    """The prefixes that a property uses, with their name spaces."""
    spaces: dict[str, str] = {}
    waiting: list[minidom.Element | minidom.Attr] = [node]
    while waiting:
        each = waiting.pop()
        if each.prefix and each.prefix not in ("xml", "xmlns"):
            spaces[each.prefix] = each.namespaceURI or ""
        if isinstance(each, minidom.Element):
            waiting += _attributes(each)
            waiting += [c for c in each.childNodes if c.nodeType == c.ELEMENT_NODE]
    return spaces


def _escaped(text: str) -> str:
    for plain, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(plain, escape)
    return text


def _parsed(packet: bytes) -> tuple[bytes, minidom.Document, bytes] | None:
    """The packet's wrapper and the document within; None where it is broken or not XMP.

    XMP has no document type, and without one there are no entities that could grow.
    """
    found = _WRAPPER.match(packet.rstrip(b"\0"))
    if found is None or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return None
    try:
        document = minidom.parseString(found[2])
    except (ExpatError, ValueError, LookupError, RecursionError):
        return None
    return found[1] or b"", document, found[3] or b""
