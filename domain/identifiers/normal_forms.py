"""Turns the input of clients into identifiers in their normal form."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.customers.details import Channel
from domain.errors import InvalidInput
from domain.identifiers.errors import InvalidIdentifier
from domain.identifiers.kinds import Identifier, IdentifierKind
from domain.identifiers.postal_forms import postal_form
from domain.identifiers.text_forms import LONGEST, text_form

_KIND_OF_CHANNEL: dict[str, IdentifierKind] = {
    Channel.EMAIL: IdentifierKind.EMAIL,
    Channel.PHONE: IdentifierKind.PHONE,
    Channel.SMS: IdentifierKind.PHONE,
    Channel.POST: IdentifierKind.POST,
    Channel.SOCIAL: IdentifierKind.SOCIAL,
    Channel.PUSH: IdentifierKind.PUSH,
}


class NormalForms(Protocol):
    """The normal forms that need external tables: domain names and numbering plans."""

    def email(self, raw: str) -> str:
        """Returns the address in lower case, its domain as A-labels. Raises `InvalidEmailAddress`."""

    def domain(self, raw: str) -> str:
        """Returns the domain as `email` does, without a dot at its end. Raises `InvalidDomain`."""

    def phone(self, raw: str, region: str | None, *, drop_extension: bool = False) -> str:
        """Returns the number in E.164. Raises `InvalidPhoneNumber`.

        `region` (ISO 3166 alpha-2) is the region of a number in national notation, which without one is refused as
        `NoCountryCode`. An extension is dropped or refused as `PhoneExtension`.
        """


def identifier_of(
    kind: IdentifierKind,
    raw: str,
    *,
    source: str | None,
    region: str | None,
    normal_forms: NormalForms,
    drop_extension: bool = False,
) -> Identifier:
    """Returns the identifier that a client's `kind`, `value` and `source` name.

    An external id needs its source, and an anonymous id may have one. Other kinds ignore the source. Raises a
    subclass of `InvalidInput` with the path `kind`, `value` or `source`.
    """
    if kind is IdentifierKind.POST:
        raise InvalidIdentifier("A postal address is a contact point, not an identifier.", path="kind")
    if kind is IdentifierKind.DOMAIN:
        raise InvalidIdentifier("A domain identifies nobody.", path="kind")
    known_source = _source_form(kind, source)
    normal = _value_form(kind, raw, region, normal_forms, drop_extension)
    return Identifier(kind=kind, normal=normal, source=known_source)


def address_identifier(
    channel: str,
    value: str | Mapping[str, Any],
    *,
    region: str | None,
    normal_forms: NormalForms,
    drop_extension: bool = False,
) -> Identifier:
    """Returns the identifier of a contact point's address. `phone` and `sms` share one identifier.

    Raises a subclass of `InvalidInput` with the path `channel`, or one from `value` on.
    """
    kind = _KIND_OF_CHANNEL.get(channel)
    if kind is None:
        raise InvalidIdentifier("No contact point has this channel.", path="channel")
    return Identifier(kind=kind, normal=_value_form(kind, value, region, normal_forms, drop_extension))


def domain_identifier(raw: str, normal_forms: NormalForms) -> Identifier:
    """Returns the identifier of an e-mail domain. Raises `InvalidDomain`."""
    return Identifier(kind=IdentifierKind.DOMAIN, normal=normal_forms.domain(raw))


def domains_of_address(identifier: Identifier) -> tuple[Identifier, ...]:
    """Returns the domain of an e-mail address, then its parent domains; nothing for other kinds.

    The last label alone is left out. There is no list of public suffixes: `co.uk` is a parent like any other.
    """
    if identifier.kind is not IdentifierKind.EMAIL:
        return ()
    labels = identifier.normal.rpartition("@")[2].split(".")
    parents = (".".join(labels[first:]) for first in range(len(labels) - 1))
    return tuple(Identifier(kind=IdentifierKind.DOMAIN, normal=domain) for domain in parents)


def _value_form(
    kind: IdentifierKind, raw: Any, region: str | None, normal_forms: NormalForms, drop_extension: bool
) -> str:
    try:
        match kind:
            case IdentifierKind.EMAIL:
                return normal_forms.email(raw)
            case IdentifierKind.PHONE:
                return normal_forms.phone(raw, region, drop_extension=drop_extension)
            case IdentifierKind.POST:
                return postal_form(raw)
            case _:
                return text_form(raw, longest=LONGEST, refusal=InvalidIdentifier)
    except InvalidInput as refused:
        raise refused.at("value") from None


def _source_form(kind: IdentifierKind, source: str | None) -> str:
    if kind is IdentifierKind.EXTERNAL_ID and not source:
        raise InvalidIdentifier("An external id needs the source that numbers it.", path="source")
    if kind not in (IdentifierKind.EXTERNAL_ID, IdentifierKind.ANONYMOUS) or not source:
        return ""
    try:
        return text_form(source, longest=LONGEST, refusal=InvalidIdentifier)
    except InvalidInput as refused:
        raise refused.at("source") from None
