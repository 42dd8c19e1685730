"""The documentation that routes share: headers, security and possible problem responses."""

from typing import Any

from interfaces.http.auth import PUBLIC, is_question
from interfaces.http.idempotency import KEY
from interfaces.http.preconditions import OPTIONAL, TAGS
from interfaces.http.waiting import LONGEST_POSITION

Doc = dict[str, Any]

HEADERS: dict[str, Doc] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body again within 30 days get the same answer.",
        "schema": {"type": "string", "pattern": f"^{KEY}$"},
    },
    "WaitFor": {
        "name": "Farley-Wait-For",
        "in": "header",
        "description": "Wait up to 5 seconds until the read models have reached this position; 422 for a position that"
        " the log has not given out. What the same key did before is shown without this header, and nothing is"
        " answered 404 before the read models have reached what the log had when the question came. 503 where that"
        " takes longer, or where too many requests wait. A paused projection is not waited for: 503 at once, with"
        " `paused_projections`, where the answer reads a projection that is paused before this position; also, instead"
        " of 404, for a thing that the log has and such a projection has not folded. Some HTTP libraries obey"
        " `Retry-After` by sleeping, here for 60 seconds.",
        "schema": {"type": "string", "pattern": f"^[0-9]{{1,{LONGEST_POSITION}}}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag that this was decided on, or several, of which one has to be current; `*` for any."
        " A weak ETag never matches.",
        "schema": {"type": "string", "pattern": TAGS},
    },
    "IfMatchWhereGiven": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag that this was decided on, or several, of which one has to be current; without it any"
        " version will do.",
        "schema": {"type": "string", "pattern": TAGS},
    },
}
ANSWER_HEADERS: dict[str, Doc] = {
    "Farley-Position": {
        "description": "The log's position of this answer.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Farley-Paused-Projections": {
        "description": "The names of the `paused_projections` of this answer; absent if there are none.",
        "schema": {"type": "string"},
    },
    "X-Correlation-Id": {
        "description": "By which the request is followed into the facts that it states: its own X-Correlation-Id"
        " where that is a UUID, else a new one.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "ETag": {
        "description": "The stream's version; under a merged customer's id also whose it is.",
        "schema": {"type": "string"},
    },
}
ANY = (400, 401, 403, 404, 414, 422, 431, 500, 503)
OF_BODIES = (409, 413, 415)
OF_IF_MATCH = {True: (412, 428), OPTIONAL: (412,)}
PROBLEMS = sorted({*ANY, *OF_BODIES, 412, 428, 429})


def document_manners(doc: Doc, doc_info: Doc, *, method: str, **context: Any) -> Doc:
    """Adds the headers, problem responses and security that follow from the operation's action and method."""
    action = doc_info.get("action", "")
    if action == PUBLIC:
        return {**doc, "security": []}
    problems = [*ANY, *(() if method == "get" else OF_BODIES)]
    problems += OF_IF_MATCH.get(doc_info.get("if_match", False), ())
    problems += [429] if doc_info.get("paced") else []
    # apispec turns these names into references to components.
    headers = [name for name, needed in _headers(doc_info, method).items() if needed]
    doc["parameters"] = [*doc.get("parameters", []), *headers]
    doc.setdefault("responses", {}).update({status: f"Problem{status}" for status in problems})
    return doc


def _headers(doc_info: Doc, method: str) -> dict[str, bool]:
    return {
        "WaitFor": is_question(doc_info.get("action")),
        "IdempotencyKey": method == "post",
        "IfMatch": doc_info.get("if_match") is True,
        "IfMatchWhereGiven": doc_info.get("if_match") == OPTIONAL,
    }
