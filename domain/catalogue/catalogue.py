"""The names and attributes that the installation declares."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial, singledispatchmethod
from typing import Any, Self, overload

from domain.aggregates import Aggregate
from domain.catalogue.attribute_types import AttributeScope, AttributeType, as_stored, fits, meaning
from domain.catalogue.errors import NameTaken
from domain.catalogue.events import AttributeDeclared, NameDeclared
from domain.catalogue.names import (
    FIRST_PURPOSES,
    LONGEST_DECLARED_NAME,
    DeclaredName,
    NameKind,
    undeclared,
)
from domain.errors import InvalidInput
from domain.facts import Circumstances, Fact, derived_id
from domain.gathering import every
from domain.nearest import most_alike
from domain.plain_text import folded, one_of, plain_text

CATALOGUE = derived_id("catalogue")
"""The id of the one catalogue."""

ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute: a name with one type within a scope. A personal attribute is stored encrypted."""

    scope: AttributeScope
    name: str
    type: AttributeType
    personal: bool = False


@dataclass(frozen=True, kw_only=True)
class Split:
    """Attribute values, split into those stored in the clear and those encrypted (None if there are none)."""

    plain: dict[str, Any]
    personal: dict[str, Any] | None


class Catalogue(Aggregate, begun_by=(NameDeclared, AttributeDeclared)):
    """A declaration never ends, because facts in the log depend on it."""

    # Either fact may come first, so both start from these values; `apply` replaces and never mutates them.
    names = {(purpose.kind, folded(purpose.name)): purpose for purpose in FIRST_PURPOSES}
    attributes = dict[tuple[str, str], Attribute]()
    _in_scope = dict[str, dict[str, Attribute]]()
    """The attributes of each scope by name: most values are split by a scope that has few or none."""

    @classmethod
    def empty(cls) -> Self:
        """Returns the catalogue before its first fact."""
        return cls.before_first_fact(CATALOGUE)

    def declare_name(
        self, circumstances: Circumstances, *, kind: NameKind, name: str, description: str | None = None
    ) -> str:
        """Declares a name, or adds a missing description to one, and returns the name as it was declared first.

        Raises NameTaken for another description: customers may have consented to the first.
        """
        declared = self.declared(kind, plain_text(name, "name", LONGEST_DECLARED_NAME))
        if declared is None:
            self.trigger(NameDeclared, circumstances, kind=kind, name=name, description=description)
            return name
        if description not in (None, declared.description):
            if declared.description is not None:
                raise NameTaken(name=declared.name)
            self.trigger(NameDeclared, circumstances, kind=kind, name=declared.name, description=description)
        return declared.name

    def declare_attribute(
        self, circumstances: Circumstances, *, name: str, scope: str, type: str, personal: bool = False
    ) -> None:
        if not ATTRIBUTE_NAME.fullmatch(name):
            raise InvalidInput(
                "A name is a letter, then letters, digits, _ and -, at most 50 characters.",
                path="name",
                code="invalid_name",
            )
        attribute = Attribute(
            scope=one_of(scope, AttributeScope, "scope"),
            name=name,
            type=one_of(type, AttributeType, "type"),
            personal=personal,
        )
        declared = self.attributes.get((attribute.scope, name))
        if declared == attribute:
            return
        if declared is not None:
            raise NameTaken(name=name, scope=scope)
        self.trigger(AttributeDeclared, circumstances, **asdict(attribute))

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: NameDeclared) -> None:
        declared = DeclaredName(kind=fact.kind, name=fact.name, description=fact.description)
        self.names = {**self.names, (fact.kind, fact.name_folded): declared}

    @apply.register
    def _(self, fact: AttributeDeclared) -> None:
        declared = Attribute(scope=fact.scope, name=fact.name, type=fact.type, personal=fact.personal)
        self.attributes = {**self.attributes, (fact.scope, fact.name): declared}
        in_scope = {**self._in_scope.get(fact.scope, {}), fact.name: declared}
        self._in_scope = {**self._in_scope, fact.scope: in_scope}

    def declared(self, kind: NameKind, name: str) -> DeclaredName | None:
        """Returns the declaration of a name in whatever spelling, or None."""
        return self.names.get((kind, folded(name)))

    def names_of(self, kind: NameKind) -> list[DeclaredName]:
        """Returns the declared names of this kind, in the order of their names."""
        return sorted(
            (declared for declared in self.names.values() if declared.kind is kind),
            key=lambda declared: declared.name,
        )

    @overload
    def spelled(self, kind: NameKind, name: str, path: str) -> str: ...

    @overload
    def spelled(self, kind: NameKind, name: str | None, path: str) -> str | None: ...

    def spelled(self, kind: NameKind, name: str | None, path: str) -> str | None:
        """Returns the name as it was declared, or None for None. Raises UndeclaredName with this path."""
        if name is None:
            return None
        if (declared := self.declared(kind, name)) is not None:
            return declared.name
        raise undeclared(kind, self.nearest(kind, name), path)

    def nearest(self, kind: NameKind, name: str) -> str | None:
        """Returns the declared name of this kind that is most like this name, or None if none is declared."""
        names = [known.name for known in self.names_of(kind)]
        return most_alike(name, names) if names else None

    def split(self, scope: str, values: Mapping[str, Any], path: str) -> Split:
        """Splits values: only declared attributes that are not personal are plain.

        Raises InvalidInput for the values that do not have their declared types.
        """
        in_scope = self._in_scope.get(scope, {})
        declared = {name: in_scope[name] for name in values if name in in_scope}
        if not declared:
            return Split(plain={}, personal=dict(values) or None)
        reads = (partial(_stored, known, values[name], f"{path}.{name}") for name, known in declared.items())
        stored = dict(zip(declared, every(*reads), strict=True))
        plain = {name: stored[name] for name in values if name in declared and not declared[name].personal}
        personal = {name: stored.get(name, value) for name, value in values.items() if name not in plain}
        return Split(plain=plain, personal=personal or None)


def _stored(attribute: Attribute, value: Any, path: str) -> Any:
    """Returns the value of a declared attribute as facts store it. Raises InvalidInput for a wrong type."""
    if not fits(value, attribute.type):
        message = f"Declared as {attribute.type}: {meaning(attribute.type)}."
        raise InvalidInput(message, path=path, code="wrong_type")
    return as_stored(value, attribute.type)
