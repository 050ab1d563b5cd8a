"""Reads and writes SOAP 1.1 messages. What comes in is read as if an enemy had written it: no document type, no
entities, no network, no huge trees, and nothing that the contract's schema does not allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from sandbox.bank.soap import contract
from sandbox.bank.soap.contract import NAMESPACE, SOAP, Operation
from sandbox.failures import BadInput

BODY_MAX_BYTES = 64 * 1024
Tree = Mapping[str, "str | int | Tree | Sequence[Tree] | None"]

_SCHEMA = contract.schema()


@dataclass(frozen=True, slots=True)
class Message:
    """A request that fits the schema. A card number may be in `body`, so it never shows."""

    operation: Operation
    header: Mapping[str, str]
    body: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Message({self.operation.name})"


def read(data: bytes) -> Message:
    """The message in a SOAP envelope.

    :raises BadInput: saying what is wrong; values are not repeated.
    """
    message = _inside(_parsed(data))
    if not _SCHEMA.validate(message):
        raise BadInput(f"The message does not fit the schema near line {_SCHEMA.error_log[0].line}.")
    operation = contract.OPERATIONS.get(etree.QName(message).localname)
    if operation is None:
        raise BadInput("The body holds no operation of this core.")
    header, body = message
    return Message(operation, _texts(header), _texts(body))


def _parsed(data: bytes) -> etree._Element:
    if len(data) > BODY_MAX_BYTES:
        raise BadInput(f"The message is longer than {BODY_MAX_BYTES} bytes.")
    # Refused before the parser sees it: entities expand in attributes even where they do not in text. A NUL is UTF-16.
    if b"<!DOCTYPE" in data or b"\x00" in data:
        raise BadInput("The message has a document type or is not UTF-8.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadInput("The message is not well-formed XML.") from None
    if root.getroottree().docinfo.doctype:
        raise BadInput("The message has a document type.")
    return root


def _inside(root: etree._Element) -> etree._Element:
    """The one element in the envelope's body."""
    body = root.find(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else None
    if body is None or len(body) != 1:
        raise BadInput("The message is no SOAP 1.1 envelope with one element in its body.")
    return body[0]


def _texts(element: etree._Element) -> dict[str, str]:
    return {etree.QName(child).localname: (child.text or "").strip() for child in element}


def reply(operation: Operation, parts: Tree) -> bytes:
    """An envelope with the answer to an operation."""
    return _sealed(_element(f"{operation.name}Response", parts))


def fault(who: str, code: str, text: str) -> bytes:
    """An envelope with a fault; `who` is `Client` or `Server`."""
    node = etree.Element(f"{{{SOAP}}}Fault")
    etree.SubElement(node, "faultcode").text = f"soap:{who}"
    etree.SubElement(node, "faultstring").text = text
    etree.SubElement(node, "detail").append(_element("Refusal", {"ECODE": code, "EDESC": text}))
    return _sealed(node)


def _sealed(inside: etree._Element) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "t": NAMESPACE})
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(inside)
    etree.cleanup_namespaces(envelope, keep_ns_prefixes=["soap"])
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _element(name: str, content: object) -> etree._Element:
    """A mapping becomes children in its order, a sequence the same child again and again; None is left out."""
    node = etree.Element(f"{{{NAMESPACE}}}{name}")
    if isinstance(content, Mapping):
        for child, value in content.items():
            for each in value if isinstance(value, list | tuple) else [value]:
                if each is not None:
                    node.append(_element(child, each))
    else:
        node.text = str(content)
    return node
