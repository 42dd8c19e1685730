"""The leases under which one dispatcher and one scheduler work at a time."""

import os
import socket

from infrastructure.machine.clock import RandomIds
from infrastructure.postgres.handovers import DatabaseLease
from infrastructure.wiring.installation import Installation


def lease(installation: Installation, name: str, holder: str | None) -> DatabaseLease:
    seconds = float(installation.settings.lease_seconds)
    return DatabaseLease(
        installation.pool, holder or _holder_name(), installation.clock, name=name, seconds=seconds
    )


def _holder_name() -> str:
    """Returns the name of this holder of a lease. It is another one after every restart."""
    return f"{socket.gethostname()}:{os.getpid()}:{RandomIds().new()}"
