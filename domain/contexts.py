"""The contexts of Farley, in one list. The names in this list lead to the code of each context.

The facts, aggregates and refusals of a context are in `domain/<name>/`, its use cases in `application/`. Each
of its questions is a folder `projections/<question>/` with tables, fold and reporting views. Its routes and
schemas of HTTP are in `interfaces/http/contexts/<name>/`: `routes.py` and `schemas.py` for the route of the
context's name, `<route>_routes.py` and `<route>_schemas.py` for another. A module of routes has a blueprint of
the route's name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Context:
    """One context. `actions` are the permissions that the key of a client may have."""

    name: str
    questions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


CONTEXTS = (
    Context(
        name="customers",
        questions=("identity", "customers", "timeline", "consent"),
        routes=(
            "customers",
            "customer_reading",
            "customer_search",
            "person_parts",
            "next_actions",
            "consents",
        ),
        actions=("consents:write", "customers:read", "customers:write"),
    ),
    Context(name="touchpoints", routes=("touchpoints",), actions=("touchpoints:write",)),
    Context(
        name="orders", questions=("orders",), routes=("orders",), actions=("orders:read", "orders:write")
    ),
    Context(
        name="complaints",
        questions=("complaints",),
        routes=("complaints", "complaint_reading"),
        actions=("complaints:read", "complaints:write"),
    ),
    Context(
        name="suppressions",
        questions=("suppression",),
        routes=("suppressions",),
        actions=("suppressions:read", "suppressions:write"),
    ),
    Context(
        name="policies",
        questions=("policies",),
        routes=("policies",),
        actions=("policies:read", "policies:write"),
    ),
    Context(name="catalogue", routes=("catalogue",), actions=("catalogue:read", "catalogue:write")),
    Context(
        name="segments",
        questions=("audience", "segments"),
        routes=("segments",),
        actions=("segments:read", "segments:write"),
    ),
    Context(
        name="campaigns",
        questions=("campaigns", "schedules"),
        routes=("campaigns", "schedules", "tests"),
        actions=("approvals:write", "campaigns:read", "campaigns:write"),
    ),
    Context(name="runs", routes=("runs", "replays")),
    Context(name="responses", questions=("responses",), routes=("responses",)),
    Context(name="figures", questions=("figures",), routes=("figures",), actions=("figures:read",)),
    Context(name="eligibility", routes=("eligibility",), actions=("eligibility:read",)),
    Context(name="messages", routes=("messages", "preferences", "clicks", "shown_messages")),
    Context(name="history", routes=("facts", "histories"), actions=("history:read",)),
    Context(name="access", routes=("keys", "sessions"), actions=("keys:read", "keys:write")),
    Context(name="imports", routes=("imports",), actions=("imports:read", "imports:write")),
    Context(name="jobs", routes=("jobs",), actions=("jobs:read",)),
    Context(
        name="projections",
        routes=("projections", "interventions"),
        actions=("projections:read", "projections:write"),
    ),
)
"""The contexts, in the order of folding and of the OpenAPI document: `audience` folds after `identity`."""
