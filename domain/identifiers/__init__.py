"""Whom an identifier stands for: its normal form, the profile id made from it, and what never links.

The normal form and the id are for ever: profiles in the log carry them. Samples of both stand in
`tests/domain/golden_identifiers.json`, and nothing in this package may change one of them.
"""

from domain.identifiers.blocked import is_blocked
from domain.identifiers.kinds import LINKING_KINDS, Identifier, IdentifierKind, strong_kind
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
