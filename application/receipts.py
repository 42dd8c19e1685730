"""Receipts store the answers to requests, so that a repeated request gets the same answer. A receipt is written in
the same statement as the facts of its request."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class ReceiptClaim:
    """A receipt to write: the client `subject` sent `key` with a body of this fingerprint.

    `answer` does not contain its position yet.
    """

    subject: str
    key: str
    fingerprint: bytes
    answer: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer to an earlier request with the same key, and its position."""

    answer: dict[str, Any]
    position: int


class ReceiptExists(Exception):
    """The same request was answered before. Nothing was stored this time."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(f"answered at position {receipt.position}")
        self.receipt = receipt


class Receipts(Protocol):
    """Finds the answers to earlier requests."""

    def find(self, subject: str, key: str) -> tuple[bytes, Receipt] | None:
        """Returns the fingerprint of the request's body and its receipt, or None if there is none."""
