"""Up to which position and when a page is true."""

from dataclasses import dataclass

from domain.errors import Unavailable
from interfaces.http.current import services, this_request
from projections.engine.reached import recorded_after


@dataclass(frozen=True, kw_only=True)
class HowFar:
    """`position`: up to which the read models have folded, or None if that is not known. `behind_seconds`: the age of
    the oldest fact that they have yet to fold."""

    position: int | None
    behind_seconds: float | None


def how_far(actor: str) -> HowFar:
    """Returns how far the read models are. Nothing is known while the database is away."""
    try:
        reading = services().reading
        progress = this_request().progress or reading.progress(actor)
        if progress.folded >= progress.head:
            return HowFar(position=progress.folded, behind_seconds=0.0)
        with reading.snapshot() as connection:
            waiting_since = recorded_after(connection, progress.folded)
    except Unavailable:
        return HowFar(position=None, behind_seconds=None)
    behind = this_request().received_at - waiting_since if waiting_since is not None else None
    return HowFar(
        position=progress.folded,
        behind_seconds=max(0.0, behind.total_seconds()) if behind is not None else 0.0,
    )
