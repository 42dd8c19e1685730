"""The kinds of identifiers, and which of them link."""

from dataclasses import dataclass, field
from enum import StrEnum


class IdentifierKind(StrEnum):
    """The kind of an identifier. Profile ids derive from these values: never change one."""

    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    ANONYMOUS = "anonymous"
    POST = "post"
    SOCIAL = "social"
    PUSH = "push"
    DOMAIN = "domain"
    """The domain of e-mail addresses. It identifies nobody, and no client may name this kind."""


LINKING_KINDS: frozenset[IdentifierKind] = frozenset(
    {IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.EXTERNAL_ID}
)
"""The kinds of identifiers whose profiles are linked when a customer is registered with them."""
NAMED_BY_CLIENTS = tuple(
    kind for kind in IdentifierKind if kind not in (IdentifierKind.POST, IdentifierKind.DOMAIN)
)
"""The kinds of identifiers that a client may name."""


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A value in its normal form. `source` is the system that gave an external id or some anonymous ids.

    The value is personal, so `repr` leaves it out and it does not reach the server's logs.
    """

    kind: IdentifierKind
    normal: str = field(repr=False)
    source: str = ""


def strong_kind(identifier: Identifier) -> str | None:
    """Returns `external_id:<source>` for an external id, else None.

    A person has one external id per source. People have many e-mail addresses and phones, so two such values
    never contradict each other.
    """
    if identifier.kind is IdentifierKind.EXTERNAL_ID:
        return f"{IdentifierKind.EXTERNAL_ID}:{identifier.source}"
    return None
