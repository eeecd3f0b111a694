"""Which addresses a fetch may reach: checked on the socket that is about to connect, so no name can get around it."""

import ipaddress
import socket
from typing import Any

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


class BlockedAddressError(OSError):
    """The host lies on an address that feeds must not reach."""


def is_public(address: str) -> bool:
    """True for an address of the open internet: not private, loopback, link-local, reserved or a disguise of these."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip in _SIX_TO_FOUR:
            ip = ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF)
        elif ip.teredo:
            ip = ip.teredo[1]
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def guarded_socket(address_info: Any) -> socket.socket:
    """The socket for one address that was resolved, or a refusal before anything is sent.

    Raises:
        BlockedAddressError: the address is not public.
    """
    family, kind, protocol, _, place = address_info
    if not is_public(str(place[0])):
        raise BlockedAddressError(f"{place[0]} is not a public address")
    return socket.socket(family, kind, protocol)
