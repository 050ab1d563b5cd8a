"""The keys of this installation: authenticated encryption at rest, keyed fingerprints for look-up, subkeys by purpose.

Keys are listed as `current, next`. The first seals; every one opens. To rotate: add the new key at the
end everywhere, then put it first everywhere, seal again what the old one sealed, then take the old one out.
A key's id is derived from the key, so that none has to be given out or can be mixed up.

    sealed = key id (4 bytes) | nonce (12) | ciphertext | tag (16)
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
PURPOSES_KEPT = 64  # subkeys held in memory: purposes are a handful of constants in the source


class KeyUnusable(ValueError):
    """A configured key is not 32 bytes in base64. The text never holds the key."""


class Unopened(Exception):
    """A sealed value could not be opened: another place (aad), another key, or changed bytes. Never retry."""


class Keyring:
    """Seals, opens and fingerprints. Satisfies `flows.ports.Sealer`; safe to share between tasks and threads."""

    def __init__(self, keys: Iterable[str]) -> None:
        """`keys`: base64 of 32 bytes each, the one to seal with first.

        :raises KeyUnusable: if there is none, or one has another form.
        """
        raw = [_decoded(n, key) for n, key in enumerate(keys, 1)]
        if not raw:
            raise KeyUnusable("There is no key. Make one with: openssl rand -base64 32")
        self._ciphers = {_subkey(key, "id", ID_BYTES): AESGCM(_subkey(key, "seal")) for key in raw}
        self._seal_id = _subkey(raw[0], "id", ID_BYTES)
        self._seal = self._ciphers[self._seal_id]
        self._raw = tuple(raw)
        self._purpose_keys = lru_cache(PURPOSES_KEPT)(self._keys_for)

    def __repr__(self) -> str:
        return f"Keyring({len(self._raw)} keys)"

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Encrypt with the current key, bound to `aad` (table, column, row)."""
        nonce = os.urandom(NONCE_BYTES)
        return self._seal_id + nonce + self._seal.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """What `seal` was given, with whichever listed key sealed it.

        :raises Unopened: for another aad, an unknown key, or changed or cut bytes.
        """
        cipher = self._ciphers.get(bytes(sealed[:ID_BYTES]))
        if cipher is None or len(sealed) < ID_BYTES + NONCE_BYTES + TAG_BYTES:
            raise Unopened("sealed by a key that is not in the ring, or not sealed at all")
        nonce, body = sealed[ID_BYTES : ID_BYTES + NONCE_BYTES], sealed[ID_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, aad)
        except InvalidTag:
            raise Unopened("changed since it was sealed, or moved to another place") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current key sealed it; if not, rotation seals it again."""
        return bytes(sealed[:ID_BYTES]) == self._seal_id

    def knows(self, sealed: bytes) -> bool:
        """Whether one of the listed keys sealed it; the first bytes are enough to ask."""
        return bytes(sealed[:ID_BYTES]) in self._ciphers

    def reseal(self, sealed: bytes, aad: bytes) -> bytes:
        """The same under the current key, without showing to the caller what it is. Raises Unopened."""
        return self.seal(self.open(sealed, aad), aad)

    def fingerprint(self, text: str, purpose: str) -> str:
        """64 hex digits, the same for the same text and purpose: a blind index. Made with the current key."""
        return _mac(self._purpose_keys(purpose)[0], text)

    def fingerprints(self, text: str, purpose: str) -> tuple[str, ...]:
        """One a listed key, the current first: what to look for while a rotation goes on."""
        return tuple(_mac(key, text) for key in self._purpose_keys(purpose))

    def subkey(self, purpose: str) -> bytes:
        """32 bytes of the current key for one purpose alone, such as signing one-time links."""
        return _subkey(self._raw[0], f"subkey:{purpose}")

    def _keys_for(self, purpose: str) -> tuple[bytes, ...]:
        return tuple(_subkey(key, f"fingerprint:{purpose}") for key in self._raw)


def _decoded(number: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"Key {number} of the list is not 32 bytes in base64. Make one with: openssl rand -base64 32")
    return key


def _subkey(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"teller:{purpose}".encode()).derive(key)


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), sha256).hex()
