"""The disk full: what cannot be written is refused, and all goes on when there is space."""

import time
from collections import Counter
from random import Random

from tests.faults.trials import stories
from tests.faults.trials.client import Client
from tests.faults.trials.history import Command, History
from tests.faults.trials.installation import Installed
from tests.processes.small_disk import disk_of, fill, free

BEFORE_SECONDS, FULL_SECONDS = 1.5, 3.0
"""The disk fills up at an instant within the first seconds, and is full for a part of the second ones."""
REFUSED_WITHIN = 20.0
"""Seconds after which a full disk must have refused a command: PostgreSQL has some files of its own to fill first."""


class FullDisk:
    """The disk is full, also of the reserve that the supervisor gives up, until large commands are refused."""

    name = "disk"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        disk = disk_of(installed.up)
        time.sleep(rng.uniform(0, BEFORE_SECONDS))
        fill(disk)
        try:
            with installed.client(History(), rng) as client:
                assert self._refuses(installed, client, rng), "a full disk refuses no command"
            time.sleep(rng.uniform(0, FULL_SECONDS))
        finally:
            free(disk)
        return Counter({"full disks": 1})

    def _refuses(self, installed: Installed, client: Client, rng: Random) -> bool:
        """Whether a large command is refused in the end, with 503, and none in another way."""
        until = time.monotonic() + REFUSED_WITHIN
        while time.monotonic() < until:
            fill(disk_of(installed.up))
            told = client.tell(_large(rng))
            assert not told.refusals, told.refusals
            if told.unavailable:
                return True
        return False


def _large(rng: Random) -> Command:
    """A registration that needs some space; it is not sent again."""
    person = stories.new_id(rng)
    attributes = {f"a{number}": f"{rng.getrandbits(4000):x}"[:900] for number in range(40)}
    return Command(
        path="/api/customers",
        body={"customer_id": str(person), "kind": "person", "attributes": attributes},
        subject=person,
        facts={"customers.CustomerRegistered": 1},
        repeatable=False,
    )
