"""Which addresses a fetch may reach: checked on the socket that is about to connect, so no name can get around it."""

import ipaddress
import socket
from typing import Any

from transforms.errors import MeetwireError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


class BlockedAddressError(MeetwireError, OSError):
    """The host lies on an address that feeds must not reach."""


def is_public(address: str) -> bool:
    """True for an address of the open internet: not private, loopback, link-local, reserved or a disguise of these."""
    return refusal(address) is None


def refusal(address: str) -> str | None:
    """What kind of address that feeds must not reach ``address`` is (``a loopback address``); None for a public one."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip in _SIX_TO_FOUR:
            ip = ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF)
        elif ip.teredo:
            ip = ip.teredo[1]
    for kind, applies in (
        ("an unspecified", ip.is_unspecified),
        ("a loopback", ip.is_loopback),
        ("a link-local", ip.is_link_local),
        ("a multicast", ip.is_multicast),
        ("a reserved", ip.is_reserved),
        ("a private", ip.is_private),
        ("a special-purpose", not ip.is_global),
    ):
        if applies:
            return f"{kind} address"
    return None


def guarded_socket(address_info: Any) -> socket.socket:
    """The socket for one address that was resolved, or a refusal before anything is sent.

    Raises:
        BlockedAddressError: the address is not public.
    """
    family, kind, protocol, _, place = address_info
    why = refusal(str(place[0]))
    if why is not None:
        raise BlockedAddressError(f"{place[0]} is {why}; allow it with fetch.allow_hosts")
    return socket.socket(family, kind, protocol)
