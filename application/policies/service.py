"""Policies: versions of the numbers and lists that an installation chooses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import EllipsisType

from application.catalogue.declared import Declared
from application.policies.commands import AdoptSuppressionPolicy
from application.requests import Answer, Request
from application.store import Store, retried
from domain.errors import InvalidInput
from domain.policies.suppression_policies import STREAM, PolicyChange, SuppressionPolicies

OF_A_REASON = ("stops", "expires_after_days")


class PoliciesService:
    """A version, once adopted, is never changed; a next one replaces it from its instant on."""

    def __init__(self, *, store: Store) -> None:
        self._store = store
        self._declared = Declared(store)

    @retried
    def adopt_suppression_policy(self, command: AdoptSuppressionPolicy, request: Request) -> Answer:
        """Body: `version`, `takes_effect_at`. InvalidInput by the path of what was sent; UndeclaredPurpose."""
        if not (command.cooling_off_days or command.reasons or command.credit_purposes is not None):
            raise InvalidInput(
                "Nothing would be otherwise than in the newest version.", code="nothing_changes"
            )
        policies = self._store.find(SuppressionPolicies, STREAM) or SuppressionPolicies.before_any()
        for index, purpose in enumerate(command.credit_purposes or ()):
            if purpose not in policies.newest.credit_purposes:
                self._declared.check_purpose(purpose, f"credit_purposes.{index}")
        takes_effect_at = command.takes_effect_at or request.received_at
        with _named_by_reason():
            adopted = policies.adopt(_change(command), takes_effect_at, request.circumstances())
        body = {"version": adopted.version, "takes_effect_at": _written(adopted.takes_effect_at)}
        return self._store.save(policies, request=request, answer=Answer(body=body, created=True))


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _change(command: AdoptSuppressionPolicy) -> PolicyChange:
    reasons = command.reasons
    return PolicyChange(
        cooling_off_days=command.cooling_off_days,
        stops={reason: list(one.stops) for reason, one in reasons.items() if one.stops is not None},
        expires_after_days={
            reason: one.expires_after_days
            for reason, one in reasons.items()
            if not isinstance(one.expires_after_days, EllipsisType)
        },
        credit_purposes=None if command.credit_purposes is None else tuple(set(command.credit_purposes)),
        note=command.note,
    )


@contextmanager
def _named_by_reason() -> Iterator[None]:
    """Clients say `reasons.CODE.stops` where the fact says `stops.CODE`."""
    try:
        yield
    except InvalidInput as refused:
        field, _, reason = refused.path.partition(".")
        if field not in OF_A_REASON:
            raise
        path = f"reasons.{reason}.{field}" if reason else "reasons"
        raise type(refused)(refused.message, path=path, code=refused.code) from None
