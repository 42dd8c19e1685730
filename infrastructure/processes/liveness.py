"""Is a process still there?"""

import os
from pathlib import Path


def lives(pid: int) -> bool:
    """Whether the process lives. False also for one that has ended but was not collected by its parent yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"
