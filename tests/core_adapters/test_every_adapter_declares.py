"""The contract of all adapters, those of a new folder included: each says how far it can be trusted."""

import inspect
from importlib import import_module
from pkgutil import walk_packages

import pytest

import core_adapters
from core_adapters.ports import Capability

SPEAKING = ("perform", "pay", "send")  # an adapter has one of these, and others around it have none


def adapters() -> list[type]:
    """The classes of ``internal``, ``external`` and ``operations`` that send something with an effect somewhere."""
    found: dict[str, type] = {}
    for module in walk_packages(core_adapters.__path__, "core_adapters."):
        if not module.name.startswith(("core_adapters.internal", "core_adapters.external")):
            continue
        for name, each in inspect.getmembers(import_module(module.name), inspect.isclass):
            own = each.__module__ == module.name and not getattr(each, "_is_protocol", False)
            outermost = hasattr(each, "name") or {"service", "wire"} & inspect.get_annotations(each).keys()
            if own and outermost and any(callable(getattr(each, verb, None)) for verb in SPEAKING):
                found[f"{module.name}.{name}"] = each
    return list(found.values())


ADAPTERS = adapters()


def test_they_are_found_by_themselves() -> None:
    names = {each.__name__ for each in ADAPTERS}
    assert names >= {
        "SandboxBank",
        "SoapBank",
        "FineractBank",
        "BillPayments",
        "JsonPartner",
        "XmlPartner",
        "SmsGateway",
    }


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.__name__)
def test_an_adapter_says_how_far_it_can_be_trusted(adapter: type) -> None:
    declared = getattr(adapter, "capability", None)
    if isinstance(declared, Capability):
        assert declared.settle_bound_s > 0
    else:  # told by whoever makes it: a field, or what is worked out of others
        assert "capability" in adapter.__annotations__ or isinstance(declared, property)
