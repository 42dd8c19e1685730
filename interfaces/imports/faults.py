"""Names all wrong cells of a refused row, each with its column, and all wrong constants of a plan."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from itertools import chain
from typing import Any

import marshmallow as ma

from application import codec
from application.requests import Request
from application.services import Services
from domain.errors import FarleyError, InvalidInput
from domain.plain_text import stored_tree
from interfaces.http.schemas.base import errors_of
from interfaces.imports.naming import RowNames
from interfaces.imports.plans import Plan
from interfaces.imports.report import Errors
from interfaces.imports.rows import Row, undecodable
from interfaces.imports.spelling import Spelling
from interfaces.imports.trees import path_of_cell
from interfaces.value_rules import Body, broken

Error = Mapping[str, Any]
DATES_HINT = "--dates PATTERN reads another notation."
HINTS = {
    "no_country_code": "FARLEY_REGION names the country of numbers without one.",
    "invalid_instant": DATES_HINT,
    "invalid_date": DATES_HINT,
    "different_content": "--key COLUMN,COLUMN names the columns that tell rows apart.",
    "control_character": "A line break is one, too: put the cell on one line.",
    "unknown_field": "--map COLUMN=FIELD names its field, --mapped-only leaves it out.",
}
"""What to do about an error over a file, by code."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Finds the errors of one import. Nothing here changes `spelling` or `names`."""

    services: Services
    plan: Plan
    schema: ma.Schema
    spelling: Spelling
    names: RowNames

    def errors(self, row: Row, refusal: Exception, request: Request) -> Errors:
        """Returns the errors of a refused row in the order of its columns, one for each column or field."""
        body = self._body(row)
        errors: dict[str, Error] = {}
        for error in (*_errors(refusal), *self._of_cells(row), *self._of_body(body, request)):
            reported = self._with_column(error, body, row)
            errors.setdefault(reported.get("column", reported["path"]), reported)
        columns = list(row.cells)
        return sorted(errors.values(), key=lambda error: _place(error, columns))

    def wrong_constants(self, request: Request) -> Iterator[str]:
        """Yields a sentence for each constant that no row can have."""
        constants = self.plan.columns.constants
        body = self.plan.columns.constants_alone()
        for error in self._of_body(body, request) if constants else ():
            path, code = path_of_cell(body, error["path"]), error["code"]
            # A column may give the rows another currency, with more minor units.
            if code == "too_many_digits" and "currency" not in constants:
                continue
            for name, value in constants.items():
                if name == path or (code == "unknown_field" and name.startswith(f"{path}.")):
                    yield f"--set {name}={value}: {error['message']}"

    def _of_cells(self, row: Row) -> Iterator[Error]:
        if _is_unreadable(row):
            return
        refusals = (*self.names.missing_keys(row.cells), *undecodable(row.cells), *_unstorable(row.cells))
        for refusal in refusals:
            yield from _errors(refusal)

    def _of_body(self, body: Body | None, request: Request) -> Iterator[Error]:
        if body is None:
            return
        wrong: list[InvalidInput] = []
        try:
            spelled = copy(self.spelling).spell_all(self.schema, body, wrong)
        except InvalidInput as refusal:
            yield from _errors(refusal)
            return
        yield from chain.from_iterable(map(_errors, wrong))
        yield from errors_of(self.schema.validate(spelled))
        broken_rules = broken(self.plan.kind.rules, self.services, spelled, request)
        yield from chain.from_iterable(map(_errors, broken_rules))

    def _body(self, row: Row) -> Body | None:
        """Returns the body of the row's readable cells, or None if the row makes no body."""
        if _is_unreadable(row):
            return None
        wrong = {refusal.path for refusal in (*undecodable(row.cells), *_unstorable(row.cells))}
        try:
            readable = {column: "" if column in wrong else cell for column, cell in row.cells.items()}
            return self.plan.body(row.number, stored_tree(readable), "0")
        except InvalidInput:
            return None

    def _with_column(self, error: Error, body: Body | None, row: Row) -> Error:
        path = path_of_cell(body, error["path"])
        hint = self._hint(error["code"], path)
        reported = {
            **error,
            "path": path,
            "message": f"{error['message']} {hint}" if hint else error["message"],
        }
        if self.plan.layout.json_lines:
            return reported
        # An object is missing because the cells of its parts are empty.
        is_missing = error["code"] == "missing"
        column = self.plan.columns.column_of(path, row.cells, or_of_part=is_missing)
        if column is None and path in row.cells:
            column = path
        return {**reported, "column": column} if column else reported

    def _hint(self, code: str, path: str) -> str | None:
        if code == "wrong_type" and not self.plan.layout.json_lines and self.spelling.is_moment(path):
            return DATES_HINT
        if code == "different_content" and self.plan.key:
            key = ",".join(self.plan.key)
            return (
                f"A row with the same {key} was stored. If both are facts, --key {key},COLUMN tells them apart;"
                " an import does not change what is stored."
            )
        if code == "different_content" and self.plan.kind.registers_customers:
            return None  # the refusal says how to correct a customer; a key would register the customer again
        return HINTS.get(code)


def _is_unreadable(row: Row) -> bool:
    """Says whether the row has no cells to check: it is torn, or has another number of cells."""
    return row.refusal is not None and row.refusal.code != "wrong_encoding"


def _unstorable(cells: Mapping[str, Any]) -> Iterator[InvalidInput]:
    for column, cell in cells.items():
        try:
            codec.refuse_unstorable(cell, column)
        except InvalidInput as refusal:
            yield InvalidInput(refusal.message, path=column, code=refusal.code)


def _place(error: Error, columns: list[str]) -> int:
    column = error.get("column")
    return columns.index(column) if column in columns else len(columns)


def _errors(refusal: Exception) -> Errors:
    """Returns the path, code and message of each error in the refusal."""
    if isinstance(refusal, ma.ValidationError):
        return list(errors_of(refusal.messages))
    if isinstance(refusal, InvalidInput):
        return [{"path": refusal.path, "code": refusal.code, "message": refusal.message}]
    assert isinstance(refusal, FarleyError)
    details = {name: str(value) for name, value in refusal.details.items()}
    return [{"path": "", "code": _code(refusal), "message": refusal.message, **details}]


def _code(refusal: FarleyError) -> str:
    """Returns the error's code, made from its class: `DifferentContent` gives `different_content`."""
    name = type(refusal).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
