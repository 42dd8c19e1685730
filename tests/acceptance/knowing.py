"""Stands in for the dispatcher's reading port: what it opens passes through here."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from application.deciding.ports import AudienceAt, KnownFacts
from tests.world import World


class Between:
    """A reading port that lets something happen around the questions of the dispatcher. Each test overrides what it
    is about; everything else is the real port's.
    """

    def __init__(self, world: World) -> None:
        self.real: Any = world.sending.run_reading()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @contextmanager
    def open(self, **of: Any) -> Iterator[Any]:
        with self.real.open(**of) as known:
            yield _Known(self, known)

    def before_members(self, audience: AudienceAt) -> None:
        """Nothing is read of the audience yet."""

    def after_members(self) -> None: ...

    def before_facts(self, member_ids: Collection[UUID]) -> None: ...

    def after_facts(self) -> None: ...


class _Known:
    def __init__(self, port: Between, real: Any) -> None:
        self._port = port
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def members(self, audience: AudienceAt) -> list[UUID]:
        self._port.before_members(audience)
        members: list[UUID] = self._real.members(audience)
        self._port.after_members()
        return members

    def facts(self, member_ids: Collection[UUID], **of: Any) -> KnownFacts:
        self._port.before_facts(member_ids)
        read: KnownFacts = self._real.facts(member_ids, **of)
        self._port.after_facts()
        return read
