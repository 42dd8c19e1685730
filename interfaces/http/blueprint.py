"""Routes of commands and questions, with the schemas that load, dump and document their bodies."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

import marshmallow as ma
from flask import Response
from flask_smorest import Blueprint

from application import codec
from application.imports.service import Readable
from application.receipts import ReceiptExists
from application.requests import Answer
from domain.errors import FarleyError
from interfaces.http.answers import LOCATION, answered, in_braces, response_to_question
from interfaces.http.current import this_request
from interfaces.http.idempotency import earlier_answer, replayed
from interfaces.http.manners import ANSWER_HEADERS, document_manners
from interfaces.http.paused import explaining_stale, paused_fields
from interfaces.http.preconditions import IF_MATCH
from interfaces.http.refusals import EmptyBody, InvalidFields
from interfaces.http.refused_values import naming_all
from interfaces.http.requests_in import MANY_ROWS, STREAMED, body
from interfaces.http.schemas.base import BodyIn, errors_of, refused
from interfaces.http.schemas.writing import Writer, writer_of
from interfaces.http.waiting import caught_up
from interfaces.value_rules import Rule

TAKES, GIVES, LATER = "farley_takes", "farley_gives", "farley_later"
"""The names under which a route keeps the schemas of its request, of its answer, and of an answer with 202."""
ANSWER = "farley_answer"
"""The name under which a route keeps the function that answers: from a query or a body, and the parts of the path.

A question returns what its schema writes, and the version for the ETag; a command its Answer. The console calls it.
"""
THERE_BEFORE = "The same was there before; nothing changed."
WORK_GOES_ON = "Work goes on; the path in Location shows how far it is."
Body = dict[str, Any]
CommandView = Callable[..., Answer]
UploadView = Callable[..., Answer]
A_FILE = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}
    },
}
QuestionView = Callable[..., Any]


class Arriving(NamedTuple):
    """A file as it arrives. `size`: how many bytes are announced, if they are."""

    stream: Readable
    size: int | None


class Routes(Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """A blueprint of one context.

    flask-smorest documents a route by wrapping it, once for each of its answers and once for its body. Only the
    documentation is used: the route itself is one function, which need not be called through five.
    """

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, f"{__package__}.routes", description=description)
        self._prepare_doc_cbks.append(document_manners)

    def command(
        self,
        rule: str,
        takes: type[BodyIn],
        gives: type[ma.Schema],
        *,
        method: str = "POST",
        status: int = 200,
        later: type[ma.Schema] | None = None,
        location: str | None = None,
        if_match: bool | str = False,
        many_rows: bool = False,
        rules: Sequence[Rule] = (),
    ) -> Callable[[CommandView], Callable[..., Response]]:
        """Declares a route for a command: its body, its answer, and the route that shows a new resource.

        `status`: of a new fact; a duplicate is answered with 200. `later`: the answer with 202, if the route answers so
        when the work takes longer than a request. `if_match`: whether the header is required,
        or OPTIONAL. `many_rows`: whether the route takes a batch. `rules`: the rules for single values that a refusal
        checks, too.
        """

        def declare(view: CommandView) -> Callable[..., Response]:
            schema = takes()
            needed = any(field.required for field in schema.fields.values()) or "oneOf" in schema.rules
            carried_out = _carried_out(caught_up(view), schema, rules, needs_body=needed)
            schemas = {TAKES: takes, GIVES: gives, LATER: later}
            manners = {LOCATION: location and in_braces(location), IF_MATCH: if_match, MANY_ROWS: many_rows}
            carried_out.__dict__.update(schemas | manners)
            documented = self.response(status, gives, headers=ANSWER_HEADERS)(carried_out)
            if status != 200:
                documented = self.alt_response(200, schema=gives, description=THERE_BEFORE)(documented)
            if later is not None:
                documented = self.alt_response(202, schema=later, description=WORK_GOES_ON)(documented)
            documented = self.arguments(schema, required=needed)(documented)
            documented._apidoc["if_match"] = if_match
            return self._routed(rule, method, carried_out, documented)

        return declare

    def question(
        self, rule: str, takes: type[ma.Schema], gives: type[ma.Schema]
    ) -> Callable[[QuestionView], Callable[..., Response]]:
        """Declares a route for a question: its query parameters, and the schema that dumps its answer."""

        def declare(view: QuestionView) -> Callable[..., Response]:
            schema = takes()
            written_out = _written_out(caught_up(view), schema, writer_of(gives()))
            written_out.__dict__.update({TAKES: takes, GIVES: gives})
            documented = self.response(200, gives, headers=ANSWER_HEADERS)(written_out)
            documented = self.arguments(schema, location="query")(documented)
            return self._routed(rule, "GET", written_out, documented)

        return declare

    def upload(
        self, rule: str, takes: type[ma.Schema], gives: type[ma.Schema], *, location: str
    ) -> Callable[[UploadView], Callable[..., Response]]:
        """Declares a route that takes a file as its body, with the query that says what it is.

        The view gets the query and the file as it arrives, and returns 201 for a new file, 200 for one that was there.
        """

        def declare(view: UploadView) -> Callable[..., Response]:
            schema = takes()
            uploaded = _uploaded(view, schema)
            uploaded.__dict__.update({GIVES: gives, LOCATION: in_braces(location), STREAMED: True})
            documented = self.response(201, gives, headers=ANSWER_HEADERS)(uploaded)
            documented = self.alt_response(200, schema=gives, description=THERE_BEFORE)(documented)
            documented = self.doc(requestBody=A_FILE)(documented)
            documented = self.arguments(schema, location="query")(documented)
            return self._routed(rule, "PUT", uploaded, documented)

        return declare

    def _routed(
        self, rule: str, method: str, view: Callable[..., Response], documented: Any
    ) -> Callable[..., Response]:
        """Adds the route to this view, with the documentation of `documented`."""
        view.__dict__["_apidoc"] = documented._apidoc
        return self.route(rule, methods=[method])(view)  # type: ignore[no-any-return]


def query_values() -> dict[str, str]:
    """Returns the parameters of the query string. Raises InvalidFields if one is given twice."""
    given = this_request().args
    twice = [name for name, values in given.lists() if len(values) > 1]
    if twice:
        raise InvalidFields(errors_of({twice[0]: [_GIVEN_TWICE]}))
    values = given.to_dict()
    codec.refuse_unstorable(values)
    return values


def _read(schema: ma.Schema, values: Any) -> Any:
    """Returns what the schema makes of a body or a query. Raises InvalidFields with an error for each field.

    The schemas themselves refuse unknown fields.
    """
    try:
        return schema.load(values)
    except ma.ValidationError as error:
        raise InvalidFields(errors_of(error.messages)) from error


_GIVEN_TWICE = refused("This parameter is given more than once.", "given_twice").messages[0]


def _written_out(view: QuestionView, takes: ma.Schema, write: Writer) -> Callable[..., Response]:
    def answer(query: Body, **path: Any) -> tuple[Body, int | None]:
        result = view(_read(takes, query), **path)
        version = (
            result.pop("version", None) if isinstance(result, dict) else getattr(result, "version", None)
        )
        return {**write(result), **paused_fields()}, version

    @wraps(view)
    def run(**path: Any) -> Response:
        shown, version = answer(query_values(), **path)
        return response_to_question(shown, version=version)

    run.__dict__[ANSWER] = answer
    return run


def _uploaded(view: UploadView, takes: ma.Schema) -> Callable[..., Response]:
    def answer(query: Body, file: Arriving, **path: Any) -> Answer:
        return view(_read(takes, query), file, **path)

    @wraps(view)
    def run(**path: Any) -> Response:
        request = this_request()
        return answered(answer(query_values(), Arriving(request.stream, request.content_length), **path))

    run.__dict__[ANSWER] = answer
    return run


def _carried_out(
    view: CommandView, takes: ma.Schema, rules: Sequence[Rule], *, needs_body: bool
) -> Callable[..., Response]:
    """Answers a command; with the answer of a concurrent request with the same key, if that one succeeded."""

    def answer(given: Any, **path: Any) -> Answer:
        with naming_all(rules, given), explaining_stale(path):
            command = _read(takes, given)
            try:
                return view(command, **path)
            except ReceiptExists as known:
                return replayed(known.receipt)
            except FarleyError:
                twins = earlier_answer()
                if twins is None:
                    raise
                return twins

    @wraps(view)
    def run(**path: Any) -> Response:
        if needs_body and this_request().has_no_body:
            raise EmptyBody()
        return answered(answer(body(), **path))

    run.__dict__[ANSWER] = answer
    return run
