"""Faults of the next hop: it refuses, stalls, drips, closes connections at every stage of a message."""

import time
from collections import Counter
from random import Random

from tests.faults.trials.installation import Installed
from tests.smtp_sink import Act, Fault, Stage

MESSAGES = 12
"""The next messages, of which some meet a fault."""
SHARE = 0.8
CROWDED_SECONDS = 1.0
BEFORE_THE_END = (Stage.MAIL, Stage.RCPT, Stage.DATA)
CODES = (421, 450, 451, 452, 550, 552)
SLOW = (Fault(act=Act.STALL), Fault(act=Act.DRIP))


class FaultyMail:
    """One message in three meets no fault. At most one of a trial stalls or drips, which takes half a minute.

    A message that is refused for now is offered again after a minute.
    """

    name = "mail"
    settles_within = 200.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        sink, happened = installed.sink, Counter[str]()
        faults = {n: _any_fault(rng) for n in range(1, MESSAGES + 1) if rng.random() < SHARE}
        if faults:
            faults[rng.choice(list(faults))] = rng.choice(SLOW)
        begin = sink.offered
        sink.faults = {begin + number: fault for number, fault in faults.items()}
        self._crowd(installed, rng)
        deadline = time.monotonic() + 5
        while sink.offered < begin + MESSAGES and time.monotonic() < deadline:
            time.sleep(0.05)
        for number, fault in faults.items():
            if begin + number <= sink.offered:
                happened[f"messages: {fault.act} at {fault.stage}"] += 1
        sink.faults = {}
        return happened

    def _crowd(self, installed: Installed, rng: Random) -> None:
        """For a moment the next hop greets every new connection with 421."""
        time.sleep(rng.uniform(0, 1.0))
        installed.sink.most_connections = 0
        time.sleep(CROWDED_SECONDS)
        installed.sink.most_connections = None


def _any_fault(rng: Random) -> Fault:
    if rng.random() < 0.5:
        return Fault(act=Act.ANSWER, stage=rng.choice(list(Stage)), code=rng.choice(CODES))
    if rng.random() < 0.3:
        return Fault(act=Act.DROP_AFTER)
    return Fault(act=Act.CUT, stage=rng.choice(list(Stage)))
