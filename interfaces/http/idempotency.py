"""Idempotency-Key: the same key and body are answered the same, without doing it again."""

import hashlib
import re
from typing import Any

from flask import g, request

from application import codec
from application.receipts import Receipt
from application.requests import Answer, IdempotencyKey
from domain.errors import InvalidInput, KeyReused
from interfaces.http.auth import ACTION, PUBLIC
from interfaces.http.current import declared, services, subject

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

KEY = r"[\x21-\x7e]{1,255}"


def idempotency_key() -> IdempotencyKey | None:
    """The client's key of this POST with the fingerprint of what it asks; None where it sent none.

    The subject is the client's name, so that both keys of a rotation find the same receipts.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None or declared(ACTION) == PUBLIC:
        return None
    if not re.fullmatch(KEY, key):
        raise InvalidInput(
            "An Idempotency-Key has 1 to 255 visible ASCII characters.", path=HEADER, code="invalid_key"
        )
    return IdempotencyKey(subject=subject().name, key=key, fingerprint=_fingerprint(g.body))


def earlier_answer() -> Answer | None:
    """What an earlier request with the same key was answered with. KeyReused where that had another body."""
    key = idempotency_key()
    found = services().receipts.find(key.subject, key.key) if key is not None else None
    if key is None or found is None:
        return None
    fingerprint, receipt = found
    if fingerprint != key.fingerprint:
        raise KeyReused(position=receipt.position)
    return replayed(receipt)


def replayed(receipt: Receipt) -> Answer:
    """The answer that a receipt keeps."""
    return Answer(**receipt.answer, position=receipt.position, replayed=True)


def _fingerprint(body: Any) -> bytes:
    asked = f"{request.method} {request.path}\n".encode("utf-8", "backslashreplace")
    return hashlib.sha256(asked + codec.canonical(body)).digest()
