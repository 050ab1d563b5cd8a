"""Letters that one side alone can open: what only the bank may read, and what only the asker of this moment may.

    letter = a key made for it (X25519, 32 bytes) | ciphertext and tag (AES-256-GCM)

Key and nonce come by HKDF-SHA256 from the exchange of the letter's key with the reader's; both keys stand in its info.
``bound`` says what the letter is for and is authenticated: in another place it cannot be opened. The text lies behind
its length in a block of 64 bytes or several, so that a letter's size tells nothing of it.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sandbox.failures import BadInput

INFO = b"letter v1"
KEY_BYTES = 32
NONCE_BYTES = 12
LENGTH_BYTES = 2
BLOCK_BYTES = 64


def opened(private: X25519PrivateKey, letter: str, bound: str) -> str:
    """The text of a letter to us.

    :raises BadInput: when it is none, or was written for something else.
    """
    raw = _raw(letter)
    written_with = X25519PublicKey.from_public_bytes(raw[:KEY_BYTES])
    own = private.public_key().public_bytes_raw()
    try:
        key, nonce = _derived(private.exchange(written_with), raw[:KEY_BYTES] + own)
        plain = AESGCM(key).decrypt(nonce, raw[KEY_BYTES:], bound.encode())
        length = int.from_bytes(plain[:LENGTH_BYTES])
        return plain[LENGTH_BYTES : LENGTH_BYTES + length].decode()
    except (InvalidTag, ValueError):
        raise BadInput("letter: it cannot be opened, or is for something else") from None


def sealed(to: str, text: str, bound: str) -> str:
    """A letter that only the owner of the key `to` can open.

    :raises BadInput: when `to` is no key.
    """
    reader = X25519PublicKey.from_public_bytes(_raw(to, KEY_BYTES))
    writer = X25519PrivateKey.generate()
    mine = writer.public_key().public_bytes_raw()
    try:
        key, nonce = _derived(writer.exchange(reader), mine + reader.public_bytes_raw())
    except ValueError:
        raise BadInput("key: it is of no use") from None
    said = text.encode()
    plain = len(said).to_bytes(LENGTH_BYTES) + said
    plain += bytes(-len(plain) % BLOCK_BYTES)
    return written(mine + AESGCM(key).encrypt(nonce, plain, bound.encode()))


def written(raw: bytes) -> str:
    """Bytes as they stand in JSON."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str, length: int | None = None) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) < KEY_BYTES or (length is not None and len(raw) != length):
        raise BadInput("letter: not in base64, or too short")
    return raw


def _derived(shared: bytes, both: bytes) -> tuple[bytes, bytes]:
    made = HKDF(hashes.SHA256(), KEY_BYTES + NONCE_BYTES, salt=None, info=INFO + both).derive(shared)
    return made[:KEY_BYTES], made[KEY_BYTES:]
