"""The use cases for the catalogue of purposes, topics, brands, divisions and attributes."""

from application.catalogue.commands import DeclareAttribute, DeclareName
from application.catalogue.declared import catalogue_of
from application.requests import Answer, Request
from application.store import Store, retried
from domain.catalogue.catalogue import Attribute, Catalogue
from domain.catalogue.names import DeclaredName, NameKind


class CatalogueService:
    """Declares names and attributes. Repeating a declaration changes nothing. One with another meaning is NameTaken."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    @retried
    def declare_name(self, command: DeclareName, request: Request) -> Answer:
        """Declares a name. Body: `name` as it was declared first, which may be another spelling."""
        catalogue = catalogue_of(self._store)
        name = catalogue.declare_name(
            request.circumstances(), kind=command.kind, name=command.name, description=command.description
        )
        return self._save(catalogue, {"name": name}, request)

    @retried
    def declare_attribute(self, command: DeclareAttribute, request: Request) -> Answer:
        catalogue = catalogue_of(self._store)
        catalogue.declare_attribute(
            request.circumstances(),
            name=command.name,
            scope=command.scope,
            type=command.type,
            personal=command.personal,
        )
        return self._save(catalogue, {"name": command.name, "scope": command.scope}, request)

    def names(self, kind: NameKind) -> list[DeclaredName]:
        """Returns the declared names of a kind, sorted. Every installation has some purposes from the start."""
        return catalogue_of(self._store).names_of(kind)

    def attributes(self) -> tuple[Attribute, ...]:
        """Returns all declared attributes, sorted by scope and name."""
        attributes = catalogue_of(self._store).attributes
        return tuple(attributes[key] for key in sorted(attributes))

    def declared(self) -> Catalogue:
        """Returns all declarations as they stand now."""
        return catalogue_of(self._store)

    def _save(self, catalogue: Catalogue, body: dict[str, str], request: Request) -> Answer:
        answer = Answer(body=body, version=catalogue.version, created=bool(catalogue.pending_events))
        return self._store.save(catalogue, request=request, answer=answer)
