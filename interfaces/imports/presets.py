"""Presets for files of a known shape: the CDNOW purchase log and the complaints that the CFPB publishes.

The CFPB's file names no customers. The preset assigns complaint k, in the file's order, to CDNOW customer k.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.complaints.events import Outcome, Severity
from domain.errors import InvalidInput
from domain.touchpoints.events import TouchpointChannel
from interfaces.imports.plans import Derive
from interfaces.imports.rows import Layout


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The options of `farley import` for a file of this shape; columns not in `paths` are left out.

    `dates` is the pattern of the file's dates, which are read in UTC.
    """

    kind: str
    source: str
    layout: Layout
    paths: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    dates: str | None = None
    derive: Derive | None = None


CDNOW = Layout(delimiter=" ", header=("master_id", "customer", "date", "cds", "dollars"))

CFPB_DATES = "%m/%d/%Y"
CLOSED_AFTER = timedelta(hours=15 * 24)
CFPB_SEVERITY = {"Mortgage": Severity.HIGH, "Debt collection": Severity.NORMAL}
CFPB_CHANNEL = {"Postal mail": TouchpointChannel.POST}
CFPB_OUTCOME = {
    "Closed with monetary relief": Outcome.UPHELD,
    "Closed with non-monetary relief": Outcome.PARTLY_UPHELD,
    "Closed with explanation": Outcome.REJECTED,
    "Closed": Outcome.REJECTED,
}
CFPB_OPEN = "Untimely response"


def cfpb_complaint(number: int, cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """Derives the customer, the severity and the channel of a complaint.

    A complaint that the company answered also gets its answer and its closing.
    """
    channel, response = cells["submitted_via"], cells["company_response_to_consumer"]
    opened = {
        "customer": f"{number:04d}",
        "severity": CFPB_SEVERITY.get(cells["product"], Severity.LOW),
        "channel": CFPB_CHANNEL.get(channel, channel.lower()),
    }
    return opened if response == CFPB_OPEN else {**opened, **_answered(cells, response)}


def _answered(cells: Mapping[str, Any], response: str) -> dict[str, str]:
    sent = cells["date_sent_to_company"]
    try:
        closed = datetime.strptime(sent, CFPB_DATES).replace(tzinfo=UTC) + CLOSED_AFTER
    except ValueError as error:
        raise InvalidInput("Not a date.", path="date_sent_to_company", code="invalid_date") from error
    timely, disputed = cells["timely_response"], cells["consumer_disputed?"]
    return {
        "answered_on": sent,
        "answer": f"{response}. Timely: {timely}. Disputed: {disputed}.",
        "closed_on": closed.strftime(CFPB_DATES),
        "outcome": CFPB_OUTCOME.get(response, Outcome.REJECTED),
        "root_cause": cells["issue"],
    }


CFPB = Derive(
    needs=frozenset(
        {
            "product",
            "issue",
            "submitted_via",
            "company_response_to_consumer",
            "date_sent_to_company",
            "timely_response",
            "consumer_disputed?",
        }
    ),
    gives=frozenset(
        {
            "customer",
            "severity",
            "channel",
            "answered_on",
            "answer",
            "closed_on",
            "outcome",
            "root_cause",
        }
    ),
    cells=cfpb_complaint,
)

PRESETS = {
    "cdnow-customers": Preset(
        kind="customers",
        source="cdnow",
        layout=CDNOW,
        key=("customer",),
        paths={"customer": ("external_ids.0.number",)},
        constants={"kind": "person", "external_ids.0.source": "cdnow"},
    ),
    "cdnow-orders": Preset(
        kind="orders",
        source="cdnow",
        layout=CDNOW,
        dates="%Y%m%d",
        paths={
            "customer": ("identifier.value",),
            "date": ("occurred_at",),
            "cds": ("lines.0.quantity",),
            "dollars": ("lines.0.amount",),
        },
        constants={
            "identifier.kind": "external_id",
            "identifier.source": "cdnow",
            "currency": "USD",
            "lines.0.sku": "CD",
        },
    ),
    "cfpb-complaints": Preset(
        kind="complaints",
        source="cfpb",
        layout=Layout(encoding="latin-1"),
        key=("complaint_id",),
        dates=CFPB_DATES,
        derive=CFPB,
        paths={
            "customer": ("identifier.value",),
            "date_received": ("occurred_at",),
            "product": ("product",),
            "issue": ("category",),
            "sub_issue": ("subject",),
            "severity": ("severity",),
            "channel": ("channel",),
            "answered_on": ("responses.0.occurred_at",),
            "answer": ("responses.0.text",),
            "closed_on": ("closings.0.occurred_at",),
            "root_cause": ("closings.0.root_cause",),
            "outcome": ("closings.0.outcome",),
        },
        constants={"identifier.kind": "external_id", "identifier.source": "cdnow"},
    ),
}
