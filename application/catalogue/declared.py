"""The part of the catalogue that other contexts use."""

from collections.abc import Mapping
from typing import Any, overload

from application.store import Store, StreamUnreadable
from domain.catalogue.catalogue import CATALOGUE, Catalogue, Split
from domain.catalogue.names import DeclaredName, NameKind


def catalogue_of(store: Store) -> Catalogue:
    """Returns all declarations as they stand now."""
    return store.find(Catalogue, CATALOGUE) or Catalogue.empty()


def recalled_catalogue(store: Store) -> Catalogue:
    """Returns the declarations as this process remembers them. What is read from them is saved with `rests_on`."""
    return store.recall(Catalogue, CATALOGUE) or Catalogue.empty()


class Declared:
    """Spells names as they were declared, and splits attributes by their declarations.

    It remembers the catalogue that it read last. A declared name stays declared, so the remembered catalogue may
    accept a name. Before it refuses a name, it reads the log again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._remembered = Catalogue.empty()

    def split(self, scope: str, values: Mapping[str, Any], path: str) -> Split:
        """Splits values into those that may be stored unencrypted and those that are personal.

        Raises InvalidInput at `path`.name for a value that does not have its declared type.
        """
        return (
            catalogue_of(self._store).split(scope, values, path) if values else Split(plain={}, personal=None)
        )

    @overload
    def required(self, kind: NameKind, name: str, path: str) -> str: ...

    @overload
    def required(self, kind: NameKind, name: str | None, path: str) -> str | None: ...

    def required(self, kind: NameKind, name: str | None, path: str) -> str | None:
        """Returns the name as it was declared, or None for None. Raises UndeclaredName at `path`."""
        if name is None:
            return None
        return self._known(kind, name) or self._newly_read().spelled(kind, name, path)

    def of_stop(self) -> "NamesOfStop":
        """Returns the spelling of the names of one fact that is never refused."""
        return NamesOfStop(self)

    def spelled(self, kind: NameKind, name: str) -> str | None:
        """Returns the name as it was declared, or None if it is not declared."""
        return self._known(kind, name) or _name(self._newly_read().declared(kind, name))

    def nearest(self, kind: NameKind, name: str) -> str | None:
        """Returns the declared name that is most like this one, as far as the catalogue was read."""
        return self._remembered.nearest(kind, name)

    def _known(self, kind: NameKind, name: str) -> str | None:
        return _name(self._remembered.declared(kind, name))

    def _newly_read(self) -> Catalogue:
        self._remembered = catalogue_of(self._store)
        return self._remembered


class NamesOfStop:
    """Spells the names of one fact that is never refused. `undeclared` lists those that are not declared."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self.undeclared: list[dict[str, str | None]] = []

    def spelled(self, kind: NameKind, name: str | None, path: str) -> str | None:
        """Returns the name as it was declared, or as it was given if it is not or the catalogue is unreadable."""
        if name is None:
            return None
        try:
            spelled = self._declared.spelled(kind, name)
        except StreamUnreadable:
            return name
        if spelled is None:
            nearest = self._declared.nearest(kind, name)
            self.undeclared.append({"path": path, "name": name, "nearest": nearest})
        return spelled or name


def _name(declared: DeclaredName | None) -> str | None:
    return None if declared is None else declared.name
