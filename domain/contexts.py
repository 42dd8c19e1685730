"""The contexts of Farley, in one list. What belongs to a context is found by the names that stand here.

Its facts, aggregates and refusals are in `domain/<name>/`, its use cases in `application/`. Each question that it
answers is a folder `projections/<question>/` with tables, fold and reporting views, each of its routes a module
`interfaces/http/routes/<route>.py` with a blueprint of that name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Context:
    """`actions`: what the key of a client may be for."""

    name: str
    questions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


CONTEXTS = (
    Context(
        name="customers",
        questions=("identity", "customers", "timeline", "consent"),
        routes=("customers", "customer_reading", "consents"),
        actions=("consents:write", "customers:read", "customers:write", "history:read"),
    ),
    Context(name="touchpoints", routes=("touchpoints",), actions=("touchpoints:write",)),
    Context(name="orders", questions=("orders",), routes=("orders",), actions=("orders:write",)),
    Context(
        name="complaints",
        questions=("complaints",),
        routes=("complaints",),
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
        routes=("campaigns", "schedules"),
        actions=("approvals:write", "campaigns:read", "campaigns:write"),
    ),
    Context(name="runs", routes=("runs", "replays")),
    Context(name="responses", questions=("responses",), routes=("responses",)),
    Context(name="eligibility", routes=("eligibility",), actions=("eligibility:read",)),
    Context(name="messages", routes=("preferences", "clicks")),
)
"""In the order in which their projections fold and the API's document shows them: audience needs identity before it."""
