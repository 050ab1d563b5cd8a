"""Letters to the bank as somebody else would write them, after the description in sandbox/bank/letters.py."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def letter(key: str, said: str, bound: str) -> str:
    """A letter to the owner of a key."""
    own, reader = X25519PrivateKey.generate(), X25519PublicKey.from_public_bytes(raw_of(key))
    mine = own.public_key().public_bytes_raw()
    plain = len(said.encode()).to_bytes(2) + said.encode()
    sealed = Cipher(own.exchange(reader), mine + raw_of(key)).encrypt(plain + bytes(-len(plain) % 64), bound.encode())
    return text_of(mine + sealed)


class Reader:
    """Somebody with a key of this moment."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.key = text_of(self._private.public_key().public_bytes_raw())

    def read(self, letter: str, bound: str) -> str:
        raw = raw_of(letter)
        shared = self._private.exchange(X25519PublicKey.from_public_bytes(raw[:32]))
        plain = Cipher(shared, raw[:32] + raw_of(self.key)).decrypt(raw[32:], bound.encode())
        return plain[2 : 2 + int.from_bytes(plain[:2])].decode()


class Cipher:
    def __init__(self, shared: bytes, both: bytes) -> None:
        made = HKDF(hashes.SHA256(), 44, salt=None, info=b"letter v1" + both).derive(shared)
        self._key, self._nonce = AESGCM(made[:32]), made[32:]

    def encrypt(self, plain: bytes, aad: bytes) -> bytes:
        return self._key.encrypt(self._nonce, plain, aad)

    def decrypt(self, sealed: bytes, aad: bytes) -> bytes:
        return self._key.decrypt(self._nonce, sealed, aad)
