"""Free ports of 127.0.0.1."""

import contextlib
import socket

from infrastructure.postgres.account import ServerNotStarted

PORTS_TRIED = 200


def free_port(first: int) -> int:
    """Returns the first free port on 127.0.0.1 from `first` on."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        if is_free(port):
            return port
    raise ServerNotStarted(f"no free port on 127.0.0.1 from {first} on")


def is_free(port: int) -> bool:
    """Could a server listen on this port of 127.0.0.1 now?"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False
