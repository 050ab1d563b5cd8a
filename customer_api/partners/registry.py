"""The registry of partners: who they are, their keys and their secrets, two of each alive at once and no more.

Two are what a rotation needs: the next one is given before the current one is taken away.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.partners import outbox
from customer_api.partners.addresses import Addresses
from customer_api.partners.bodies import (
    Direction,
    KeyShown,
    PartnerBody,
    PartnerShown,
    SecretBody,
    SecretShown,
)
from customer_api.partners.signatures import PUBLIC, SHARED, SecretUnusable, checked_secret
from customer_api.partners.tables import Partner, PartnerKey, PartnerSecret
from customer_api.seals import Seals
from flows.roles import Scope

ALIVE_MAX = 2
KEY_PREFIX = "tp_"
SECRET_BYTES = 32


class TooManyAlive(Exception):
    """Two are alive already; the older one must be taken away first."""


async def put(
    session: AsyncSession, addresses: Addresses, partner_id: str, body: PartnerBody, by: str, now: datetime
) -> Partner:
    """Make a partner, or make it what is said now.

    :raises AddressRefused: for an address that nothing may be sent to; nothing is changed then.
    """
    if body.out_url is not None:
        addresses.checked(body.out_url)
    partner = await session.get(Partner, partner_id, with_for_update=True)
    if partner is None:
        partner = Partner(id=partner_id, created_at=now)
        session.add(partner)
    partner.name, partner.state, partner.login = body.name, body.state, body.login
    partner.out_url, partner.out_stopped, partner.changed_by = body.out_url, None, by
    await session.flush()
    return partner


async def everyone(session: AsyncSession) -> Sequence[Partner]:
    """All partners by name of address."""
    return (await session.scalars(select(Partner).order_by(Partner.id))).all()


async def issue_key(
    session: AsyncSession, partner: Partner, scopes: Sequence[Scope], by: str, now: datetime
) -> tuple[PartnerKey, str]:
    """A new key and its text, which is kept nowhere. Raises TooManyAlive."""
    await _lock(session, partner)
    if len(await keys(session, partner.id)) >= ALIVE_MAX:
        raise TooManyAlive
    text = KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    key = PartnerKey(
        id=uuid4(),
        partner=partner.id,
        fingerprint=_fingerprint(text),
        scopes=sorted(set(scopes)),
        issued_at=now,
        issued_by=by,
    )
    session.add(key)
    await session.flush()
    return key, text


async def revoke_key(session: AsyncSession, partner: Partner, key_id: UUID, now: datetime) -> bool:
    """End a key; it is refused from the next call on. False when the partner has no such living key."""
    key = await session.get(PartnerKey, key_id, with_for_update=True)
    if key is None or key.partner != partner.id or key.revoked_at is not None:
        return False
    key.revoked_at = now
    return True


async def of_key(session: AsyncSession, seals: Seals, text: str) -> PartnerKey | None:
    """The living key with this text. A fingerprint of the older kind, under the vault's key, is made anew."""
    marks = [_fingerprint(text), *seals.marks(text, "partner_key")]
    found = select(PartnerKey).where(PartnerKey.fingerprint.in_(marks), PartnerKey.revoked_at.is_(None))
    key = await session.scalar(found)
    if key is not None:
        key.fingerprint = marks[0]
    return key


def _fingerprint(text: str) -> str:
    """A key is 32 random bytes, which nobody guesses from a hash: so it needs no key of ours and outlives them all."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


async def of_login(session: AsyncSession, login: str) -> Partner | None:
    """The partner whose tokens have this subject."""
    return await session.scalar(select(Partner).where(Partner.login == login))


async def add_secret(
    session: AsyncSession, seals: Seals, partner: Partner, body: SecretBody, by: str, now: datetime
) -> tuple[PartnerSecret, str]:
    """A secret beside the living one. Raises TooManyAlive, SecretUnusable."""
    await _lock(session, partner)
    if len(await _secrets(session, partner.id, body.direction)) >= ALIVE_MAX:
        raise TooManyAlive
    known = checked_secret(body.secret) if body.secret else new_secret()
    if body.direction == "out" and known.startswith(PUBLIC):
        raise SecretUnusable("We sign with a whsec_; a public key is for what the partner signs.")
    row = uuid4()
    secret = PartnerSecret(
        id=row,
        partner=partner.id,
        direction=body.direction,
        sealed=seals.seal({"text": known}, "partner_secret.sealed", row),
        added_at=now,
        added_by=by,
    )
    session.add(secret)
    await session.flush()
    return secret, known


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return SHARED + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def retire_secret(session: AsyncSession, partner: Partner, secret_id: UUID, now: datetime) -> bool:
    """End a secret. False when the partner has no such living one."""
    secret = await session.get(PartnerSecret, secret_id, with_for_update=True)
    if secret is None or secret.partner != partner.id or secret.retired_at is not None:
        return False
    secret.retired_at = now
    return True


async def secrets_of(session: AsyncSession, seals: Seals, partner_id: str, direction: Direction) -> list[str]:
    """The texts of the living secrets, the oldest first."""
    rows = await _secrets(session, partner_id, direction)
    return [seals.open(row.sealed, "partner_secret.sealed", row.id)["text"] for row in rows]


async def keys(session: AsyncSession, partner_id: str) -> Sequence[PartnerKey]:
    """The living keys, the oldest first."""
    found = select(PartnerKey).where(PartnerKey.partner == partner_id, PartnerKey.revoked_at.is_(None))
    return (await session.scalars(found.order_by(PartnerKey.issued_at, PartnerKey.id))).all()


async def shown(session: AsyncSession, partner: Partner) -> PartnerShown:
    """A partner as the API shows it."""
    secrets_in, secrets_out = [await _secrets(session, partner.id, one) for one in ("in", "out")]
    return PartnerShown(
        partner=partner.id,
        name=partner.name,
        state=partner.state,
        login=partner.login,
        out_url=partner.out_url,
        out_stopped=partner.out_stopped,
        created_at=partner.created_at,
        changed_by=partner.changed_by,
        keys=[key_shown(key) for key in await keys(session, partner.id)],
        secrets=[secret_shown(row) for row in (*secrets_in, *secrets_out)],
    )


def key_shown(key: PartnerKey) -> KeyShown:
    return KeyShown(key_id=key.id, scopes=key.scopes, issued_at=key.issued_at, issued_by=key.issued_by)


def secret_shown(row: PartnerSecret) -> SecretShown:
    return SecretShown(secret_id=row.id, direction=row.direction, added_at=row.added_at, added_by=row.added_by)


async def gone(session: AsyncSession, partner: Partner, now: datetime) -> None:
    """The partner has said that nobody listens there any more: nothing is sent until staff set an address."""
    partner.out_stopped = "410"
    await outbox.stop(session, partner.id, now)


async def _secrets(session: AsyncSession, partner_id: str, direction: str) -> Sequence[PartnerSecret]:
    about = (PartnerSecret.partner == partner_id, PartnerSecret.direction == direction)
    found = select(PartnerSecret).where(*about, PartnerSecret.retired_at.is_(None))
    return (await session.scalars(found.order_by(PartnerSecret.added_at, PartnerSecret.id))).all()


async def _lock(session: AsyncSession, partner: Partner) -> None:
    """One change of a partner at a time, so that two are never three."""
    await session.refresh(partner, with_for_update=True)
