"""Fetches a file that a caller names by its address, and lets nobody use us to look into the bank's own network.

A host's name is resolved here, every address it has must be a public one, and the connection goes to the address that
was looked at: a name that changes its mind between the two gains nothing. Each redirect is looked at anew.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

TIMEOUT_S = 10.0  # for each wait; the whole may take TOTAL_S
TOTAL_S = 20.0  # the caller waits for the answer all the while
REDIRECTS_MAX = 3
FILE_BYTES_MAX = 25_000_000  # the most that all four messengers together deliver as a document
NAME_CHARS_MAX = 100


class Unfetchable(Exception):
    """The file cannot be had. The text says why and what to do; it never repeats the address."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as its server gave it. ``mime`` is what the server says it is."""

    data: bytes = field(repr=False)
    mime: str
    file_name: str


class Fetcher:
    """``inside`` lets it reach this machine, and without TLS: in sandbox mode alone."""

    def __init__(self, inside: bool = False) -> None:
        self._inside = inside
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def fetch(self, url: str) -> Fetched:
        """The file at the address. Raises Unfetchable."""
        try:
            async with asyncio.timeout(TOTAL_S):
                return await self._fetched(httpx.URL(url))
        except TimeoutError:
            raise Unfetchable("its server is too slow; keep the file with us and send its media_id") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unfetchable("its server does not answer; look whether the address is right") from None

    async def _fetched(self, url: httpx.URL) -> Fetched:
        for _ in range(REDIRECTS_MAX + 1):
            address = await self._address(url)
            request = self._client.build_request("GET", url.copy_with(host=address))
            request.headers["host"] = url.netloc.decode("ascii")
            request.extensions["sni_hostname"] = url.host
            answer = await self._client.send(request, stream=True)
            try:
                if answer.has_redirect_location:
                    url = url.join(answer.headers["location"])
                    continue
                if answer.status_code != httpx.codes.OK:
                    raise Unfetchable(f"its server answers {answer.status_code}; look whether the address is right")
                mime = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Fetched(await _body(answer), mime, unquote(url.path.rpartition("/")[2])[:NAME_CHARS_MAX])
            finally:
                await answer.aclose()
        raise Unfetchable("its server sends from one address to the next; name the file's own address")

    async def _address(self, url: httpx.URL) -> str:
        """An address of the host that may be spoken to. Raises Unfetchable."""
        if url.scheme not in ("https", "http") or not url.host or url.userinfo:
            raise Unfetchable("it leads to something that is no web address; write https://host/path")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unfetchable("there is no such host; look whether the address is right") from None
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if self._inside and all(_mapped(address).is_loopback for address in addresses):
            return str(addresses[0])
        if not addresses or not all(_is_public(address) for address in addresses):
            raise Unfetchable("its host is not on the public Internet; keep the file with us and send its media_id")
        if url.scheme != "https":
            raise Unfetchable("it is not encrypted on its way; write https://")
        return str(addresses[0])


def _mapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    plain = _mapped(address)
    nat64 = ipaddress.ip_network("64:ff9b::/96")
    translated = isinstance(plain, ipaddress.IPv6Address) and plain in nat64
    return plain.is_global and not plain.is_multicast and not translated


async def _body(answer: httpx.Response) -> bytes:
    """At most FILE_BYTES_MAX, whatever the server says beforehand."""
    said = answer.headers.get("content-length", "")
    if said.isdigit() and int(said) > FILE_BYTES_MAX:
        raise _too_large()
    chunks, size = [], 0
    async for chunk in answer.aiter_bytes():
        size += len(chunk)
        if size > FILE_BYTES_MAX:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> Unfetchable:
    return Unfetchable(f"it is larger than {FILE_BYTES_MAX // 1_000_000} MB; send a smaller one")
