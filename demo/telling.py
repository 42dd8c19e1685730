"""Functions for every part of the story: send many facts, read whole lists, and check what the story says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from demo.api import ApiClient, Post
from demo.errors import WrongStory
from demo.installation import Installation
from demo.screen import Screen

THREADS = 8
PAGE = 500


@dataclass(frozen=True, kw_only=True)
class People:
    """Customer ids by number, and the numbers of the audience, in descending order of the money spent."""

    ids: Mapping[str, str]
    audience: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Named:
    """The ids that name a run of a campaign."""

    campaign_id: str
    run_id: str

    @property
    def path(self) -> str:
        return f"/api/campaigns/{self.campaign_id}/runs/{self.run_id}"


def require(true: bool, what: str) -> None:
    """Raises WrongStory, with the expectation `what`, if `true` is False."""
    if not true:
        raise WrongStory(f"The demo did not end as it must: {what}.")


def tell_all(farley: Installation, screen: Screen, title: str, posts: Iterable[Post]) -> list[Any]:
    """Sends many POSTs under a progress bar, and returns the answers in their order."""
    listed, done = list(posts), count(1)
    with screen.progress(title, len(listed)) as advance:
        return farley.api.tell_all(listed, threads=THREADS, on_answer=lambda: advance(next(done)))


def whole_list(api: ApiClient, path: str) -> Iterator[Mapping[str, Any]]:
    """Yields the items of all pages of a list. `path` must already have a query."""
    cursor = ""
    while True:
        page = api.ask(f"{path}&limit={PAGE}{cursor}")
        yield from page["items"]
        if page.get("next_cursor") is None:
            return
        cursor = f"&cursor={page['next_cursor']}"
