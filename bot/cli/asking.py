"""How commands ask the running Teller: over its API, as the member of staff who types."""

import getpass
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    import httpx

    from bot.settings import Settings

TIMEOUT_S = 10


def asked(
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, object] | None = None,
    of: "Callable[[Settings], str] | None" = None,
) -> dict[str, Any]:
    """The answer's object; a refusal is said and ends the command. ``of`` names the service where it runs apart."""
    import httpx

    from bot.settings import load_settings
    from bot.settings.made_up import own_url
    from bot.tokens import Tokens

    settings = load_settings()
    url = (of(settings) if of is not None else "") or own_url(settings)
    keys = [key.get_secret_value() for key in settings.jwt.keys]
    token = Tokens(keys).issue("staff", f"{getpass.getuser()}@terminal", timedelta(minutes=1))
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False) as client:
            answer = client.request(method, path, params=query, json=body)
    except httpx.HTTPError as error:
        _end(f"Teller does not answer at {url} ({type(error).__name__}). Start it with: teller run")
    if not answer.is_success:
        _end(_reason(answer))
    read: dict[str, Any] = answer.json()
    return read


def _reason(answer: "httpx.Response") -> str:
    try:
        said = answer.json()
        detail = said["detail"] if "detail" in said else said["message"]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
    if isinstance(detail, str):
        return detail
    return "; ".join(f"{'.'.join(map(str, wrong['loc'][1:]))}: {wrong['msg']}" for wrong in detail)


def _end(text: str) -> NoReturn:
    typer.echo(f"teller: {text}", err=True)
    raise typer.Exit(1)
