"""Derives profiles from identifiers and addresses as clients write them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.customers.details import Channel
from domain.errors import InvalidInput
from domain.identifiers import (
    Identifier,
    IdentifierKind,
    NormalForms,
    address_identifier,
    domain_identifier,
    domains_of_address,
    identifier_of,
    profile_id,
)
from domain.plain_text import one_of

READ_WITH_REGION = frozenset({Channel.PHONE, Channel.SMS})
"""Channels whose addresses may be written in national notation."""


class Identities:
    """Derives profiles with `id_key`, the installation's key, which never changes.

    `region` is an ISO 3166 code. It completes phone numbers that are written without +code.
    """

    def __init__(self, id_key: bytes, normal_forms: NormalForms, region: str | None) -> None:
        self._id_key = id_key
        self._normal_forms = normal_forms
        self._region = region

    def profile_of(
        self, kind: str, value: str, source: str | None, *, drop_extension: bool = False
    ) -> tuple[UUID, Identifier]:
        """Returns the identifier's profile. Raises InvalidInput with path kind, value or source.

        `drop_extension` reads a phone number without its extension, which is refused otherwise.
        """
        known_kind = one_of(kind, IdentifierKind, "kind")
        identifier = identifier_of(
            known_kind,
            value,
            source=source,
            region=self._region,
            normal_forms=self._normal_forms,
            drop_extension=drop_extension,
        )
        return profile_id(identifier, self._id_key), identifier

    def address_of(
        self, channel: str, value: str | Mapping[str, Any], *, drop_extension: bool = False
    ) -> tuple[UUID, Identifier]:
        """Returns the address's profile. Raises InvalidInput with path channel or value."""
        identifier = address_identifier(
            channel,
            value,
            region=self._region,
            normal_forms=self._normal_forms,
            drop_extension=drop_extension,
        )
        return profile_id(identifier, self._id_key), identifier

    def domain_of(self, domain: str) -> tuple[UUID, Identifier]:
        """Returns the profile of the domain. Raises InvalidDomain."""
        identifier = domain_identifier(domain, self._normal_forms)
        return profile_id(identifier, self._id_key), identifier

    def domain_ids_of(self, identifier: Identifier) -> tuple[UUID, ...]:
        """Returns the profiles for an e-mail address's domain and its parent domains. Other kinds have none."""
        return tuple(profile_id(domain, self._id_key) for domain in domains_of_address(identifier))

    def region_of(self, channel: str) -> str | None:
        """Returns the region that completes an address of this channel, or None if the channel needs none."""
        return self._region if channel in READ_WITH_REGION else None

    def number_of(self, source: str, number: str) -> tuple[UUID, Identifier]:
        """Returns the external id's profile. Raises InvalidInput with path source or number."""
        try:
            return self.profile_of(IdentifierKind.EXTERNAL_ID, number, source)
        except InvalidInput as refused:
            path = "number" if refused.path == "value" else refused.path
            raise type(refused)(refused.message, path=path, code=refused.code) from None
