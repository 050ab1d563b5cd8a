"""Which partners there are and what each speaks. A new partner is one line here, or one more language beside it."""

from collections.abc import Mapping

import httpx

from core_adapters.external.billers.json_partner import JsonPartner, KeyLogin
from core_adapters.external.billers.partner import Partner
from core_adapters.external.billers.xml_partner import XmlPartner
from core_adapters.external.billers.xml_wire import XmlWire
from core_adapters.http import Service
from core_adapters.logins import PasswordLogin
from core_adapters.ports import Capability

USER = "teller"  # our name at the partners that want a name and a password
SETTLES_S = 3.0
TRUSTED = Capability("reference-dedup", "by-our-ref", SETTLES_S)
XML: Mapping[str, Capability] = {"mobile": TRUSTED, "tv": TRUSTED}
JSON: Mapping[str, Capability] = {"utilities": TRUSTED, "internet": TRUSTED, "transport": TRUSTED}


def partners(client: httpx.AsyncClient, url: str, secret: str) -> Mapping[str, Partner]:
    """All partners under ``url``. ``secret`` is the password of some and the key of others."""
    speaking: dict[str, Partner] = {
        name: XmlPartner(XmlWire(client, f"{url}/{name}/xml", PasswordLogin(USER, secret)), capability)
        for name, capability in XML.items()
    }
    for name, capability in JSON.items():
        speaking[name] = JsonPartner(Service(client, f"{url}/{name}", KeyLogin(secret)), capability)
    return speaking
