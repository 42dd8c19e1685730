"""The service asked by schemathesis, which takes the OpenAPI document at its word."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.transport.wsgi import WSGITransport

from domain.errors import InvalidInput
from domain.plain_text import plain_text, stored_tree
from interfaces.http.preconditions import LIST, TAGS
from tests.interfaces.conftest import Api
from tests.interfaces.tour import declare_names

LONGEST_SHOWN = 500
Config = dict[str, Any]
Environ = dict[str, Any]
NO_SCHEMA_SAYS = {
    "beyond_the_log": "how far the log has come",
    "invalid_cursor": "what a cursor was made of: clients take it as it is",
    "customer_needed": "which query parameters go together: OpenAPI describes each by itself",
    "number_needed": "which query parameters go together: OpenAPI describes each by itself",
    "one_of_three": "which query parameters go together: OpenAPI describes each by itself",
    "undeclared_name": "what the installation has declared",
    "unknown_segment": "what the installation has declared",
    "wrong_type": "as which type the installation has declared an attribute",
    "nothing_changes": "how things stand",
    "in_future": "what time it is",
    "in_past": "what time it is",
    "expired": "what time it is",
    "invalid_zone": "which zones the time zone database has",
    "invalid_language": "which languages there are",
    "too_many_digits": "how many digits the currency beside the amount has",
    "negative": "what the lines of an order add up to",
    "too_large": "what the lines of an order add up to",
    "unusable_option": "which options of an import go together",
    "unreadable_file": "what the file of the import holds",
    "reserved": "which UUIDs the profiles of identifiers have",
    "unknown_part": "which parts the values of a field have",
    "matches_nobody": "which operator goes with which value",
    "unusable_character": "which characters turn the order in which a text is shown",
    "too_many_marks": "how many combining marks stand in a row",
    "contradiction": "what the campaign or contact point that is named says",
    "not_promotional": "which hold-out the campaign that is named has",
}
"""Codes of refusals of bodies that fit their schema, by what would have to be known."""
READ_BY_LIBRARIES = {
    "invalid-email-address": "as RFC 5321 and 5322 have it",
    "invalid-phone-number": "by the numbering plans of all countries",
    "phone-extension": "which notations extensions have",
    "invalid-domain": "as IDNA has it",
    "invalid-template": "as a Liquid template",
    "invalid-mail-header": "as RFC 5322 has the name of a sender",
    "invalid-mailbox": "as RFC 5322 has the address of a sender",
}
"""The same by their problem type: how the text is read."""
CHECKS: Config = {
    # a stale If-Match is no wrong request
    "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412"]},
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428"]
    },
    # RFC 6585 made 428 for If-Match; 409: the case before had the same Idempotency-Key and another body
    "missing_required_header": {"expected-statuses": ["401", "409", "422", "428"]},
}
REPEATABLE: Config = {
    "cache": {"enabled": False},
    # a job that was cancelled says so
    "operations": [
        {"include-path": "/api/jobs/{job_id}", "checks": {"use_after_free": {"enabled": False}}},
    ],
    # words of our own source would change what is generated with each edit
    "analysis": {"constants": {"enabled": False}},
    "continue-on-failure": True,
}
DECLARED = {"purpose": "marketing", "topic": "shoes", "brand": "north", "division": "retail"}
OF_SOCKETS = ("max_redirects", "verify", "cert", "proxies")


@dataclass(kw_only=True)
class Report:
    """What a run reports, the operations that it reached, and the seconds of processor time that it took."""

    failures: dict[str, str] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    operations: int = 0
    seconds: float = 0


def asked_by_schemathesis(api: Api, config: Config) -> Report:
    """All that schemathesis has to say of the app."""
    settings = {"headers": {"Authorization": f"Bearer {api.key}"}, "checks": CHECKS, **REPEATABLE, **config}
    document = schemathesis.openapi.from_wsgi(
        "/openapi.json", _folding(api), config=SchemathesisConfig.from_dict(settings)
    )
    document.hook("map_body")(_with_declared_names(api))
    report, began = Report(operations=document.statistic.operations.total), time.process_time()
    with _without_sockets():
        for event in from_schema(document).execute():
            if isinstance(event, events.ScenarioFinished):
                _note(report, event)
            elif isinstance(event, events.NonFatalError):
                report.failures[f"error | {event.label} | {event.value!r}"[:300]] = ""
            elif isinstance(event, events.FatalError):
                raise event.exception
    report.seconds = time.process_time() - began
    return report


def _note(report: Report, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    report.reached.update(recorder.cases[case_id].value.operation.label for case_id in recorder.interactions)
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                _note_failure(report, recorder, case_id, check.name, check.failure_info.failure)


def _note_failure(
    report: Report, recorder: ScenarioRecorder, case_id: str, check: str, failure: Failure
) -> None:
    request, response = recorder.interactions[case_id].request, recorder.interactions[case_id].response
    if response is not None and check == "positive_data_acceptance" and _beyond_schemas(response):
        return
    if check == "positive_data_acceptance" and not _is_tag(request):
        return
    if "`maxLength`" in failure.message and _has_margins(request.body):
        return
    if "`If-Match`" in failure.message and _is_taken_by_recipients(request):
        return
    key = f"{check} | {failure.operation} | {failure.title}: {failure.message[:LONGEST_SHOWN]}"
    answer = (response.status_code, response.content[:LONGEST_SHOWN]) if response is not None else None
    report.failures.setdefault(
        key,
        f"{request.method} {request.uri} {_conditions(request)} {(request.body or b'')[:LONGEST_SHOWN]!r} {answer}",
    )


def _conditions(request: Any) -> dict[str, Any]:
    """The headers of a request that decide whether it is carried out."""
    return {
        name: request.headers[name] for name in ("If-Match", "Idempotency-Key") if name in request.headers
    }


def _is_tag(request: Any) -> bool:
    """Whether If-Match is as the document has it. schemathesis gives other texts for right where it is optional."""
    given = _conditions(request).get("If-Match", "*")
    return re.search(TAGS, given[0] if isinstance(given, list) else given) is not None


def _is_taken_by_recipients(request: Any) -> bool:
    """Whether If-Match has more blanks or commas than a client may write, which RFC 9110 lets recipients take."""
    given = _conditions(request).get("If-Match", "")
    given = (given[0] if isinstance(given, list) else given).strip(" \t")
    return given == "*" or LIST.fullmatch(given) is not None


def _has_margins(body: bytes | str | None) -> bool:
    """Whether a text in the body has margins. They are removed before a text is measured, which no schema says."""
    tree = json.loads(body or "null")
    return bool(stored_tree(tree) != tree)


def _beyond_schemas(response: Any) -> bool:
    """Whether a body was refused for nothing but what no schema says."""
    if response.status_code != 422:
        return False
    problem = response.json()
    if problem["type"].removeprefix("/problems/") in READ_BY_LIBRARIES:
        return True
    return all(
        error["code"] in NO_SCHEMA_SAYS
        or _is_of_an_address(error)
        or _names_an_attribute(error)
        or _in_a_free_object(error)
        for error in problem["errors"]
    )


def _is_of_an_address(error: dict[str, str]) -> bool:
    """Whether an address or a number was refused, which a library reads, beside the value that names the problem."""
    return error["code"] in ("invalid", "no_country_code", "extension") and error["path"].endswith("value")


def _names_an_attribute(error: dict[str, str]) -> bool:
    """Whether criteria compare an attribute: no schema says which are declared, and as which type."""
    code, path = error["code"], error["path"]
    unknown = code == "unknown_field" and path.endswith(".field")
    return unknown or (code == "unknown_operator" and error["message"].startswith("attributes."))


def _in_a_free_object(error: dict[str, str]) -> bool:
    """Whether a name deep in a free object is empty or given twice, or an integer has more than 64 bits.

    JSON Schema takes 1e300, a double, for an integer too.
    """
    of_free_object = error["path"].partition(".")[0] in ("attributes", "properties")
    return of_free_object and error["code"] in ("empty", "given_twice", "out_of_range")


def _with_declared_names(api: Api) -> Callable[[Any, Any], Any]:
    """Replaces every good name in a body by one that is declared: a name made up by chance never is."""
    declare_names(api)

    def map_body(context: Any, body: Any) -> Any:
        if isinstance(body, list):
            return [map_body(context, item) for item in body]
        if not isinstance(body, dict):
            return body
        return {
            name: DECLARED[name] if _is_replaced(name, value) else map_body(context, value)
            for name, value in body.items()
        }

    return map_body


def _is_replaced(name: str, value: Any) -> bool:
    try:
        return name in DECLARED and plain_text(value, name) == value
    except InvalidInput:
        return False


@contextmanager
def _without_sockets() -> Iterator[None]:
    """The probes of the check ignored_auth have settings of sockets, which the client in the process refuses."""
    send = WSGITransport.send

    def sent(self: WSGITransport, case: Any, **kwargs: Any) -> Any:
        return send(self, case, **{name: kwargs[name] for name in kwargs if name not in OF_SOCKETS})

    with patch.object(WSGITransport, "send", sent):
        yield


def _folding(api: Api) -> Callable[[Environ, Any], Iterable[bytes]]:
    """The app, in whose read models stands all that was stated before."""
    folded = 0

    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        nonlocal folded
        if (head := api.log_length()) > folded:
            api.fold()
            folded = head
        return api.app(environ, start_response)

    return app
