"""Receipts: what a repeated request is answered with, written in the same statement as its facts."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class ReceiptClaim:
    """The client `subject` sends `key` with a body of this fingerprint; `answer` is without its position."""

    subject: str
    key: str
    fingerprint: bytes
    answer: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer an earlier request with the same key got, and its position."""

    answer: dict[str, Any]
    position: int


class ReceiptExists(Exception):
    """The same request was answered before; nothing was stored now."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(f"answered at position {receipt.position}")
        self.receipt = receipt


class Receipts(Protocol):
    """Looks up what an earlier request was answered with."""

    def find(self, subject: str, key: str) -> tuple[bytes, Receipt] | None:
        """The fingerprint of that request's body and its receipt; None where there is none."""
        ...
