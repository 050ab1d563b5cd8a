"""`teller partners`: the registry of partners, their secrets and keys, and what was sent to them.

It asks the running Teller over its API, as the member of staff who types. A key or secret shows once, when it is made.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from bot.cli.asking import asked

app = typer.Typer(help="Look after the bank's partners and their webhooks.", add_completion=False, no_args_is_help=True)

PATH = "/api/v1/partners"
Name = Annotated[str, typer.Argument(help="The partner's name, as it stands in addresses.")]


class Direction(StrEnum):
    """Whose webhooks a secret signs."""

    IN = "in"
    OUT = "out"


@app.command("list")
def listed() -> None:
    """All partners."""
    for one in _asked("GET", PATH):
        state = f"{one['state']}, sending stopped ({one['out_stopped']})" if one["out_stopped"] else one["state"]
        typer.echo(f"{one['partner']:<24} {one['name']:<24} {state:<10} {one['out_url'] or '-'}")


@app.command()
def put(
    partner: Name,
    name: Annotated[str, typer.Option(help="As customers read it.")],
    url: Annotated[str, typer.Option(help="Where its webhooks go; empty: nowhere.")] = "",
    login: Annotated[str, typer.Option(help="The subject of its Keycloak client's tokens.")] = "",
    paused: Annotated[bool, typer.Option("--paused", help="Take nothing and send nothing for now.")] = False,
) -> None:
    """Make a partner, or make it what is said now. Sending that a 410 has stopped goes on again."""
    state = "paused" if paused else "active"
    body = {"name": name, "state": state, "out_url": url or None, "login": login or None}
    _show(_asked("PUT", f"{PATH}/{partner}", body))


@app.command()
def show(partner: Name) -> None:
    """One partner with the ids of its keys and secrets."""
    _show(_asked("GET", f"{PATH}/{partner}"))


@app.command()
def key(
    partner: Name,
    replay: Annotated[bool, typer.Option("--replay", help="It may also replay what was sent.")] = False,
) -> None:
    """A key for our API. Two live at once."""
    scopes = ["deliveries:read", *(["deliveries:replay"] if replay else [])]
    typer.echo(_asked("POST", f"{PATH}/{partner}/keys", {"scopes": scopes})["key"])


@app.command()
def secret(
    partner: Name,
    direction: Annotated[Direction, typer.Argument(help="in: what the partner sends; out: what we send.")],
    public_key: Annotated[str, typer.Option(help="in: the partner's own public key, whpk_…")] = "",
) -> None:
    """A webhook secret beside the living one. Both are good until one is retired."""
    body = {"direction": direction.value, "secret": public_key or None}
    typer.echo(_asked("POST", f"{PATH}/{partner}/secrets", body)["secret"])


@app.command()
def retire(
    partner: Name, what: Annotated[str, typer.Argument(help="The id of a key or a secret; see 'teller partners show'.")]
) -> None:
    """End a key or a secret."""
    known = _asked("GET", f"{PATH}/{partner}")
    kind = "keys" if what in [one["key_id"] for one in known["keys"]] else "secrets"
    _show(_asked("DELETE", f"{PATH}/{partner}/{kind}/{what}"))


@app.command()
def deliveries(
    partner: Name, state: Annotated[str, typer.Option(help="Only those, such as given_up or stopped.")] = ""
) -> None:
    """What was sent to a partner or waits, the newest first."""
    for one in _asked("GET", f"{PATH}/{partner}/deliveries", query={"state": state} if state else None):
        told = one["told"] or ""
        typer.echo(f"{one['delivery_id']}  {one['type']:<16} {one['state']:<10} {one['tries']:>3} tries  {told}")


@app.command()
def replay(partner: Name, delivery_id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Send one again, under its own webhook id."""
    typer.echo(_asked("POST", f"{PATH}/{partner}/deliveries/{delivery_id}/replay")["state"])


def _show(one: Mapping[str, Any]) -> None:
    for name, value in one.items():
        if name not in ("keys", "secrets"):
            typer.echo(f"{name:<12} {value if value is not None else '-'}")
    for row in one["keys"]:
        typer.echo(f"{'key':<12} {row['key_id']}  {', '.join(row['scopes'])}  {row['issued_at']}")
    for row in one["secrets"]:
        typer.echo(f"{'secret':<12} {row['secret_id']}  {row['direction']:<3}  {row['added_at']}")


def _asked(
    method: str, path: str, body: Mapping[str, object] | None = None, query: Mapping[str, str] | None = None
) -> Any:
    return asked(method, path, query=query, body=body, of=lambda settings: settings.customer_api.url)
