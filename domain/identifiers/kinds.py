"""The kinds of identifiers, and what each may do."""

from dataclasses import dataclass, field
from enum import StrEnum


class IdentifierKind(StrEnum):
    """What sort of value identifies. The names go into profile ids: never rename one."""

    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    ANONYMOUS = "anonymous"
    POST = "post"
    SOCIAL = "social"
    PUSH = "push"
    DOMAIN = "domain"
    """Of e-mail addresses; it identifies nobody, and no client may name it."""


LINKING_KINDS: frozenset[IdentifierKind] = frozenset(
    {IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.EXTERNAL_ID}
)
"""Kinds by which registering a customer links the profile that the identifier stands for."""


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A value in its normal form; `source` names the system that numbers (external ids, some anonymous ids).

    The value is personal, so it stays out of the representation, and with that out of logs.
    """

    kind: IdentifierKind
    normal: str = field(repr=False)
    source: str = ""


def strong_kind(identifier: Identifier) -> str | None:
    """The kind of which a person has one value only, as `external_id:<source>`; else None.

    People have many e-mail addresses and phones, so two of those never contradict each other.
    """
    if identifier.kind is IdentifierKind.EXTERNAL_ID:
        return f"{IdentifierKind.EXTERNAL_ID}:{identifier.source}"
    return None
