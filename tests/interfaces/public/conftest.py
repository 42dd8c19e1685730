"""Pages that people reach by the links of messages which were really sent."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from tests.smtp_sink import SmtpSink
from tests.web import app_of
from tests.world import World

if TYPE_CHECKING:
    from tests.browsers.fixtures import Browse
    from tests.browsers.pages import Pages

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
BASE = "http://127.0.0.1:8000"
BODY = (
    'Dear {{ name }}, look: {{ "https://shop.example/offer?id=1&x=2#top" | track }}\n'
    "No more of this: {{ unsubscribe_url }}\n"
)


class Page(HTMLParser):
    """What a reader's browser makes of a page: its texts, its attributes, and the forms it could send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.texts))

    @property
    def form_token(self) -> str:
        tokens = {a["value"] for _, a in self.tags if a.get("name") == "form_token"}
        (token,) = tokens
        assert token is not None
        return token

    @property
    def boxes(self) -> dict[str, bool]:
        """Each box, and whether it is ticked; `stop_all` by its name."""
        return {
            str(a["value"] if a["name"] == "wanted" else a["name"]): "checked" in a
            for tag, a in self.tags
            if tag == "input" and a["type"] == "checkbox"
        }


class Site:
    """An installation with its sink, asked by browsers, mail programs and scanners."""

    def __init__(self, world: World, sink: SmtpSink) -> None:
        self.world = world
        self.sink = sink
        self.dispatcher = world.dispatcher()
        self.app = app_of(world.services)
        self.client = self.app.test_client()

    def send(self, **content: Any) -> UUID:
        """Sends a campaign to everyone, to its end; the run."""
        self.world.fold()
        run_id = self.world.start(self.world.campaign(**{"body": BODY, **content}))
        self.world.run_to_end(self.dispatcher)
        return run_id

    def body_to(self, address: str) -> str:
        """The text of the last message to this address, as its reader's program shows it."""
        (mail, *_) = [mail for mail in reversed(self.sink.received) if mail.recipients == (address,)]
        text: str = mail.message().get_content()
        return text

    def links_to(self, address: str) -> list[str]:
        """The paths of all our links in it."""
        return [url.removeprefix(BASE) for url in re.findall(rf"{BASE}/\S+", self.body_to(address))]

    def page_of(self, address: str) -> str:
        """The path of the message's preference page."""
        (path,) = [path for path in self.links_to(address) if path.startswith("/u/")]
        return path

    def click_of(self, address: str) -> str:
        """The path of the message's first click link."""
        return next(path for path in self.links_to(address) if path.startswith("/c/"))

    def look(self, path: str, **headers: str) -> Page:
        """A page as a browser gets it."""
        response = self.client.get(path, headers=_named(headers))
        assert response.status_code == 200, response.text
        return Page(response.text)

    def post(self, path: str, data: Any = None, **headers: str) -> TestResponse:
        return self.client.post(path, data=data, headers=_named(headers))

    def one_click(self, path: str) -> TestResponse:
        """As a mail program does it."""
        return self.post(path, {"List-Unsubscribe": "One-Click"})

    def save(self, path: str, *wanted: str, stop_all: bool = False) -> Page:
        """Ticks exactly these boxes and saves, a second after whatever was said before."""
        self.world.clock.move(timedelta(seconds=1))
        token = self.look(path).form_token
        form = {"form_token": token, "action": "save", "wanted": list(wanted)}
        response = self.post(path, form | ({"stop_all": "1"} if stop_all else {}))
        assert response.status_code == 200, response.text
        return Page(response.text)

    def head(self) -> int:
        return self.world.web.store.head()

    def facts(self, stored_name: str) -> list[dict[str, Any]]:
        """The facts of this kind, each as it is stored, with its stream and position."""
        with self.world.reading() as connection:
            rows = connection.execute(
                "select position, originator_id as stream, customer_id, data from log.facts"
                " where stored_name = %s order by position",
                [stored_name],
            ).fetchall()
        return [{**row.pop("data"), **row} for row in rows]


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {"User-Agent": BROWSER} | {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def site(database: Any, tmp_path: Path) -> Iterator[Site]:
    with SmtpSink() as sink, closing(World(database, tmp_path, sink)) as world:
        yield Site(world, sink)


@pytest.fixture
def pages(site: Site, browse: "Browse") -> Iterator["Pages"]:
    """The site in a browser."""
    with browse(site.app) as pages:
        yield pages
