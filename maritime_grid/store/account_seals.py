"""Secrets of second factors closed anew, after the secret key was changed, made or taken away."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow

from .queries import load_queries
from .sealing import Seal, SealBroken

_Q = load_queries("accounts")

Connection = psycopg.Connection[TupleRow]


def sealed_anew(conn: Connection, seal: Seal, former: Seal) -> tuple[int, list[str]]:
    """How many were closed, and the accounts whose secret neither seal opens: they stay as they were.

    Args:
        conn: in a transaction of the caller's.
        seal: of today; closes, and opens what it closed before.
        former: opens the rest.
    """
    done, lost = 0, list[str]()
    for account_id, kept in conn.execute(_Q["secrets"]).fetchall():
        secret = _opened(kept, account_id, seal, former)
        if secret is None:
            lost.append(account_id)
            continue
        conn.execute(_Q["keep_secret"], {"account_id": account_id, "secret": seal.close(secret, account_id)})
        done += 1
    conn.execute(_Q["forget_offers"])
    return done, lost


def _opened(kept: str, account_id: str, *seals: Seal) -> str | None:
    for seal in seals:
        try:
            return seal.open(kept, account_id)
        except SealBroken:
            pass
    return None
