"""Invented people. A campaign's templates are rendered on trial with their values before anybody gets a message."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from domain.catalogue.attribute_types import AttributeScope, AttributeType
from domain.catalogue.catalogue import Catalogue

NAMED = {"name": "Ana", "language": "es", "country": "ES"}
NAMELESS = dict.fromkeys(NAMED)


class AnyText(str):
    """A text that can also be used as a number and as a date. Every field of it is the text itself."""

    __slots__ = ()

    def __getitem__(self, key: object) -> Any:
        return self if isinstance(key, str) else super().__getitem__(key)  # type: ignore[index]


class AllAttributes(dict[str, object]):
    """A dictionary of attributes in which none is absent. Attributes without an item have the value `other`."""

    def __init__(self, items: Mapping[str, object], other: object) -> None:
        super().__init__(items)
        self._other = other

    def __missing__(self, name: str) -> object:
        return self._other


UNDECLARED = (AnyText("20260131"), 7, True, ["20260131"])
"""Sample values of an undeclared attribute, one for each type that it may have."""
DECLARED: Mapping[AttributeType, object] = {
    AttributeType.TEXT: "Ana",
    AttributeType.NUMBER: 7,
    AttributeType.BOOLEAN: True,
    AttributeType.DATE: "2026-01-31",
    AttributeType.INSTANT: "2026-01-31T12:00:00+00:00",
}


def samples(catalogue: Catalogue) -> Iterator[Mapping[str, object]]:
    """Yields template values of invented people, with and without a name, language and country, and with all
    attributes or none."""
    declared = _declared(catalogue)
    for details in (NAMED, NAMELESS):
        for other in UNDECLARED:
            yield {**details, "attributes": AllAttributes(declared, other)}
        yield {**details, "attributes": {}}


def somebody(catalogue: Catalogue, attributes: Collection[str]) -> dict[str, Any]:
    """Returns the template values of one invented person, who has a name, a country and these attributes."""
    declared = _declared(catalogue)
    return {**NAMED, "attributes": {name: declared.get(name, "7") for name in attributes}}


def _declared(catalogue: Catalogue) -> dict[str, object]:
    return {
        attribute.name: DECLARED[AttributeType(attribute.type)]
        for attribute in catalogue.attributes.values()
        if attribute.scope == AttributeScope.CUSTOMER
    }
