"""Idempotency-Key: a repeated key and body get the first answer, and the command is not carried out again."""

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from application import codec
from application.receipts import Receipt
from application.requests import Answer, IdempotencyKey
from domain.errors import InvalidInput, KeyReused
from interfaces.http.current import Incoming, declared, services, this_request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

KEY = r"[\x21-\x7e]{1,255}"
ANEW = "farley_answered_anew"

View = TypeVar("View", bound=Callable[..., Any])


def answered_anew(view: View) -> View:
    """Declares a question whose answers no receipt keeps. A repeated key and body get the answer of now."""
    view.__dict__[ANEW] = True
    return view


def idempotency_key() -> IdempotencyKey | None:
    """Returns the Idempotency-Key of this POST with the request's fingerprint; None if the client sent none.

    A form of the console has its nonce as key.

    The receipt belongs to the owner of the key, so that both keys of a rotation find it. Raises InvalidInput
    if the header is malformed.
    """
    request = this_request()
    if request.method != "POST" or request.subject is None:
        return None
    key = request.headers.get(HEADER) if request.form_nonce is None else f"form-{request.form_nonce}"
    if key is None:
        return None
    if not re.fullmatch(KEY, key):
        raise InvalidInput(
            "An Idempotency-Key has 1 to 255 visible ASCII characters.", path=HEADER, code="invalid_key"
        )
    return IdempotencyKey(subject=request.subject.actor, key=key, fingerprint=_fingerprint(request))


def earlier_answer() -> Answer | None:
    """Returns the answer to an earlier request with the same key, if receipts keep the answers of this route.

    Raises KeyReused if its body differs.
    """
    key = idempotency_key()
    stored = services().receipts.find(key.subject, key.key) if key is not None else None
    if key is None or stored is None:
        return None
    fingerprint, receipt = stored
    if fingerprint != key.fingerprint:
        raise KeyReused(position=receipt.position)
    return None if declared(ANEW) else replayed(receipt)


def replayed(receipt: Receipt) -> Answer:
    """Returns the answer that a receipt keeps, marked as replayed."""
    return Answer(**receipt.answer, position=receipt.position, replayed=True)


def _fingerprint(request: Incoming) -> bytes:
    target = f"{request.method} {request.path}\n".encode("utf-8", "backslashreplace")
    return hashlib.sha256(target + codec.canonical(request.body)).digest()
