"""What every act needs: telling Farley much, reading whole lists, and ending where the story is not true."""

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
    """Customer ids by number, and the numbers of the audience, who spent most first."""

    ids: Mapping[str, str]
    audience: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A run of a campaign."""

    campaign_id: str
    run_id: str

    @property
    def path(self) -> str:
        return f"/api/campaigns/{self.campaign_id}/runs/{self.run_id}"


def require(true: bool, what: str) -> None:
    """WrongStory where Farley did not do what the story says."""
    if not true:
        raise WrongStory(f"The demo did not end as it must: {what}.")


def tell_all(farley: Installation, screen: Screen, title: str, posts: Iterable[Post]) -> list[Any]:
    """The answers of many POSTs in their order, under a progress bar."""
    told, done = list(posts), count(1)
    with screen.progress(title, len(told)) as advance:
        return farley.api.tell_all(told, threads=THREADS, told=lambda: advance(next(done)))


def whole_list(api: ApiClient, path: str) -> Iterator[Mapping[str, Any]]:
    """The items of all pages; `path` has a query."""
    cursor = ""
    while True:
        page = api.ask(f"{path}&limit={PAGE}{cursor}")
        yield from page["items"]
        if page.get("next_cursor") is None:
            return
        cursor = f"&cursor={page['next_cursor']}"
