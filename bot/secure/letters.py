"""Letters that pass through hands which cannot open them: to the bank with what was typed, back with what is shown.

    letter = a key made for it (X25519, 32 bytes) | ciphertext and tag (AES-256-GCM)

Key and nonce come by HKDF-SHA256 from the exchange of the letter's key with the reader's; both keys stand in its info.
``bound`` says what the letter is for and is authenticated. The text lies behind its length in a block of 64 bytes or
several, so that a letter's size tells nothing of it.
"""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INFO = b"letter v1"
KEY_BYTES = 32
NONCE_BYTES = 12
LENGTH_BYTES = 2
BLOCK_BYTES = 64


class NoLetter(ValueError):
    """A key or a letter is none, or the letter is for somebody or something else. Never holds what it says."""


def sealed(to: str, text: str, bound: str) -> str:
    """A letter to the owner of the public key ``to``. Raises NoLetter."""
    writer = X25519PrivateKey.generate()
    mine, reader = writer.public_key().public_bytes_raw(), _raw(to)
    try:
        shared = writer.exchange(X25519PublicKey.from_public_bytes(reader))
    except ValueError:
        raise NoLetter("the key is of no use") from None
    key, nonce = _derived(shared, mine + reader)
    said = text.encode()
    plain = len(said).to_bytes(LENGTH_BYTES) + said
    plain += bytes(-len(plain) % BLOCK_BYTES)
    return _written(mine + AESGCM(key).encrypt(nonce, plain, bound.encode()))


class Reader:
    """Somebody who asks to be written to, once: with a key of this moment, which nobody else ever has."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self._public = self._private.public_key().public_bytes_raw()

    @property
    def key(self) -> str:
        """The public key."""
        return _written(self._public)

    def read(self, letter: str, bound: str) -> str:
        """What a letter to us says. Raises NoLetter."""
        raw = _raw(letter)
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(raw[:KEY_BYTES]))
            key, nonce = _derived(shared, raw[:KEY_BYTES] + self._public)
            plain = AESGCM(key).decrypt(nonce, raw[KEY_BYTES:], bound.encode())
            return plain[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(plain[:LENGTH_BYTES])].decode()
        except (InvalidTag, ValueError):
            raise NoLetter("the letter cannot be opened, or is for something else") from None


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NoLetter("not in base64") from None


def _derived(shared: bytes, both: bytes) -> tuple[bytes, bytes]:
    made = HKDF(SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=INFO + both).derive(shared)
    return made[:KEY_BYTES], made[KEY_BYTES:]
