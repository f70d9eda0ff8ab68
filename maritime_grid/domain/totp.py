"""Codes of the second factor: TOTP by RFC 6238 over HOTP by RFC 4226, with SHA-1, 6 digits and steps of 30 s.

SHA-1 and 6 digits are what every authenticator takes; another choice would be ignored by some of them in silence.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from hashlib import sha1
from urllib.parse import quote, urlencode

from .typed import narrow

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 section 4: as long as the hash
DRIFT = 1  # steps that a telephone's clock may be off, RFC 6238 section 5.2


def secret_text(raw: bytes) -> str:
    """A secret as people type it: base32 without padding.

    Args:
        raw: SECRET_BYTES of randomness.
    """
    return b32encode(raw).decode().rstrip("=")


def step_of(at_s: float) -> int:
    """Number of the step that holds a moment, in seconds since the epoch, UTC."""
    return int(at_s // STEP_S)


def code_of(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step. Source: RFC 4226 section 5.3.

    Raises:
        ValueError: the secret is no base32.
    """
    key = b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.new(key, step.to_bytes(8, "big"), sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: str, code: str, at_s: float, after: int) -> int | None:
    """The step whose code this is; None where there is none.

    Args:
        secret: base32.
        code: as typed; blanks do not count, and full-width digits are digits.
        at_s: now, seconds since the epoch, UTC.
        after: the last step that was accepted: it and those before are not taken again.
    """
    given = "".join(narrow(code).split()).encode()
    now = step_of(at_s)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):  # all of them, whichever matches: the time says nothing
        if hmac.compare_digest(code_of(secret, step).encode(), given) and step > after:
            found = step
    return found


def enrolment_uri(secret: str, account_id: str, issuer: str) -> str:
    """What an authenticator reads from the square code: otpauth://totp/ISSUER:ACCOUNT?..."""
    label = quote(f"{issuer}:{account_id}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
