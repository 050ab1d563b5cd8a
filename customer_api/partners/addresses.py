"""Where we may send: public https addresses on their own port, and nothing inside the bank's network.

An address is checked when it is registered and again each time something is sent: the name is resolved, every answer
must be public, and the connection goes to the very address that was checked, so that a name cannot change its mind in
between. The sandbox's own partner is on the loopback; it is let through by its whole address, in sandbox mode only.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

URL_MAX = 500
RESOLVE_S = 3.0
# Networks that carry another address inside, which a gateway on the way may reach.
CARRIERS = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
NOT_PUBLIC = (".local", ".internal", ".localhost", ".localdomain", ".home.arpa", ".onion")

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class AddressRefused(ValueError):
    """Nothing is sent there. The text says why."""


async def resolve(host: str) -> Sequence[str]:
    """All addresses of a name, as this machine sees them. Raises OSError."""
    async with asyncio.timeout(RESOLVE_S):
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


@dataclass(frozen=True, slots=True)
class Target:
    """An address to connect to, the name to ask it for, and the URL as it is registered."""

    url: httpx.URL
    address: str | None

    @property
    def connect_to(self) -> httpx.URL:
        """The URL with the checked address in the place of the name."""
        return self.url if self.address is None else self.url.copy_with(host=self.address)

    @property
    def headers(self) -> dict[str, str]:
        return {"host": self.url.netloc.decode("ascii")}

    @property
    def extensions(self) -> dict[str, str]:
        """The certificate must be of the name, not of the address."""
        return {} if self.address is None else {"sni_hostname": self.url.raw_host.decode("ascii")}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rules. ``sandbox_url`` is the root of the sandbox's partner, empty outside of it."""

    sandbox_url: str = ""
    resolve: Resolve = resolve

    def checked(self, text: str) -> httpx.URL:
        """A URL that may be registered, as far as its text tells.

        :raises AddressRefused: saying what is wrong with it.
        """
        if len(text) > URL_MAX or not text.isascii() or not text.isprintable() or "\\" in text or " " in text:
            raise AddressRefused(f"url: plain ASCII of at most {URL_MAX} characters")
        try:
            url = httpx.URL(text)
        except httpx.InvalidURL:
            raise AddressRefused("url: this is none") from None
        if not self._is_sandbox(url):
            _check_form(url)
        return url

    async def target(self, text: str) -> Target:
        """Where to connect to now.

        :raises AddressRefused: also when the name leads anywhere inside.
        :raises OSError: when the name cannot be resolved.
        """
        url = self.checked(text)
        if self._is_sandbox(url):
            return Target(url, None)
        addresses = await self.resolve(url.host)
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:
            if not is_public(address):
                raise AddressRefused("url: its name leads into a private network")
        return Target(url, addresses[0])

    def _is_sandbox(self, url: httpx.URL) -> bool:
        if not self.sandbox_url:
            return False
        ours = httpx.URL(self.sandbox_url)
        same_place = (url.scheme, url.host, url.port) == (ours.scheme, ours.host, ours.port)
        path = url.raw_path.decode("ascii")
        is_below = path.startswith(ours.path.rstrip("/") + "/") and ".." not in path and "%" not in path.split("?")[0]
        return same_place and is_below and not url.userinfo


def _check_form(url: httpx.URL) -> None:
    if url.scheme != "https":
        raise AddressRefused("url: https only")
    if url.userinfo or url.fragment:
        raise AddressRefused("url: without a name, a password or a fragment")
    if url.port not in (None, 443):
        raise AddressRefused("url: the port of https only")
    host = url.host.rstrip(".").lower()
    if _is_address(host):
        raise AddressRefused("url: a name, not an address")
    last = host.rpartition(".")[2]
    if "." not in host or host.endswith(NOT_PUBLIC) or (not last.strip("0123456789abcdefx") and last[:1].isdigit()):
        raise AddressRefused("url: a name that the Internet knows")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Whether an address is one of the Internet's, and not one of ours in disguise."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if any(address in net for net in CARRIERS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
