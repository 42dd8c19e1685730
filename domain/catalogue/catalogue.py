"""The purposes and attributes that the installation declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any, Self

from domain.catalogue.attribute_types import AttributeType, as_stored, fits, meaning
from domain.catalogue.errors import NameTaken, UndeclaredPurpose
from domain.catalogue.events import AttributeDeclared, PurposeDeclared
from domain.errors import InvalidInput
from domain.facts import Aggregate, Circumstances, Fact, derived_id
from domain.plain_text import one_of

CATALOGUE = derived_id("catalogue")
"""The id of the one catalogue."""

PURPOSE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")


class Scope(StrEnum):
    """The kind of thing that an attribute belongs to."""

    CUSTOMER = "customer"
    TOUCHPOINT = "touchpoint"
    ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """A purpose that consents and campaigns may name."""

    name: str
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute: a name with one type within a scope. A personal attribute is stored encrypted."""

    scope: str
    name: str
    type: str
    personal: bool = False


@dataclass(frozen=True, kw_only=True)
class Split:
    """Attribute values, split into those stored in the clear and those encrypted (None if there are none)."""

    plain: dict[str, Any]
    personal: dict[str, Any] | None


class Catalogue(Aggregate, begun_by=(PurposeDeclared, AttributeDeclared)):
    """A declaration never ends, because facts in the log depend on it."""

    # Either fact may come first, so both start from these values; `apply` replaces and never mutates them.
    purposes = {name: Purpose(name=name) for name in ("marketing", "survey", "service")}
    attributes = dict[tuple[str, str], Attribute]()

    @classmethod
    def empty(cls) -> Self:
        """Returns the catalogue before its first fact."""
        catalogue = cls.__new__(cls)
        catalogue.__base_init__(CATALOGUE, cls.INITIAL_VERSION - 1, datetime.fromtimestamp(0, UTC))
        return catalogue

    def declare_purpose(
        self, circumstances: Circumstances, *, name: str, description: str | None = None
    ) -> None:
        """Declares a purpose, or adds a missing description to one. An existing description never changes.

        Raises NameTaken for another description: customers may have consented to the first.
        """
        _name(name, PURPOSE_NAME, "lower-case letters, digits, _ and -, at most 50")
        declared = self.purposes.get(name)
        if declared is not None and description in (None, declared.description):
            return
        if declared is not None and declared.description is not None:
            raise NameTaken(name=name)
        self.trigger(PurposeDeclared, circumstances, name=name, description=description)

    def declare_attribute(
        self, circumstances: Circumstances, *, name: str, scope: str, type: str, personal: bool = False
    ) -> None:
        _name(name, ATTRIBUTE_NAME, "a letter, then letters, digits, _ and -, at most 50")
        one_of(scope, list(Scope), "scope")
        one_of(type, list(AttributeType), "type")
        attribute = Attribute(scope=scope, name=name, type=type, personal=personal)
        declared = self.attributes.get((scope, name))
        if declared == attribute:
            return
        if declared is not None:
            raise NameTaken(name=name, scope=scope)
        self.trigger(AttributeDeclared, circumstances, name=name, scope=scope, type=type, personal=personal)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: PurposeDeclared) -> None:
        declared = Purpose(name=fact.name, description=fact.description)
        self.purposes = {**self.purposes, fact.name: declared}

    @apply.register
    def _(self, fact: AttributeDeclared) -> None:
        declared = Attribute(scope=fact.scope, name=fact.name, type=fact.type, personal=fact.personal)
        self.attributes = {**self.attributes, (fact.scope, fact.name): declared}

    def check_purpose(self, name: str, path: str = "purpose") -> None:
        """Raises UndeclaredPurpose with this path if the name is not declared."""
        if name not in self.purposes:
            raise UndeclaredPurpose(path=path, code="undeclared_purpose")

    def split(self, scope: str, values: Mapping[str, Any], path: str) -> Split:
        """Splits values: only declared attributes that are not personal are plain.

        Raises InvalidInput for a value that does not have its declared type.
        """
        stored = {name: self._stored(scope, name, value, path) for name, value in values.items()}
        personal = {name: value for name, value in stored.items() if not self._is_plain(scope, name)}
        plain = {name: value for name, value in stored.items() if name not in personal}
        return Split(plain=plain, personal=personal or None)

    def _stored(self, scope: str, name: str, value: Any, path: str) -> Any:
        declared = self.attributes.get((scope, name))
        if declared is None:
            return value
        if not fits(value, declared.type):
            raise InvalidInput(
                f"Declared as {declared.type}: {meaning(declared.type)}.",
                path=f"{path}.{name}",
                code="wrong_type",
            )
        return as_stored(value, declared.type)

    def _is_plain(self, scope: str, name: str) -> bool:
        declared = self.attributes.get((scope, name))
        return declared is not None and not declared.personal


def _name(name: str, pattern: re.Pattern[str], shape: str) -> None:
    if not pattern.fullmatch(name):
        raise InvalidInput(f"A name is {shape} characters.", path="name", code="invalid_name")
