"""Identifiers: their normal forms, the profile ids made from them, and the values that never link.

Normal forms and ids must never change, because facts in the log contain them. The samples of both in
`tests/domain/golden_identifiers.json` must therefore stay valid.
"""

from domain.identifiers.blocked import is_blocked
from domain.identifiers.kinds import LINKING_KINDS, NAMED_BY_CLIENTS, Identifier, IdentifierKind, strong_kind
from domain.identifiers.normal_forms import (
    NormalForms,
    address_identifier,
    domain_identifier,
    domains_of_address,
    identifier_of,
)
from domain.identifiers.profile_ids import profile_id

__all__ = [
    "LINKING_KINDS",
    "NAMED_BY_CLIENTS",
    "Identifier",
    "IdentifierKind",
    "NormalForms",
    "address_identifier",
    "domain_identifier",
    "domains_of_address",
    "identifier_of",
    "is_blocked",
    "profile_id",
    "strong_kind",
]
