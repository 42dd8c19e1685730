"""The settings of a version of the suppression policy in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.complaints.events import Severity
from domain.deciding.policy import IMPOSABLE
from interfaces.console.languages import Texts

Version = Mapping[str, Any]
Setting = tuple[str, str]


def settings_of(version: Version, t: Texts) -> Sequence[Setting]:
    """Returns pairs of a setting's name and what the version says about it, always in the same order."""
    days, reasons = version["cooling_off_days"], version["reasons"]
    purposes = [t.word("purpose", purpose) for purpose in version["credit_purposes"]]
    return (
        *((_cooling_off(severity, t), t("policy.days", n=days[severity])) for severity in Severity),
        *((t.word("reason", reason), _of_reason(reasons[reason], t)) for reason in IMPOSABLE),
        (t("policy.credit_purposes"), ", ".join(purposes) or t("policy.none")),
    )


def _cooling_off(severity: str, t: Texts) -> str:
    return t("policy.cooling_off", severity=t.word("severity", severity))


def _of_reason(reason: Mapping[str, Any], t: Texts) -> str:
    stops = ", ".join(t.word("message_class", message_class) for message_class in reason["stops"])
    expires = reason["expires_after_days"]
    ends = t("policy.never_expires") if expires is None else t("policy.expires", n=expires)
    return t("policy.stops", what=stops or t("policy.none"), ends=ends)
