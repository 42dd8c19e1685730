"""Routes of commands and questions, with the schemas that load, dump and document their bodies."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import marshmallow as ma
from flask import Request, Response, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from application import codec
from application.receipts import ReceiptExists
from application.requests import Answer
from domain.errors import FarleyError
from interfaces.http.answers import LOCATION, answered, in_braces, response_to_question
from interfaces.http.idempotency import earlier_answer, replayed
from interfaces.http.manners import ANSWER_HEADERS, document_manners
from interfaces.http.preconditions import IF_MATCH
from interfaces.http.refusals import InvalidFields
from interfaces.http.requests_in import MANY_ROWS, body
from interfaces.http.schemas.base import BodyIn, errors_of, refused
from interfaces.http.schemas.writing import Writer, writer_of
from interfaces.http.waiting import caught_up

TAKES, GIVES, LATER = "farley_takes", "farley_gives", "farley_later"
"""The names under which a route keeps the schemas of its request, of its answer, and of an answer with 202."""
THERE_BEFORE = "The same was there before; nothing changed."
WORK_GOES_ON = "Work goes on; the path in Location shows how far it is."
Body = dict[str, Any]
CommandView = Callable[..., Answer]
QuestionView = Callable[..., Any]


class FieldParser(FlaskParser):
    """Loads the body that `requests_in` has read, or the query. Raises InvalidFields with an error for each field.

    The schemas themselves refuse unknown fields.
    """

    def parse(self, argmap: Any, req: Request | None = None, *, location: str | None = None, **_: Any) -> Any:
        try:
            return argmap.load(query_values() if location == "query" else body())
        except ma.ValidationError as error:
            raise InvalidFields(errors_of(error.messages)) from error


class Routes(Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """A blueprint of one context."""

    ARGUMENTS_PARSER = FieldParser()

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
    ) -> Callable[[CommandView], Callable[..., Response]]:
        """Declares a route for a command: its body, its answer, and the route that shows a new resource.

        `status`: of a new fact; a duplicate is answered with 200. `later`: the answer with 202, if the route answers so
        when the work takes longer than a request. `if_match`: whether the header is required,
        or OPTIONAL. `many_rows`: whether the route takes a batch.
        """

        def declare(view: CommandView) -> Callable[..., Response]:
            carried_out = _carried_out(caught_up(view))
            schemas = {TAKES: takes, GIVES: gives, LATER: later}
            manners = {LOCATION: location and in_braces(location), IF_MATCH: if_match, MANY_ROWS: many_rows}
            carried_out.__dict__.update(schemas | manners)
            documented = self.response(status, gives, headers=ANSWER_HEADERS)(carried_out)
            if status != 200:
                documented = self.alt_response(200, schema=gives, description=THERE_BEFORE)(documented)
            if later is not None:
                documented = self.alt_response(202, schema=later, description=WORK_GOES_ON)(documented)
            documented._apidoc["if_match"] = if_match
            schema = takes()
            needed = any(field.required for field in schema.fields.values()) or "oneOf" in schema.rules
            view_with_body = self.arguments(schema, required=needed)(documented)
            return self.route(rule, methods=[method])(view_with_body)  # type: ignore[no-any-return]

        return declare

    def question(
        self, rule: str, takes: type[ma.Schema], gives: type[ma.Schema]
    ) -> Callable[[QuestionView], Callable[..., Response]]:
        """Declares a route for a question: its query parameters, and the schema that dumps its answer."""

        def declare(view: QuestionView) -> Callable[..., Response]:
            written_out = _written_out(caught_up(view), writer_of(gives()))
            written_out.__dict__.update({TAKES: takes, GIVES: gives})
            documented = self.response(200, gives, headers=ANSWER_HEADERS)(written_out)
            view_with_query = self.arguments(takes(), location="query")(documented)
            return self.route(rule, methods=["GET"])(view_with_query)  # type: ignore[no-any-return]

        return declare


def query_values() -> dict[str, str]:
    """Returns the parameters of the query string. Raises InvalidFields if one is given twice."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise InvalidFields(errors_of({twice[0]: [_GIVEN_TWICE]}))
    values = request.args.to_dict()
    codec.refuse_unstorable(values)
    return values


_GIVEN_TWICE = refused("This parameter is given more than once.", "given_twice").messages[0]


def _written_out(view: QuestionView, write: Writer) -> Callable[..., Response]:
    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        result = view(*args, **kwargs)
        version = (
            result.pop("version", None) if isinstance(result, dict) else getattr(result, "version", None)
        )
        return response_to_question(write(result), version=version)

    return run


def _carried_out(view: CommandView) -> Callable[..., Response]:
    """Answers a command; with the answer of a concurrent request with the same key, if that one succeeded."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        try:
            return answered(view(*args, **kwargs))
        except ReceiptExists as known:
            return answered(replayed(known.receipt))
        except FarleyError:
            twins = earlier_answer()
            if twins is None:
                raise
            return answered(twins)

    return run
