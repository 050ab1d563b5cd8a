"""Whether those outside answer us: the messengers with our tokens, the bank's core, Keycloak; and the way traces go."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping

import httpx

from bot.finding import Finding
from bot.keycloak import issuer_of
from bot.settings import Settings, messengers_on
from bot.settings.made_up import own_url
from channels.graph.client import VERSION

ASK_S = 5.0
REFUSED = (400, 401, 403, 404)  # Telegram answers 404 to a token that it cannot read
LOGGED_OUT = (401, 403)
GRAPH = f"v{VERSION}.0"
VIBER_OK = 0

# How each platform is asked who we are, with our token. What is asked changes nothing.
Ask = Callable[[Settings], httpx.Request]
WHO_WE_ARE: Mapping[str, Ask] = {
    "telegram": lambda s: httpx.Request(
        "GET", f"{s.telegram.api_url}/bot{s.telegram.token.get_secret_value()}/getMe"
    ),
    "viber": lambda s: httpx.Request(
        "POST", f"{s.viber.api_url}/pa/get_account_info", json={},
        headers={"X-Viber-Auth-Token": s.viber.tokens[0].get_secret_value()},
    ),
    "whatsapp": lambda s: httpx.Request(
        "GET", f"{s.whatsapp.api_url}/{GRAPH}/{s.whatsapp.phone_number_id}?fields=id",
        headers={"Authorization": f"Bearer {s.whatsapp.access_token.get_secret_value()}"},
    ),
    "messenger": lambda s: httpx.Request(
        "GET", f"{s.messenger.api_url}/{GRAPH}/{s.messenger.page_id}?fields=id",
        headers={"Authorization": f"Bearer {s.messenger.page_access_token.get_secret_value()}"},
    ),
}  # fmt: skip
SECRET = {
    "telegram": "TELLER_TELEGRAM__TOKEN",
    "viber": "TELLER_VIBER__TOKENS",
    "whatsapp": "TELLER_WHATSAPP__ACCESS_TOKEN",
    "messenger": "TELLER_MESSENGER__PAGE_ACCESS_TOKEN",
}


def outside(settings: Settings) -> Iterator[Finding]:
    """One finding each; the sandbox's own faces are in this process and need no look."""
    with httpx.Client(timeout=ASK_S, trust_env=False) as client:
        for name in messengers_on(settings):
            yield messenger(settings, name, client)
        yield core(settings, client)
        if settings.keycloak.url:
            yield keycloak(settings, client)
    if settings.traces.url:
        yield traces()


def messenger(settings: Settings, name: str, client: httpx.Client) -> Finding:
    """Whether the platform knows our token. The token stands in the address at Telegram's: no address is told."""
    root = str(getattr(settings, name).api_url)
    if _is_ours(settings, root):
        return Finding(name, "the sandbox's")
    try:
        answer = client.send(WHO_WE_ARE[name](settings))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        mend = f"Is {httpx.URL(root).host} reached from here? TELLER_{name.upper()}__API_URL says where it is."
        return Finding(name, f"does not answer: {type(error).__name__}", mend)
    if answer.status_code in REFUSED or (name == "viber" and _viber_status(answer) != VIBER_OK):
        return Finding(name, "does not know our token", f"Set {SECRET[name]} to the one that its page shows today.")
    if answer.is_error:
        return Finding(name, f"answers {answer.status_code}", "Its servers are ill. Messages wait in their order.")
    return Finding(name, "knows our token")


def core(settings: Settings, client: httpx.Client) -> Finding:
    """Whether anybody answers at the core's address. Which of its addresses is there is for the wrapper to know."""
    url = settings.core.url
    if _is_ours(settings, url):
        return Finding("core", "the sandbox's")
    try:
        answer = client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        mend = "Is it up, and does the firewall let us out? TELLER_CORE__URL says where it is."
        return Finding("core", f"does not answer: {type(error).__name__}", mend)
    if answer.is_server_error:
        mend = "Its own people must look. Customers are told that nothing was sent."
        return Finding("core", f"answers {answer.status_code}", mend)
    return Finding("core", "answers")


def keycloak(settings: Settings, client: httpx.Client) -> Finding:
    """Whether the realm is there and goes by the name that its tokens will carry."""
    wanted = issuer_of(settings.keycloak.url, settings.keycloak.realm)
    try:
        answer = client.get(f"{wanted}/.well-known/openid-configuration")
        named = answer.raise_for_status().json()["issuer"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        mend = "Is it up, and are TELLER_KEYCLOAK__URL and __REALM right? Known staff stay let in for a while."
        return Finding("Keycloak", f"does not show the realm: {type(error).__name__}", mend)
    if named != wanted:
        mend = f"Set TELLER_KEYCLOAK__URL to what stands before /realms/ in {named}."
        return Finding("Keycloak", f"calls itself {named}, so its tokens are not taken", mend)
    return Finding("Keycloak", "shows the realm")


def traces() -> Finding:
    """Whether what draws them is installed."""
    if importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is None:
        return Finding("traces", "the extra is not installed", "uv sync --extra traces, or empty TELLER_TRACES__URL.")
    return Finding("traces", "drawn")


def _is_ours(settings: Settings, url: str) -> bool:
    return settings.is_sandbox and url.startswith(own_url(settings))


def _viber_status(answer: httpx.Response) -> object:
    """Viber says 200 to everything, and what it means in the body."""
    try:
        body = answer.json()
    except ValueError:
        return None
    return body.get("status") if isinstance(body, dict) else None
