"""The catalogue: purposes and attributes."""

from application.catalogue.commands import DeclareAttribute, DeclarePurpose
from application.catalogue.declared import catalogue_of
from application.requests import Answer, Request
from application.store import Store, retried
from domain.catalogue.catalogue import Attribute, Catalogue, Purpose


class CatalogueService:
    """A declaration that is there already changes nothing; with another meaning it is NameTaken."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    @retried
    def declare_purpose(self, command: DeclarePurpose, request: Request) -> Answer:
        catalogue = catalogue_of(self._store)
        catalogue.declare_purpose(request.circumstances(), name=command.name, description=command.description)
        return self._save(catalogue, {"name": command.name}, request)

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

    def purposes(self) -> tuple[Purpose, ...]:
        """All purposes by name, those included that are there from the first."""
        purposes = catalogue_of(self._store).purposes
        return tuple(purposes[name] for name in sorted(purposes))

    def attributes(self) -> tuple[Attribute, ...]:
        """All declared attributes by scope and name."""
        attributes = catalogue_of(self._store).attributes
        return tuple(attributes[key] for key in sorted(attributes))

    def _save(self, catalogue: Catalogue, body: dict[str, str], request: Request) -> Answer:
        answer = Answer(body=body, version=catalogue.version, created=bool(catalogue.pending_events))
        return self._store.save(catalogue, request=request, answer=answer)
