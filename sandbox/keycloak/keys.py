"""The signing keys of a realm: RSA, the newest signs, older ones are still published until they are dropped."""

import base64
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

ALGORITHM = "RS256"
BITS = 2048
KEY_ID_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """One key pair and the name it goes by in tokens."""

    kid: str
    private: RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data, PKCS1v15(), hashes.SHA256())

    def vouches_for(self, data: bytes, signature: bytes) -> bool:
        try:
            self.private.public_key().verify(signature, data, PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    @property
    def public(self) -> str:
        """The public half as the realm's page tells it: DER in base64."""
        der = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        return {"kid": self.kid, "kty": "RSA", "alg": ALGORITHM, "use": "sig", **_of(numbers)}

    @property
    def pem(self) -> str:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def new() -> SigningKey:
    return SigningKey(b64(secrets.token_bytes(KEY_ID_BYTES)), generate_private_key(65537, BITS))


def read(kid: str, pem: str) -> SigningKey:
    # Ours from the file; to prove it prime again at every request would cost more than all the rest.
    private = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private, RSAPrivateKey)
    return SigningKey(kid, private)


def b64(data: bytes) -> str:
    """base64url without its padding, as in all of JOSE."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _of(numbers: RSAPublicNumbers) -> dict[str, str]:
    return {name: b64(n.to_bytes((n.bit_length() + 7) // 8, "big")) for name, n in (("n", numbers.n), ("e", numbers.e))}
