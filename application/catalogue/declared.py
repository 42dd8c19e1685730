"""The part of the catalogue that other contexts use."""

from collections.abc import Mapping
from typing import Any, overload

from application.store import Store, StreamUnreadable
from domain.catalogue.catalogue import CATALOGUE, Catalogue, Split
from domain.catalogue.errors import UndeclaredName
from domain.catalogue.names import NameKind


def catalogue_of(store: Store) -> Catalogue:
    """Returns all declarations as they stand now."""
    return store.find(Catalogue, CATALOGUE) or Catalogue.empty()


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

    def if_declared(self, kind: NameKind, name: str | None, path: str) -> str | None:
        """Returns the name as it was declared, or as it was given if it is not. For facts that are never refused."""
        try:
            return self.required(kind, name, path)
        except (UndeclaredName, StreamUnreadable):
            return name

    def _known(self, kind: NameKind, name: str) -> str | None:
        declared = self._remembered.declared(kind, name)
        return None if declared is None else declared.name

    def _newly_read(self) -> Catalogue:
        self._remembered = catalogue_of(self._store)
        return self._remembered
