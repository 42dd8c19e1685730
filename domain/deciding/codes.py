"""The words of decisions: verdicts, the closed list of reason codes (docs/semantics.md, rule 1), and time zones."""

from enum import StrEnum


class Verdict(StrEnum):
    """What is decided about a message to a person."""

    ELIGIBLE = "eligible"
    HELD_OUT = "held_out"
    """Only the hold-out of the campaign stops the message."""
    SUPPRESSED = "suppressed"
    DEFERRED = "deferred"
    """Reserved for quiet hours and frequency caps, which put a message off. No rule does so yet."""


class ZoneSource(StrEnum):
    """Whose time zone a person is decided in."""

    PERSON = "person"
    INSTALLATION = "installation"


class ReasonCode(StrEnum):
    """All reason codes, in the order in which decisions name them. Some are reserved: no rule gives them yet."""

    NO_CONTACT_POINT = "NO_CONTACT_POINT"
    INVALID_CONTACT_POINT = "INVALID_CONTACT_POINT"
    NO_CONSENT = "NO_CONSENT"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    OPTED_OUT_TOPIC = "OPTED_OUT_TOPIC"
    GLOBAL_DO_NOT_CONTACT = "GLOBAL_DO_NOT_CONTACT"
    HARD_BOUNCE = "HARD_BOUNCE"
    SOFT_BOUNCE_THRESHOLD = "SOFT_BOUNCE_THRESHOLD"
    SPAM_COMPLAINT = "SPAM_COMPLAINT"
    OPEN_COMPLAINT = "OPEN_COMPLAINT"
    COMPLAINT_COOLING_OFF = "COMPLAINT_COOLING_OFF"
    SERVICE_RECOVERY_PENDING = "SERVICE_RECOVERY_PENDING"
    DELINQUENT = "DELINQUENT"
    FREQUENCY_CAP = "FREQUENCY_CAP"
    QUIET_HOURS = "QUIET_HOURS"
    LOWER_PRIORITY_CONFLICT = "LOWER_PRIORITY_CONFLICT"
    HOLDOUT_GLOBAL = "HOLDOUT_GLOBAL"
    HOLDOUT_CAMPAIGN = "HOLDOUT_CAMPAIGN"
    ALREADY_CONTACTED = "ALREADY_CONTACTED"
    ALREADY_CONVERTED = "ALREADY_CONVERTED"
    MINOR = "MINOR"
    DECEASED = "DECEASED"
    LEGAL_HOLD = "LEGAL_HOLD"
    ERASED = "ERASED"
    DUPLICATE_ADDRESS_IN_RUN = "DUPLICATE_ADDRESS_IN_RUN"
    DOMAIN_BLOCKED = "DOMAIN_BLOCKED"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    OPERATOR_EXCLUDED = "OPERATOR_EXCLUDED"
    RENDER_ERROR = "RENDER_ERROR"
    PROVIDER_SUPPRESSED = "PROVIDER_SUPPRESSED"
    EXPIRED = "EXPIRED"
    OBJECTION = "OBJECTION"
    NO_LONGER_IN_SEGMENT = "NO_LONGER_IN_SEGMENT"
    CAMPAIGN_CANCELLED = "CAMPAIGN_CANCELLED"
    CIRCUIT_BREAKER = "CIRCUIT_BREAKER"
