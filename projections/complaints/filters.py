"""Which complaints a list or a count is about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.complaints.events import ComplaintStatus
from domain.plain_text import folded

_CONDITIONS = {
    "profiles": "customer_id = any(%(profiles)s)",
    "status": "status = any(%(status)s)",
    "severity": "severity = any(%(severity)s)",
    "category": "category = %(category)s",
    "product": "product = %(product)s",
    "brand": "brand_folded = %(brand)s",
    "channel": "channel = %(channel)s",
    "opened_since": "opened_at >= %(opened_since)s",
    "opened_until": "opened_at < %(opened_until)s",
}
ONLY_IN_COMPLAINTS = frozenset({"profiles", "opened_since", "opened_until"})
"""The filters that need the complaints themselves: the kept counts do not know of them."""
OPEN, ANSWERED, CLOSED = range(3)
"""The parts of the queue, as `complaint.queue_part` has them."""


@dataclass(frozen=True, kw_only=True)
class ComplaintFilter:
    """Complaints that meet all given conditions.

    `profiles`: those of these profiles. `status`, `severity`: one of these. `brand`: in any spelling. `answered`:
    whether there is a response since the opening or, if there is one, the newest reopening. `opened_since` is
    included, `opened_until` is not.
    """

    profiles: Collection[UUID] | None = None
    status: Collection[str] | None = None
    severity: Collection[str] | None = None
    category: str | None = None
    product: str | None = None
    brand: str | None = None
    channel: str | None = None
    answered: bool | None = None
    opened_since: datetime | None = None
    opened_until: datetime | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The given conditions but `answered`, as parameters of their SQL."""
        given = {name: getattr(self, name) for name in _CONDITIONS if getattr(self, name) is not None}
        if self.brand is not None:
            given["brand"] = folded(self.brand)
        lists = ("profiles", "status", "severity")
        return given | {name: list(given[name]) for name in lists if name in given}

    @property
    def parts(self) -> tuple[int, int]:
        """The first and the last part of the queue in which such complaints can be."""
        status = set(ComplaintStatus) if self.status is None else set(self.status)
        parts = {CLOSED} if ComplaintStatus.CLOSED in status else set()
        if status - {ComplaintStatus.CLOSED}:
            parts |= {OPEN, ANSWERED} if self.answered is None else {ANSWERED if self.answered else OPEN}
        return min(parts), max(parts)

    def conditions(self, answered: str) -> str:
        """Returns the SQL of the conditions. `answered`: the SQL that says whether a complaint is answered."""
        written = [_CONDITIONS[name] for name in self.given]
        if self.answered is not None:
            written.append(answered if self.answered else f"not ({answered})")
        return "".join(f" and {condition}" for condition in written)
