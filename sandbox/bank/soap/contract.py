"""The contract of the SOAP face: its WSDL as a file beside this one, the schema in it, and the operations."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lxml import etree

NAMESPACE = "urn:teller:core:1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_FILE = Path(__file__).with_name("core.wsdl")
_ADDRESS = b"http://localhost/"  # what stands in the file; the true address is put in when it is served

Action = Literal["NEW", "QUERY", "REVERSE"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `fault` is what the switches of faults call it."""

    name: str
    service: str
    function: str
    action: Action
    fault: str


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("CreateTransfer", "PAYMENTS", "PAYNEW", "NEW", "transfer"),
        Operation("QueryTransfer", "PAYMENTS", "PAYQRY", "QUERY", "enquiry"),
        Operation("ReverseTransfer", "PAYMENTS", "PAYREV", "REVERSE", "reversal"),
        Operation("QuoteTransfer", "PAYMENTS", "PAYFEE", "QUERY", "quote"),
        Operation("QueryBalance", "ACCOUNTS", "ACCBAL", "QUERY", "balance"),
        Operation("QueryCustomer", "CUSTOMERS", "CUSQRY", "QUERY", "customers"),
        Operation("OpenCard", "CARDS", "CRDNEW", "NEW", "application"),
        Operation("QueryOpening", "CARDS", "CRDQRY", "QUERY", "enquiry"),
    )
}


def wsdl(address: str) -> bytes:
    """The WSDL, for a core at this address (which is escaped)."""
    text = address.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return _FILE.read_bytes().replace(_ADDRESS, text.encode(), 1)


def schema() -> etree.XMLSchema:
    """The schema that every message fits."""
    found = etree.parse(_FILE).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    return etree.XMLSchema(found)
