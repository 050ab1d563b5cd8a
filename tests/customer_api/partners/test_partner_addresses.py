"""Where we send: public https names alone, checked when they are registered and again when they are resolved."""

from collections.abc import Sequence

import httpx
import pytest

from customer_api.partners.addresses import Addresses, AddressRefused, is_public

SANDBOX = "http://127.0.0.1:8080/sandbox/partner"


def leading_to(*found: str) -> Addresses:
    """Addresses of a world in which every name leads there."""

    async def resolve(host: str) -> Sequence[str]:
        return found

    return Addresses(resolve=resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
async def test_a_name_that_leads_inside_is_refused_when_something_is_sent(address: str) -> None:
    assert not is_public(address)
    for found in ((address,), ("93.184.215.14", address)):
        with pytest.raises(AddressRefused, match="private network"):
            await leading_to(*found).target("https://hooks.books.example/teller")


async def test_the_connection_goes_to_the_very_address_that_was_checked() -> None:
    target = await leading_to("93.184.215.14").target("https://hooks.books.example/teller?a=1")
    assert target.connect_to == httpx.URL("https://93.184.215.14/teller?a=1")
    assert target.headers == {"host": "hooks.books.example"}
    assert target.extensions == {"sni_hostname": "hooks.books.example"}


async def test_a_public_address_of_the_new_kind_is_one() -> None:
    target = await leading_to("2606:4700::6810:1").target("https://hooks.books.example/teller")
    assert target.connect_to.host == "2606:4700::6810:1"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.books.example/", "https://hooks.books.example:444/", "https://a:b@hooks.books.example/",
        "https://hooks.books.example/#x", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://0/",
        "https://127.1/", "https://017700000001/", "https://localhost/", "https://books/", "https://x.internal/",
        "https://hooks.books.example\\@127.0.0.1/", "https://hooks.books.example/ x", "//hooks.books.example",
        "file:///etc/passwd", "https://", "https://хост.example/", "https://x.example/" + "a" * 500,
    ],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Addresses().checked(url)


@pytest.mark.parametrize(
    ("url", "is_let_through"),
    [
        (f"{SANDBOX}/webhooks", True),
        (f"{SANDBOX}/../bank/v1/transfers", False),
        (f"{SANDBOX}/%2e%2e/bank", False),
        ("http://127.0.0.1:8080/sandbox/partners", False),
        ("http://127.0.0.1:8081/sandbox/partner/webhooks", False),
        ("http://user@127.0.0.1:8080/sandbox/partner/webhooks", False),
        ("http://localhost:8080/sandbox/partner/webhooks", False),
    ],
)
async def test_on_the_loopback_only_the_sandboxs_partner_is_let_through(url: str, is_let_through: bool) -> None:
    addresses = Addresses(SANDBOX)
    if is_let_through:
        assert (await addresses.target(url)).connect_to == httpx.URL(url)
        with pytest.raises(AddressRefused):
            Addresses().checked(url)
    else:
        with pytest.raises(AddressRefused):
            addresses.checked(url)
