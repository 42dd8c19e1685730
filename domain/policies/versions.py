"""The versions of one kind of policy, in one stream. A new version never changes earlier decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import singledispatchmethod
from types import MappingProxyType
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

from domain.aggregates import Aggregate
from domain.errors import InvalidInput
from domain.facts import Circumstances, Fact, derived_id
from domain.policies.errors import PolicyVersionBegun, PolicyVersionNotFound
from domain.policies.events import PolicyKind, PolicyVersionAdopted, PolicyVersionWithdrawn

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class VersionState(StrEnum):
    """Whether a version holds. A version can be withdrawn until it takes effect."""

    PLANNED = "planned"
    IN_EFFECT = "in_effect"
    PAST = "past"
    WITHDRAWN = "withdrawn"


class HoldsFrom(Protocol):
    @property
    def version(self) -> int: ...

    @property
    def takes_effect_at(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version as it was adopted. `content` holds all its settings, by the schema of its kind."""

    version: int
    takes_effect_at: datetime
    content: Mapping[str, Any]


FIRST = Version(version=1, takes_effect_at=BEGINNING, content=MappingProxyType({}))
"""The version that came with Farley. The code of each kind holds its settings."""

V = TypeVar("V", bound=HoldsFrom)


def in_effect_at(versions: Iterable[V], instant: datetime) -> V:
    """Returns the version in effect at this instant. Raises ValueError if no version has taken effect yet."""
    begun = (version for version in versions if version.takes_effect_at <= instant)
    return max(begun, key=lambda version: (version.takes_effect_at, version.version))


def stream_id_of(kind: PolicyKind) -> UUID:
    """Returns the id of the stream that holds the versions of this kind."""
    return PolicyVersions.stream_of(versions_id(kind))


def versions_id(kind: PolicyKind) -> UUID:
    """Returns the id of the aggregate that holds the versions of this kind."""
    return derived_id("policies", kind.value)


class PolicyVersions(Aggregate, begun_by=(PolicyVersionAdopted,)):
    """Version 1 came with Farley. Each later version is one fact that holds all settings."""

    # These are the values before the first fact; `apply` replaces them and never mutates them.
    adopted: tuple[Version, ...] = ()
    withdrawn: frozenset[int] = frozenset()

    @classmethod
    def before_any(cls, kind: PolicyKind) -> Self:
        """Returns the aggregate before any fact: it has only version 1."""
        return cls.before_first_fact(versions_id(kind))

    @property
    def newest(self) -> Version:
        return (FIRST, *self.adopted)[-1]

    @property
    def standing(self) -> tuple[Version, ...]:
        """The first version and all adopted versions that were not withdrawn."""
        return (FIRST, *(version for version in self.adopted if version.version not in self.withdrawn))

    def in_effect_at(self, instant: datetime) -> Version:
        return in_effect_at(self.standing, instant)

    def planned_after(self, instant: datetime) -> list[Version]:
        """Returns the versions that take effect later than this instant, earliest first."""
        return sorted(
            (version for version in self.standing if version.takes_effect_at > instant),
            key=lambda version: (version.takes_effect_at, version.version),
        )

    def adopt(
        self,
        kind: PolicyKind,
        content: Mapping[str, Any],
        takes_effect_at: datetime,
        circumstances: Circumstances,
        note: str | None = None,
    ) -> Version:
        """Adopts and returns the next version. Raises InvalidInput if it would take effect in the past."""
        if takes_effect_at < circumstances.occurred_at:
            raise InvalidInput(
                "A policy cannot take effect in the past. Choose a later instant, or leave it out.",
                path="takes_effect_at",
                code="in_past",
            )
        self.trigger(
            PolicyVersionAdopted,
            circumstances,
            kind=kind,
            version=self.newest.version + 1,
            takes_effect_at=takes_effect_at,
            content=dict(content),
            note=note,
        )
        return self.newest

    def withdraw(
        self, kind: PolicyKind, version: int, circumstances: Circumstances, reason: str | None = None
    ) -> None:
        """Withdraws a planned version, so that it never takes effect. A second withdrawal changes nothing.

        Raises PolicyVersionNotFound, or PolicyVersionBegun if the version has taken effect.
        """
        named = next((adopted for adopted in (FIRST, *self.adopted) if adopted.version == version), None)
        if named is None:
            raise PolicyVersionNotFound()
        if version in self.withdrawn:
            return
        if named.takes_effect_at <= circumstances.occurred_at:
            raise PolicyVersionBegun()
        self.trigger(PolicyVersionWithdrawn, circumstances, kind=kind, version=version, reason=reason)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: PolicyVersionAdopted) -> None:
        version = Version(
            version=fact.version, takes_effect_at=fact.takes_effect_at, content=dict(fact.content)
        )
        self.adopted = (*self.adopted, version)

    @apply.register
    def _(self, fact: PolicyVersionWithdrawn) -> None:
        self.withdrawn = self.withdrawn | {fact.version}
