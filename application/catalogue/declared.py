"""What other contexts ask of the catalogue."""

from collections.abc import Mapping
from typing import Any

from application.store import Store
from domain.catalogue.catalogue import CATALOGUE, Catalogue, Split


def catalogue_of(store: Store) -> Catalogue:
    """All declarations as they stand now."""
    found = store.find(Catalogue, CATALOGUE)
    return Catalogue.empty() if found is None else found


class Declared:
    """Splits what clients send into what may stand in the clear and what is personal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def split(self, scope: str, values: Mapping[str, Any], path: str) -> Split:
        """`plain` is what is declared for this scope and not personal, `personal` all else, None for nothing.

        InvalidInput at `path`.name for a value of another type than declared.
        """
        return (
            catalogue_of(self._store).split(scope, values, path) if values else Split(plain={}, personal=None)
        )

    def check_purpose(self, name: str, path: str = "purpose") -> None:
        """UndeclaredPurpose, at `path`, for a purpose that is not declared."""
        catalogue_of(self._store).check_purpose(name, path)
