"""Which addresses of the network pictures may be fetched from.

A URL that a stranger writes must not reach what only this machine or its network reaches: loopback,
private and link-local addresses, among them those where clouds tell secrets, and their disguises in
IPv6. A name is resolved once, all its addresses are looked at, and the connection goes to one of
these: a name that answers otherwise a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

from foveate.service.refusals import RefusedError

Resolve = Callable[[str, int], list[str]]
_IPV4_INSIDE = (  # IPv6 addresses whose last 32 bits are one of IPv4
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052)
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible (RFC 4291)
)
_CLOSED = (  # special to IANA's registries or to clouds, and not known as such to every Python
    ipaddress.ip_network("192.0.0.0/24"),  # of protocols (RFC 6890); Oracle's clouds tell secrets
    ipaddress.ip_network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
    ipaddress.ip_network("168.63.129.16/32"),  # what Azure tells its machines
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 of a network's own (RFC 8215), in many layouts
    ipaddress.ip_network("fec0::/10"),  # site-local (RFC 3879)
    ipaddress.ip_network("3fff::/20"),  # documentation (RFC 9637)
    ipaddress.ip_network("5f00::/16"),  # segments of routing (RFC 9602)
)
_ISATAP = 0x5EFE
"""What stands before the last 32 bits of an address that holds one of IPv4 (RFC 5214)."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, whatever it is dressed as."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in _CLOSED):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and any(address in network for network in _IPV4_INSIDE):
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is None and address.teredo is not None:
            inside = address.teredo[1]
        if inside is None and int(address) >> 32 & 0xFDFF_FFFF == _ISATAP:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked_addresses(
    host: str, port: int, *, allow_private: bool, resolve: Resolve = resolved
) -> list[str]:
    """The addresses that a host may be reached at.

    Raises:
        RefusedError: it has none, or one of them is not public.
    """
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise RefusedError(502, f"{host}: has no address; check the name") from error
    if not addresses:
        raise RefusedError(502, f"{host}: has no address; check the name")
    if not allow_private and not all(map(is_public, addresses)):
        raise RefusedError(
            403, f"{host}: lies at an address that is not public, which is not allowed"
        )
    return addresses
