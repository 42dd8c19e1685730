"""Rows of the console's pages: each beside the sum of the API questions that it asks, in the same run."""

import http.client
import json
import re
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode

import psycopg

from bench.clients import HOST
from bench.measuring import Row
from bench.servers import KEY, Farley

ASKED = 25
"""How often each round opens a page, and asks its questions. The median counts."""
FLOOR = 2.0


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the console, and the paths of the questions that it asks. All begin with a slash."""

    name: str
    path: str
    questions: tuple[str, ...]


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The rows of pages, on a Farley where people are registered."""
    customers = _count(running)
    browser, client = Browser(running.port), Client(running.port)
    yield [
        Row(
            name=f"page: {page.name}",
            unit="ms",
            size=f"{customers:,} customers",
            floor=FLOOR,
            aim=FLOOR,
            at_least=False,
            ours=median_of(lambda page=page: browser.get(page.path)),
            baseline=lambda page=page: sum(
                median_of(lambda path=path: client.get(path))() for path in page.questions
            ),
        )
        for page in pages_of(running, client)
    ]


def pages_of(running: Farley, client: "Client") -> list[Page]:
    """Returns the pages, with a customer, an order and a complaint that there are."""
    with psycopg.connect(running.url) as connection:
        (person,) = connection.execute(_SOMEBODY).fetchone() or (None,)
    body = {"customer_id": str(person), "category": "delivery", "severity": "low", "channel": "phone"}
    complaint = client.post("/api/complaints", body)["complaint_id"]
    lines = [{"sku": "BOOK", "quantity": 1, "amount": "12.50"}]
    order = client.post(
        "/api/orders",
        {
            "customer_id": str(person),
            "occurred_at": "2026-11-01T12:00:00Z",
            "currency": "EUR",
            "lines": lines,
        },
    )["order_id"]
    running.wait_until_folded()
    customer, counts = f"/api/customers/{person}", "/api/complaints/counts"
    open_ones = "status=open,responded,escalated,resolved"
    return [
        Page(
            name="a customer",
            path=f"/console/people/{person}",
            questions=(
                customer,
                f"{customer}/timeline",
                f"{customer}/next-actions",
                f"/api/orders?customer_id={person}&limit=5",
                f"/api/complaints?customer_id={person}&{open_ones}&limit=20",
                f"/api/suppressions?customer_id={person}&limit=200",
                f"{customer}/consents?limit=200",
                f"{customer}/months",
                f"{customer}/profiles",
            ),
        ),
        Page(
            name="the queue of complaints",
            path="/console/complaints",
            questions=(f"/api/complaints?{open_ones}&order=oldest_unanswered", f"{counts}?{open_ones}"),
        ),
        Page(
            name="a complaint",
            path=f"/console/complaints/{complaint}",
            questions=(f"/api/complaints/{complaint}",),
        ),
        Page(name="orders", path="/console/orders", questions=("/api/orders",)),
        Page(name="an order", path=f"/console/orders/{order}", questions=(f"/api/orders/{order}",)),
        Page(
            name="suppressions",
            path="/console/suppressions",
            questions=("/api/suppressions?in_force=true",),
        ),
        Page(
            name="a customer's history",
            path=f"/console/people/{person}/history",
            questions=(f"{customer}/history",),
        ),
        Page(name="a fact", path="/console/facts/1", questions=("/api/facts/1",)),
        Page(name="the policy", path="/console/policy", questions=("/api/policies/suppression",)),
    ]


def median_of(asking: Callable[[], object]) -> Callable[[], float]:
    """Returns what measures the median milliseconds of asking."""

    def milliseconds() -> float:
        taken = []
        for _ in range(ASKED):
            began = perf_counter()
            asking()
            taken.append(perf_counter() - began)
        return 1000 * statistics.median(taken)

    return milliseconds


class Client:
    """A client of the API that keeps its connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port)
        self.fields = {"Authorization": f"Bearer {KEY}"}

    def get(self, path: str) -> bytes:
        """Returns the body. Raises SystemExit if the answer is no success."""
        return self._accepted("GET", path)[1]

    def post(self, path: str, body: Mapping[str, object], **more: str) -> dict[str, str]:
        """Returns the answer. Raises SystemExit if it is no success."""
        answer: dict[str, str] = json.loads(self._accepted("POST", path, body, **more)[1])
        return answer

    def send(self, method: str, path: str, body: Mapping[str, object]) -> int:
        """Returns the status of the answer."""
        return self._ask(method, path, json.dumps(body).encode(), _JSON)[0].status

    def _accepted(
        self, method: str, path: str, body: Mapping[str, object] | None = None, **more: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        text = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in more.items()}
        answer, content = self._ask(method, path, text, {**(_JSON if text else {}), **named})
        if answer.status >= 400:
            raise SystemExit(f"refused: {method} {path} {answer.status} {content[:300]!r}")
        return answer, content

    def _ask(
        self, method: str, path: str, body: bytes | str | None, more: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request(method, path, body, {**self.fields, **more})
        answer = self._connection.getresponse()
        return answer, answer.read()


class Browser(Client):
    """Somebody who is signed in to the console as an administrator."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.fields = {}
        page = self.get("/console/sign-in").decode()
        (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', page))
        form = urlencode({"form_token": token, "key": KEY})
        answer, _ = self._ask("POST", "/console/sign-in", form, _FORM)
        if answer.status != 303:
            raise SystemExit(f"nobody is signed in: {answer.status}")
        self._keep_cookies(answer)

    def follow(self, path: str) -> bytes:
        """Opens a page, and those to which it leads."""
        while True:
            answer, content = self._accepted("GET", path)
            self._keep_cookies(answer)
            following = answer.getheader("Location")
            if following is None:
                return content
            path = following

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        kept = dict(one.split("=", 1) for one in self.fields.get("Cookie", "").split("; ") if one)
        for given in answer.headers.get_all("Set-Cookie") or ():
            name, value = given.partition(";")[0].split("=", 1)
            kept[name] = value
        self.fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())


_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def _count(running: Farley) -> int:
    with psycopg.connect(running.url) as connection:
        row = connection.execute("select count(*) from read_customers.customer").fetchone()
    return int(row[0]) if row else 0


_SOMEBODY = """
select person_id from read_audience.audience_fact
where kind = 'person' and touchpoint_count > 0 order by person_id limit 1
"""
