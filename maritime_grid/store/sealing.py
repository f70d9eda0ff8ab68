"""Secrets of second factors at rest: AES-256-GCM under a key that follows from the secret key of the dashboard.

A dump of the store then opens no second factor. Without a secret key they stand as they are; so do those written before
there was one, until they are used next. What is sealed is bound to its account: beside another one it does not open.
Source of the key: HKDF of RFC 5869 with SHA-256 over the secret key, which is as random as the operator made it.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import StoreError

MARK = "sealed1"  # no base32, so no secret begins like this
_NONCE = 12  # bytes, NIST SP 800-38D section 8.2.2
_PURPOSE = b"maritime-grid: secrets of second factors"


class SealBroken(StoreError):  # noqa: N818
    """A secret was sealed with another secret key than this process has, or was tampered with. Exit code 2."""


def without_key() -> bytes | None:
    """For stores whose dashboard has no secret key."""
    return None


class Seal:
    """Closes and opens secrets.

    Args:
        secret_key: asked for when one is needed and not before: a command that touches no secret needs no key.
    """

    def __init__(self, secret_key: Callable[[], bytes | None] = without_key) -> None:
        self._secret_key = secret_key

    def close(self, secret: str, about: str) -> str:
        """What the store keeps; the secret itself where there is no key, or nothing to close.

        Args:
            secret: base32, or empty.
            about: the account, without which it does not open again.
        """
        key = self._key() if secret else None
        if key is None:
            return secret
        nonce = secrets.token_bytes(_NONCE)
        closed = nonce + AESGCM(key).encrypt(nonce, secret.encode(), about.encode())
        return f"{MARK}:{_name(key)}:{urlsafe_b64encode(closed).decode()}"

    def open(self, kept: str, about: str) -> str:
        """The secret. Raises: SealBroken."""
        if not kept.startswith(f"{MARK}:"):
            return kept
        key = self._key()
        _, name, text = kept.split(":", 2)
        if key is None or name != _name(key):
            raise SealBroken(
                f"the second factor of {about} is sealed with another secret key", "see docs/operate.md, secret key"
            )
        try:
            closed = urlsafe_b64decode(text)
            return AESGCM(key).decrypt(closed[:_NONCE], closed[_NONCE:], about.encode()).decode()
        except (InvalidTag, NotBase64, ValueError):
            raise SealBroken(
                f"the second factor of {about} was altered", f"maritime-grid user totp {about} --forget"
            ) from None

    def lies_open(self, kept: str) -> bool:
        """Whether it is to be closed at its next use."""
        return bool(kept) and not kept.startswith(f"{MARK}:") and self._key() is not None

    def _key(self) -> bytes | None:
        given = self._secret_key()
        return HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(given) if given else None


def _name(key: bytes) -> str:
    """Tells keys apart, and gives nothing of them away."""
    return sha256(b"name:" + key).hexdigest()[:8]
