"""No header and no spelling of a path decides under which path, name or address the service answers."""

from itertools import product
from typing import Any

from tests.interfaces.conftest import Api
from tests.interfaces.served import Answer, Served, served

DECIDING_ELSEWHERE = (
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 81",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-Server: evil.example",
    "X-Real-IP: 203.0.113.9",
    "Forwarded: for=203.0.113.9;host=evil.example;proto=https",
    "X-Script-Name: /api",
    "Script-Name: /api",
    "SCRIPT_NAME: /api",
    "Path-Info: /health/live",
    "PATH_INFO: /health/live",
    "X-Original-URL: /health/live",
    "X-Rewrite-URL: /health/live",
    "Request-URI: /health/live",
    "X-HTTP-Method-Override: DELETE",
    "X-Method-Override: DELETE",
    "Remote-Addr: 127.0.0.1",
    "Via: 1.1 evil.example",
    "X-Farley-Refused: 400",
)
HOSTS = ("evil.example", "evil.example:81", "127.0.0.1", "[::1]:8", "", "a<b>", "evil.example/path")
TARGETS = ("/api/customers?email=nobody@example.org", "/health/live", "/nothing", "/u/not-a-token", "/docs")


def ask(server: Served, target: str, *headers: str, host: str = "farley", key: str = "") -> Answer:
    head = [f"GET {target} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {key}", *headers]
    (answer,) = server.ask("\r\n".join([*head, "", ""]).encode())
    return answer


def compared(answer: Answer) -> Any:
    """What two answers to one question have in common."""
    own = answer.headers.get("x-correlation-id", "").encode()
    varying = ("x-correlation-id", "date")
    headers = {name: value for name, value in answer.headers.items() if name not in varying}
    return answer.status, headers, answer.body.replace(own, b"")


def test_no_header_decides_under_which_path_name_or_address_it_answers(api: Api) -> None:
    with served(api.app) as server:
        for target in TARGETS:
            plain = compared(ask(server, target, key=api.key))
            for header in DECIDING_ELSEWHERE:
                assert compared(ask(server, target, header, key=api.key)) == plain, (target, header)
            for host in HOSTS:
                assert compared(ask(server, target, host=host, key=api.key)) == plain, (target, host)
            named = f"http://evil.example:81{target}"
            assert compared(ask(server, named, key=api.key)) == plain, named


OPEN = ("/u/", "/c/", "/static/")
"""What a proxy opens to the world, as docs/operations.md says."""
UPWARDS = (
    "..",
    "%2e%2e",
    ".%2e",
    "%2E.",
    "..%2f",
    "..%2F..",
    "..%5c",
    "..\\",
    "..;",
    "%252e%252e",
    "..%00",
    "%c0%ae%c0%ae",
    "x/..",
    "x/../..",
    ".",
    "",
    "/",
)
CLOSED = ("api/customers?email=nobody@example.org", "health/live", "metrics", "docs", "openapi.json")


def test_behind_a_proxy_that_opens_the_public_pages_nothing_else_can_be_reached(api: Api) -> None:
    with served(api.app) as server:
        for public, upwards, closed in product(OPEN, UPWARDS, CLOSED):
            for target in (f"{public}{upwards}/{closed}", f"{public[:-1]}%2f{upwards}/{closed}"):
                answer = ask(server, target, key=api.key)
                assert answer.status in (400, 404), (target, answer)


def test_a_path_has_one_spelling(api: Api) -> None:
    with served(api.app) as server:
        for target in (
            "//health/live",
            "///health/live",
            "/health//live",
            "/health/./live",
            "/health/x/../live",
            "/health/%2e/live",
            "/health%2flive",
            "/HEALTH/live",
            "/health/live/",
            "/health/live;a=b",
            "health/live",
            "http:/health/live",
            "//evil.example/health/live",
            "*",
        ):
            assert ask(server, target).status in (400, 404), target
