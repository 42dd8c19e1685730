"""The administrator's key: usable once the start is ready, and dead once its variable names another."""

import threading
from pathlib import Path
from urllib.error import HTTPError, URLError

from tests.amounts import amount
from tests.processes.up import Up, eventually, free_port, running
from tests.world import World

FIRST, SECOND = "first-key-of-the-administrator-0001", "second-key-of-the-administrator-0002"
ASKED = "/api/customers?email=nobody@example.org"


def status(port: int, path: str, key: str = "") -> int:
    """Of a GET; 0 while nothing listens."""
    up = Up.__new__(Up)
    up.port = port
    try:
        return up.answer(path, key=key)[0]
    except HTTPError as refused:
        return refused.code
    except (URLError, OSError):
        return 0


class FirstCall:
    """Somebody who waits until the start is ready, then calls at once with the key; the answer's status."""

    def __init__(self, port: int, key: str) -> None:
        self.status = 0
        self._thread = threading.Thread(target=self._call, args=[port, key])
        self._thread.start()

    def _call(self, port: int, key: str) -> None:
        if eventually(lambda: status(port, "/health/ready") == 200):
            self.status = status(port, ASKED, key)

    def join(self) -> int:
        self._thread.join()
        return self.status


def test_whoever_waits_until_it_is_ready_comes_in_with_the_configured_key_and_a_changed_one_ends(
    home: Path,
) -> None:
    port, said = free_port(), "refused from now on"
    starts = ((FIRST, None), (SECOND, FIRST), (FIRST, SECOND))
    for key, former in starts[: amount(3, quick=2)]:
        caller = FirstCall(port, key)
        with running(home, port, FARLEY_ADMIN_KEY=key) as up:
            assert caller.join() == 200
            assert (said in up.banner["administrator"]) is (former is not None)
            if former is not None:
                assert status(port, ASKED, former) == 401
                assert "the former key of FARLEY_ADMIN_KEY is refused from now on" in up.events()


def test_a_service_that_no_administrator_can_use_is_not_ready_and_says_what_to_do(world: World) -> None:
    report = world.services.health.report()
    assert (report["ready"], report["administrator"]["ok"]) == (False, False)
    assert "farley keys create NAME --scope admin" in report["administrator"]["remedy"]
    world.services.access.create("administrator", ["admin"])
    report = world.services.health.report()
    assert (report["ready"], report["administrator"]) == (True, {"ok": True})
