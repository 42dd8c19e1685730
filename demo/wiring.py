"""The demo's entry to everything that is not a story: files, processes, sockets, time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastructure.clock import Interruptible, SystemClock
from infrastructure.demo.chance import seeded
from infrastructure.demo.samples import cdnow
from infrastructure.demo.throwaway import interruptible, throw_away
from infrastructure.demo.visitor import MailVisitor
from infrastructure.mail.sink import ReceivedMail
from infrastructure.settings import Settings
from interfaces.demo.ports import Mail, Stage

SAMPLES = "FARLEY_SAMPLES"
SETTINGS = {
    "FARLEY_CURRENCY": "USD",
    "FARLEY_REGION": "US",
    "FARLEY_MAIL_FROM": "CD shop <shop@shop.example>",
    "FARLEY_WORKERS": "2",
}


def purchase_log() -> str:
    """The text of the CDNOW log. SamplesMissing says how to get it."""
    return cdnow(_home() / "samples", os.environ.get(SAMPLES))


def where_the_log_comes_from() -> str:
    return f"the folder of {SAMPLES}" if os.environ.get(SAMPLES) else "the Python package lifetimes"


@contextmanager
def stage() -> Iterator[Stage]:
    """A Farley to throw away, running until the block ends, however it ends."""
    clock = SystemClock()
    folder = _home() / "demo"
    with interruptible(), throw_away(folder, SETTINGS) as running:
        yield Stage(
            api=running.api,
            visitor=MailVisitor(),
            address=f"http://{running.api.host}:{running.api.port}",
            place=str(folder),
            received=lambda: list(map(_mail, running.sink.received)),
            chance=seeded,
            now=clock.now,
            wait=Interruptible(),
            seconds=clock.monotonic,
        )


def _mail(received: ReceivedMail) -> Mail:
    message = received.message()
    return Mail(
        recipient=received.recipients[0],
        unsubscribe=message.get("List-Unsubscribe", ""),
        one_click=message.get("List-Unsubscribe-Post", ""),
        text=message.get_content(),
    )


def _home() -> Path:
    return Settings.from_env({"FARLEY_HOME": os.environ.get("FARLEY_HOME", "")}).home
