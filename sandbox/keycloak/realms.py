"""What the sandbox's Keycloak knows: realms with their keys, clients, people and sessions, in the sandbox's file."""

import hmac
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.keycloak import keys
from sandbox.keycloak.keys import SigningKey
from sandbox.store import Row, Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS keycloak_key (
    n INTEGER PRIMARY KEY AUTOINCREMENT, realm TEXT NOT NULL, kid TEXT NOT NULL, pem TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS keycloak_party (
    realm TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('client', 'user')), name TEXT NOT NULL,
    id TEXT NOT NULL, secret TEXT NOT NULL, roles TEXT NOT NULL, audience TEXT NOT NULL, life_s INTEGER NOT NULL,
    full_name TEXT NOT NULL, PRIMARY KEY (realm, kind, name)
);
CREATE TABLE IF NOT EXISTS keycloak_otp (
    realm TEXT NOT NULL, username TEXT NOT NULL, otp TEXT NOT NULL, PRIMARY KEY (realm, username)
);
CREATE TABLE IF NOT EXISTS keycloak_session (
    sid TEXT PRIMARY KEY, realm TEXT NOT NULL, client TEXT NOT NULL, user TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Party:
    """A client, or a person. ``audience`` and ``life_s`` (of access tokens, in seconds) are a client's.

    ``otp`` is a person's second factor: a code that, unlike a real one, stays the same.
    """

    name: str
    secret: str = field(repr=False)
    roles: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    life_s: int = 300
    full_name: str = ""
    otp: str = field(default="", repr=False)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def knows(self, secret: str) -> bool:
        """Compared in constant time; who has no secret knows none."""
        return bool(self.secret) and hmac.compare_digest(self.secret.encode(), secret.encode())

    def shows(self, otp: str) -> bool:
        """Whether the second factor is right; whoever has none need not show one."""
        return hmac.compare_digest(self.otp.encode(), otp.encode()) if self.otp else True


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in through a client."""

    sid: str
    client: str
    user: str


class Realms:
    """A realm is there from its first client or person on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.install(SCHEMA)

    def put(self, realm: str, kind: str, party: Party) -> None:
        """Add a client or a person, or change one; the id stays."""
        if not self.keys(realm):
            self.rotate(realm, drop_old=False)
        known = self._party(realm, kind, party.name)
        values = (
            *(realm, kind, party.name, known.id if known else party.id, party.secret),
            *(" ".join(party.roles), " ".join(party.audience), party.life_s, party.full_name),
        )
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO keycloak_party VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            if kind == "user":
                db.execute("INSERT OR REPLACE INTO keycloak_otp VALUES (?, ?, ?)", (realm, party.name, party.otp))

    def client(self, realm: str, client_id: str) -> Party | None:
        return self._party(realm, "client", client_id)

    def user(self, realm: str, username: str) -> Party | None:
        return self._party(realm, "user", username)

    def keys(self, realm: str) -> list[SigningKey]:
        """The newest first: it signs. None: there is no such realm."""
        rows = self._store.rows("SELECT kid, pem FROM keycloak_key WHERE realm = ? ORDER BY n DESC", (realm,))
        return [keys.read(row["kid"], row["pem"]) for row in rows]

    def rotate(self, realm: str, drop_old: bool) -> SigningKey:
        """A new key signs from now on; tokens of the old ones are good as long as those are published."""
        key = keys.new()
        with self._store.transaction() as db:
            if drop_old:
                db.execute("DELETE FROM keycloak_key WHERE realm = ?", (realm,))
            db.execute("INSERT INTO keycloak_key (realm, kid, pem) VALUES (?, ?, ?)", (realm, key.kid, key.pem))
        return key

    def open_session(self, realm: str, client: str, user: str) -> Session:
        session = Session(str(uuid.uuid4()), client, user)
        with self._store.transaction() as db:
            db.execute("INSERT INTO keycloak_session VALUES (?, ?, ?, ?)", (session.sid, realm, client, user))
        return session

    def session(self, realm: str, sid: str) -> Session | None:
        rows = self._store.rows("SELECT * FROM keycloak_session WHERE realm = ? AND sid = ?", (realm, sid))
        return Session(rows[0]["sid"], rows[0]["client"], rows[0]["user"]) if rows else None

    def end_session(self, realm: str, sid: str) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM keycloak_session WHERE realm = ? AND sid = ?", (realm, sid))

    def _party(self, realm: str, kind: str, name: str) -> Party | None:
        rows: Sequence[sqlite3.Row] = self._store.rows(
            "SELECT p.*, coalesce(o.otp, '') AS otp FROM keycloak_party p LEFT JOIN keycloak_otp o "
            "ON p.kind = 'user' AND o.realm = p.realm AND o.username = p.name "
            "WHERE p.realm = ? AND p.kind = ? AND p.name = ?",
            (realm, kind, name),
        )
        return _party(rows[0]) if rows else None


def _party(row: Row) -> Party:
    return Party(
        name=row["name"],
        secret=row["secret"],
        roles=tuple(row["roles"].split()),
        audience=tuple(row["audience"].split()),
        life_s=row["life_s"],
        full_name=row["full_name"],
        otp=row["otp"],
        id=row["id"],
    )
