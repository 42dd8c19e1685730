"""What every route's documentation says alike: headers, security and the problems it may answer with."""

from typing import Any

Doc = dict[str, Any]

HEADERS: dict[str, Doc] = {
    "CorrelationId": {
        "name": "X-Correlation-Id",
        "in": "header",
        "description": "By which this request is followed into the facts that it states.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body again within 30 days get the same answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "WaitFor": {
        "name": "Farley-Wait-For",
        "in": "header",
        "description": "Wait up to 5 seconds until the read models have reached this position.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag that this was decided on.",
        "schema": {"type": "string"},
    },
}
ANSWER_HEADERS: dict[str, Doc] = {
    "Farley-Position": {
        "description": "The log's position of this answer.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "ETag": {"description": "The stream's version.", "schema": {"type": "string"}},
}
ANY = (401, 403, 404, 500, 503)
OF_QUESTIONS = (422,)
OF_COMMANDS = (400, 409, 413, 415, 422)
OF_IF_MATCH = (412, 428)
PROBLEMS = sorted({*ANY, *OF_QUESTIONS, *OF_COMMANDS, *OF_IF_MATCH})


def document_manners(doc: Doc, doc_info: Doc, *, method: str, **context: Any) -> Doc:
    """Adds to an operation what holds for all of its kind."""
    if doc_info.get("public"):
        return {**doc, "security": []}
    asks = method == "get"
    headers = ["CorrelationId", "WaitFor"] if asks else ["CorrelationId"]
    problems = [*ANY, *(OF_QUESTIONS if asks else OF_COMMANDS)]
    if method == "post":
        headers.append("IdempotencyKey")
    if doc_info.get("if_match"):
        headers.append("IfMatch")
        problems += OF_IF_MATCH
    # names that apispec turns into references to components
    doc["parameters"] = [*doc.get("parameters", []), *headers]
    doc.setdefault("responses", {}).update({status: f"Problem{status}" for status in problems})
    return doc
