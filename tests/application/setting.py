"""What use case tests share: a store in memory, ids in a row, a customer, requests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from application.catalogue.commands import DeclareName
from application.catalogue.service import CatalogueService
from application.customers.identities import Identities
from application.customers.whose import GivenIdentifier, Whose
from application.requests import Answer, Expected, Request
from domain.catalogue.names import NameKind
from domain.customers.events import CustomerRegistered
from domain.facts import Fact
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.memory_store import MemoryStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID_KEY = bytes(range(32))
CORRELATION = UUID("00000000-0000-4000-8000-0000000000ff")
ANNA = UUID("00000000-0000-4000-8000-00000000000a")
STRANGER = UUID("00000000-0000-4000-8000-00000000000b")
BY_EMAIL = GivenIdentifier(kind="email", value="Anna@example.com")


@dataclass
class CountingIds:
    """1, 2, 3 as ids."""

    given: int = 0

    def new(self) -> UUID:
        self.given += 1
        return UUID(int=self.given)


@dataclass
class Setting:
    """An installation in which Anna is a customer and nothing else has happened."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ids: CountingIds = field(default_factory=CountingIds)

    def __post_init__(self) -> None:
        self.whose = Whose(self.store, Identities(ID_KEY, LibraryNormalForms(), "ES"))
        self.store.log.append(
            CustomerRegistered(
                originator_id=ANNA,
                originator_version=1,
                occurred_at=NOW,
                actor="tests",
                correlation_id=CORRELATION,
                customer_id=ANNA,
                kind="person",
                attributes={},
            )
        )

    def told(self) -> list[Fact]:
        """The facts since the setting was made."""
        return self.store.log[1:]

    def profile_by_email(self) -> UUID:
        return self.whose.identified(BY_EMAIL)


def of(version: int, aggregate_id: UUID | None = None) -> frozenset[Expected]:
    """What If-Match names with one tag."""
    return frozenset({Expected(version=version, aggregate_id=aggregate_id)})


def request(**values: Any) -> Request:
    usual: dict[str, Any] = {"actor": "tests", "received_at": NOW, "correlation_id": CORRELATION}
    return Request(**usual | values)


def declare(store: MemoryStore, **names: str) -> None:
    """Declares names by their kinds."""
    for kind, name in names.items():
        CatalogueService(store=store).declare_name(DeclareName(kind=NameKind(kind), name=name), request())


def shown(answer: Answer) -> tuple[bool, bool, int]:
    """Whether it says created, whether it says duplicate (which its body must say too), its position."""
    assert answer.duplicate is answer.body.get("duplicate", False)
    return answer.created, answer.duplicate, answer.position
