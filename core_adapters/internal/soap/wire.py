"""One SOAP exchange: zeep makes and reads the messages, this decides what may leave and what may come in.

The contract is the file beside this one; nothing is fetched at run time. A message of ours that does not fit the
contract does not leave. A reply is bounded in bytes and time, is neither compressed nor redirected, has no document
type, and fits the contract, before zeep sees it.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.helpers import serialize_object
from zeep.proxy import AsyncServiceProxy

from core_adapters.breaker import Call
from core_adapters.failures import BankFailure, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import MAYBE_AT_WORK, NOT_SENT, REPLY_BYTES_MAX, Service
from core_adapters.internal.soap import codes

CONTRACT = Path(__file__).with_name("core.wsdl")
NAMESPACE = "urn:teller:core:1"
ANSWER_S = 15.0  # for the whole exchange: the read timeout alone lets a core drip for ever
XML = frozenset({"text/xml"})  # SOAP 1.1
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_XSD = "{http://www.w3.org/2001/XMLSchema}"

Document = Mapping[str, Any]


class Wire:
    """A core at ``service``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._schema = etree.XMLSchema(etree.parse(CONTRACT).find(f".//{_XSD}schema"))
        settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self._client = zeep.AsyncClient(  # type: ignore[no-untyped-call]
            str(CONTRACT), transport=_Transport(service, self._schema), settings=settings
        )
        binding = self._client.wsdl.bindings[f"{{{NAMESPACE}}}CoreBinding"]
        # The client's own create_service makes a blocking proxy, and its bind takes the address from the WSDL.
        self._core = AsyncServiceProxy(self._client, binding, address=service.url)  # type: ignore[no-untyped-call]

    def rest_s(self) -> float:
        """Seconds until an order may be sent; 0: now."""
        return self._service.rest_s()

    async def exchange(self, operation: str, header: Document, body: Document) -> Document:
        """Send one message, once; the answer's Header, Body, Errors and Warnings. Raises BankFailure."""
        message = {"Header": dict(header), "Body": dict(body)}
        self._must_fit(operation, message)
        try:
            answer = await self._core[operation](**message)
        except BankFailure:
            raise
        except Fault as fault:
            raise _of_fault(fault) from None
        except Exception as error:  # whatever zeep stumbles over: the message has left
            raise Unclear(type(error).__name__) from None
        read = serialize_object(answer, dict)  # type: ignore[no-untyped-call]
        if not isinstance(read, dict):
            raise Unclear("the answer is no message")
        return read

    def _must_fit(self, operation: str, message: Document) -> None:
        """Make the message and look at it, before a byte leaves. Values are never in the failure."""
        try:
            envelope = self._client.create_message(self._core, operation, **message)  # type: ignore[no-untyped-call]
            fits = self._schema.validate(envelope.find(f"{_SOAP}Body")[0])
        except Exception as error:
            raise Refused(f"{operation} cannot be written: {type(error).__name__}") from None
        if not fits:
            raise Refused(f"{operation} does not fit the contract")


class _Transport:
    """What zeep asks of a transport, over our httpx client."""

    def __init__(self, service: Service, schema: etree.XMLSchema) -> None:
        self._service = service
        self._schema = schema

    def load(self, url: object) -> bytes:
        """The contract, and nothing that it or an answer points at."""
        if str(url) != str(CONTRACT):
            raise ValueError("only the contract beside this file is read")
        return CONTRACT.read_bytes()

    async def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> httpx.Response:
        """Raises BankFailure."""
        data = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        with self._service.breaker.call() as call:
            answer = await self._answered(call, address, data, headers)
        _must_be_a_message(answer, self._schema)
        return answer

    async def _answered(self, call: Call, address: str, data: bytes, headers: Mapping[str, str]) -> httpx.Response:
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await self._exchange(address, data, headers)
        except NOT_SENT as error:
            call.health = "ill"
            raise Unavailable(type(error).__name__) from None
        except (httpx.TransportError, TimeoutError) as error:
            call.health = "ill"
            raise Unclear(type(error).__name__) from None
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise Unclear(type(error).__name__) from None
        # A fault is a 500 too, and comes from a core that is awake; a page with 500 does not.
        awake = answer.status_code < 500 or (answer.status_code == 500 and _is_xml(answer))
        call.health = "well" if awake else "ill"
        return answer

    async def _exchange(self, address: str, data: bytes, headers: Mapping[str, str]) -> httpx.Response:
        # Unpacked, a small reply may be endless, so none is taken that is packed.
        asked = {**headers, "Accept-Encoding": "identity"}
        login = self._service.login
        async with self._service.client.stream("POST", address, content=data, headers=asked, auth=login) as answer:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise ValueError("the answer is packed")
            read = bytearray()
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) > REPLY_BYTES_MAX:
                    raise ValueError("the answer is too large")
            kind = answer.headers.get("content-type", "")
            return httpx.Response(answer.status_code, headers={"content-type": kind}, content=bytes(read))


def _must_be_a_message(answer: httpx.Response, schema: etree.XMLSchema) -> None:
    """A 200 or 500 with XML that the contract allows, or a fault. Raises TurnedAway or Unclear."""
    status = answer.status_code
    if 400 <= status < 500 and status not in MAYBE_AT_WORK:
        # 404 too: it is the address that is unknown, which says nothing of a reference.
        raise TurnedAway(f"HTTP {status}")
    if status not in (200, 500):
        raise Unclear(f"HTTP {status}")
    if not _is_xml(answer):
        raise Unclear("the answer is not XML by its label")
    inside = _inside(answer.content)
    if inside.tag != f"{_SOAP}Fault" and not schema.validate(inside):
        raise Unclear("the answer does not fit the contract")


def _is_xml(answer: httpx.Response) -> bool:
    return answer.headers["content-type"].partition(";")[0].strip().lower() in XML


def _inside(data: bytes) -> Any:
    """The one element in the envelope's body, read as if an enemy had written it. Raises Unclear."""
    # A document type is refused before the parser sees it; a NUL is UTF-16, in which it would not be seen.
    if b"<!DOCTYPE" in data or b"\x00" in data:
        raise Unclear("the answer has a document type or is not UTF-8")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unclear("the answer is not well-formed XML") from None
    found = root.findall(f"{_SOAP}Body/*") if root.tag == f"{_SOAP}Envelope" else []
    if len(found) != 1 or root.getroottree().docinfo.doctype:
        raise Unclear("the answer is no envelope with one message")
    return found[0]


def _of_fault(fault: Fault) -> BankFailure:
    """A fault whose detail has a code that the contract lists was not taken; after another it may have happened."""
    detail = fault.detail
    code = detail.findtext(f"{{{NAMESPACE}}}Refusal/{{{NAMESPACE}}}ECODE") if etree.iselement(detail) else None
    return TurnedAway(f"fault {code}") if code in codes.NOT_TAKEN else Unclear("a fault")
