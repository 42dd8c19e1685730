"""The id of an identifier's source profile."""

from functools import lru_cache
from hmac import digest
from uuid import UUID

from domain.facts import VERSION_AND_VARIANT
from domain.identifiers.kinds import Identifier, IdentifierKind

ID_KEY_BYTES = 32
_VERSION_8 = 0x8000_8000 << 48


def profile_id(identifier: Identifier, id_key: bytes) -> UUID:
    """Returns the id of the identifier's profile.

    The id is the first 16 bytes of HMAC-SHA256 over kind, source and normal form, as a UUID of version 8 (RFC
    9562). `id_key` is the installation's key of 32 bytes. It never changes, so an identifier always gives the
    same id.
    """
    if len(id_key) != ID_KEY_BYTES:
        raise ValueError(f"the id key has {ID_KEY_BYTES} bytes")
    named = _beginning(identifier.kind, identifier.source) + _with_length(identifier.normal)
    return _version_8(digest(id_key, named, "sha256"))


@lru_cache(maxsize=1_000)
def _beginning(kind: IdentifierKind, source: str) -> bytes:
    return _with_length(kind) + _with_length(source)


def is_identifier_profile_id(some_id: UUID) -> bool:
    """Whether the id may be the id of the profile of an identifier: it is a UUID of version 8."""
    return some_id.version == 8


def _with_length(text: str) -> bytes:
    """Returns the length and the text, so that no two lists of fields give the same bytes."""
    encoded = text.encode("utf-8")
    return len(encoded).to_bytes(4, "big") + encoded


def _version_8(digest_bytes: bytes) -> UUID:
    number = int.from_bytes(digest_bytes[:16], "big")
    return UUID(int=number & ~VERSION_AND_VARIANT | _VERSION_8)
