"""The id of an identifier's source profile."""

from hashlib import sha256
from hmac import digest
from uuid import UUID

from domain.identifiers.kinds import Identifier

ID_KEY_BYTES = 32


def profile_id(identifier: Identifier, id_key: bytes) -> UUID:
    """Returns the id of the identifier's profile.

    The id is the first 16 bytes of HMAC-SHA256 over kind, source and normal form, as a UUID of version 8 (RFC
    9562). `id_key` is the installation's key of 32 bytes. It never changes, so an identifier always gives the
    same id.
    """
    if len(id_key) != ID_KEY_BYTES:
        raise ValueError(f"the id key has {ID_KEY_BYTES} bytes")
    fields = (identifier.kind.value, identifier.source, identifier.normal)
    return _version_8(digest(id_key, b"".join(map(_with_length, fields)), sha256))


def is_identifier_profile_id(some_id: UUID) -> bool:
    """Whether the id may be the id of the profile of an identifier: it is a UUID of version 8."""
    return some_id.version == 8


def _with_length(text: str) -> bytes:
    """Returns the length and the text, so that no two lists of fields give the same bytes."""
    encoded = text.encode("utf-8")
    return len(encoded).to_bytes(4, "big") + encoded


def _version_8(digest_bytes: bytes) -> UUID:
    octets = bytearray(digest_bytes[:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    return UUID(bytes=bytes(octets))
