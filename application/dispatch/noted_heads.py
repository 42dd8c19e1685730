"""Waiting until the read models know what the log had when a question first came up."""

from uuid import UUID

from application.dispatch.ports import RunReading


class NotedHeads:
    """Remembers the log's head for each run that waits for it. None stands for a question that belongs to no run."""

    def __init__(self, reading: RunReading) -> None:
        self._reading = reading
        self._heads: dict[UUID | None, int] = {}

    def clear(self) -> None:
        """Forgets all heads: another dispatcher may have decided since they were noted."""
        self._heads.clear()

    def reached(self, asking: UUID | None = None, *, membership: bool = False) -> bool:
        """Whether the read models have reached the head that was noted when this run first asked.

        The present head would be wrong: while others append, the read models might never reach it.
        """
        if asking not in self._heads:
            self._heads[asking] = self._reading.head()
        if self._reading.position(membership=membership) < self._heads[asking]:
            return False
        del self._heads[asking]
        return True
