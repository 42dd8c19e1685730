"""Keyed hashes of words: HMAC-SHA-256, cut to 16 bytes, under a key that derives from the id key."""

from collections.abc import Iterable
from hmac import digest
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LABEL = b"name words"
SIZE = 16


class WordHashes:
    """The hashes of one installation. Without its id key nobody can tell which word a hash is of."""

    def __init__(self, id_key: bytes) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL).derive(id_key)

    def of(self, words: Iterable[str]) -> dict[str, UUID]:
        """Returns the hash of each word, in the form of a UUID."""
        return {word: UUID(bytes=digest(self._key, word.encode(), "sha256")[:SIZE]) for word in words}
