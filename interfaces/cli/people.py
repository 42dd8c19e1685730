"""Finds the person whom an operator names by id, e-mail address, phone number, or source:number."""

from shlex import quote
from uuid import UUID

from application.customers.whose import GivenIdentifier
from application.services import Services
from domain.errors import InvalidInput, NotFound
from domain.identifiers import IdentifierKind
from domain.identifiers.errors import InvalidPhoneNumber, NoCountryCode, PhoneExtension
from projections.customers.reading import find_by_address
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.identity.reading import person_ids_of

ACCEPTED = "an id, an e-mail address, a phone number or source:number"
COUNTRY_CODE = " A phone number needs + and its country code, unless FARLEY_REGION names its country."


class SeveralCustomers(InvalidInput):
    """Several customers hold this; name one by its id."""


class NamesNobody(InvalidInput):
    """Not an id, an e-mail address, a phone number or source:number."""


class NothingKnown(NotFound):
    """Nothing is known of this person."""


def read_to_find(text: str) -> tuple[str, ...]:
    """Returns the projections from which a verb finds the person that this text names, with all profiles."""
    return OF_CUSTOMERS if _uuid(text) is None else ("identity",)


def profile_meant(services: Services, text: str) -> UUID:
    """Returns the id in the text, else a holder of the identifier, else the profile of the identifier itself.

    Raises SeveralCustomers if the holders are not one person, NamesNobody if the text has no accepted form, and
    InvalidInput if the identifier is not valid.
    """
    profile_id = _uuid(text)
    if profile_id is not None:
        return profile_id
    profile = _profile_identified(services, text)
    with services.reading.snapshot() as connection:
        holders = find_by_address(connection, profile)
        people = set(person_ids_of(connection, holders).values())
    if len(people) > 1:
        ids = ", ".join(map(str, holders))
        raise SeveralCustomers(f"Several customers hold this; name one by its id: {ids}")
    return holders[0] if holders else profile


def known_of_nobody(whom: str, facts: int) -> str:
    """Returns what to say of a text that names no registered person. `facts`: how many facts are stored about it."""
    if not facts:
        return f"{whom} is of nobody registered, and nothing is known of it."
    stored = "1 fact is" if facts == 1 else f"{facts} facts are"
    return f"{whom} is of nobody registered, but {stored} stored about it: see farley history {quote(whom)}"


def _profile_identified(services: Services, text: str) -> UUID:
    try:
        return services.whose.identified(_identifier(text))
    except PhoneExtension:
        raise
    except InvalidPhoneNumber as refused:
        advice = COUNTRY_CODE if isinstance(refused, NoCountryCode) else ""
        raise NamesNobody(f"{text} is not {ACCEPTED}.{advice}") from None


def _identifier(text: str) -> GivenIdentifier:
    if "@" in text:
        return GivenIdentifier(kind=IdentifierKind.EMAIL, value=text)
    source, colon, number = text.partition(":")
    if colon:
        return GivenIdentifier(kind=IdentifierKind.EXTERNAL_ID, value=number, source=source)
    return GivenIdentifier(kind=IdentifierKind.PHONE, value=text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
