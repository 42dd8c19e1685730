"""The row of a screen pop while many watch a run: fifty browsers poll its page, and three exact previews compute."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

from bench import mix
from bench.measuring import Row
from bench.pages import Browser, Client, median_of
from bench.questions import FIRST
from bench.runs import CAMPAIGN, EVERYBODY
from bench.servers import Farley

WATCHING, THREADS = 50, 5
EVERY_SECONDS = 2.0
PREVIEWS = 3
FLOOR = 4.0
MESSAGE = {name: CAMPAIGN[name] for name in ("channel", "purpose", "message_class")}


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The row, on a Farley where people are registered."""
    agent = Browser(running.port)
    run = f"/console{_run(Client(running.port)).removeprefix('/api')}"
    phone = quote(mix.People.phone(FIRST)["value"])
    pop = median_of(lambda: agent.follow(f"/console/call?from={phone}"))

    def while_watched() -> float:
        with _crowd(running, run):
            return pop()

    yield [
        Row(
            name="a screen pop while 50 browsers watch a run and 3 previews compute",
            unit="ms",
            size="median",
            floor=FLOOR,
            aim=2,
            at_least=False,
            ours=while_watched,
            baseline=pop,
        )
    ]


def _run(client: Client) -> str:
    """Begins a run, pauses it, and returns its path."""
    campaign = f"/api/campaigns/{client.post('/api/campaigns', CAMPAIGN)['campaign_id']}"
    client.post(f"{campaign}/approvals", {}, If_Match="*")
    run = client.post(f"{campaign}/runs", {})["run_id"]
    client.post(f"{campaign}/pauses", {"reason": "watched"})
    return f"{campaign}/runs/{run}"


@contextmanager
def _crowd(running: Farley, run: str) -> Iterator[None]:
    """While the block runs, browsers poll the page of the run, each every two seconds, and previews compute."""
    ended = threading.Event()
    with ExitStack() as stack:
        for _ in range(THREADS):
            stack.enter_context(_thread(ended, lambda: _watch(Browser(running.port), run, ended)))
        for _ in range(PREVIEWS):
            stack.enter_context(_thread(ended, lambda: _preview(Client(running.port), ended)))
        time.sleep(EVERY_SECONDS)
        yield


@contextmanager
def _thread(ended: threading.Event, work: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(browser: Browser, run: str, ended: threading.Event) -> None:
    """Polls as often as this thread's share of the browsers does."""
    browser.fields |= {"HX-Request": "true"}
    began, between = time.monotonic(), EVERY_SECONDS * THREADS / WATCHING
    for number in itertools.count(1):
        browser.get(f"{run}?shown=0")
        if ended.wait(max(0.0, began + number * between - time.monotonic())):
            return


def _preview(client: Client, ended: threading.Event) -> None:
    """Asks for exact previews, one after another. One that finds no place waits a moment."""
    while not ended.is_set():
        if client.send("POST", "/api/audiences/preview", {**MESSAGE, "audience": EVERYBODY}) == 503:
            ended.wait(0.2)
