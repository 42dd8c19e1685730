"""The words of figures: what is counted."""

from enum import StrEnum


class FigureKind(StrEnum):
    """What a figure counts. `STOPPED`: messages that a decision suppressed."""

    CONTACT = "contact"
    COMPLAINT = "complaint"
    MESSAGE = "message"
    STOPPED = "stopped"
    CONSENT = "consent"
    ORDER = "order"
    CUSTOMER = "customer"


class FigureOutcome(StrEnum):
    """Which of them. Those of `STOPPED` have the code of the first reason instead."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    MACHINE = "machine"
    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"
    WAITING = "waiting"
    SENT = "sent"
    HELD_OUT = "held_out"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    OPTED_OUT = "opted_out"
    PLACED = "placed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    REGISTERED = "registered"
