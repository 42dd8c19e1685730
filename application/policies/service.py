"""The use cases for policies: an installation adopts and withdraws versions of them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import EllipsisType
from typing import Any

from application.catalogue.declared import catalogue_of
from application.natural_identity import save_unless_so
from application.policies.commands import AdoptSuppressionPolicy, WithdrawSuppressionPolicy
from application.requests import Answer, Request
from application.store import Store, retried
from domain.catalogue.names import NameKind
from domain.deciding.policy import SuppressionPolicy
from domain.errors import InvalidInput
from domain.facts import Fact
from domain.plain_text import folded
from domain.policies.events import PolicyKind, PolicyVersionWithdrawn
from domain.policies.suppression import PolicyChange, changed, policy_of
from domain.policies.versions import PolicyVersions, Version, versions_id

KIND = PolicyKind.SUPPRESSION
OF_A_REASON = ("stops", "expires_after_days")


class PoliciesService:
    """Handles the commands about policies.

    An adopted version never changes. The next version replaces it when that one takes effect.
    """

    def __init__(self, *, store: Store) -> None:
        self._store = store

    @retried
    def adopt_suppression_policy(self, command: AdoptSuppressionPolicy, request: Request) -> Answer:
        """Adopts a version of the suppression policy.

        Body: `version`, `takes_effect_at` and `followed_by`, the versions planned for later, which do not change.
        Raises InvalidInput, with the path in the request, or UndeclaredName.
        """
        if not (command.cooling_off_days or command.reasons or command.credit_purposes is not None):
            raise InvalidInput(
                "This version changes nothing. Name at least one value that changes.", code="nothing_changes"
            )
        versions = self._versions()
        takes_effect_at = command.takes_effect_at or request.received_at
        before = policy_of(versions.in_effect_at(takes_effect_at))
        purposes = self._spelled(command.credit_purposes, before)
        with _named_by_reason():
            content = changed(_change(command, purposes), before)
        adopted = versions.adopt(KIND, content, takes_effect_at, request.circumstances(), command.note)
        followed_by = [_named(planned) for planned in versions.planned_after(takes_effect_at)]
        body = {**_named(adopted), "followed_by": followed_by}
        return self._store.save(versions, request=request, answer=Answer(body=body, created=True))

    @retried
    def withdraw_suppression_policy(self, command: WithdrawSuppressionPolicy, request: Request) -> Answer:
        """Withdraws a planned version. Body: `version`.

        Raises PolicyVersionNotFound, or PolicyVersionBegun if the version has taken effect.
        """
        versions = self._versions()
        versions.withdraw(KIND, command.version, request.circumstances(), command.reason)
        answer = Answer(body={"version": command.version})
        return save_unless_so(
            self._store,
            versions,
            request=request,
            answer=answer,
            made_so=lambda fact: _withdraws(fact, command.version),
        )

    def _spelled(self, purposes: Collection[str] | None, before: SuppressionPolicy) -> tuple[str, ...] | None:
        """Returns each purpose once, as it was declared or as the previous version names it, or None for None.

        Raises UndeclaredName with its path.
        """
        if purposes is None:
            return None
        catalogue = catalogue_of(self._store)
        named_before = {folded(name): name for name in before.credit_purposes}
        spelled = (
            named_before.get(folded(name))
            or catalogue.spelled(NameKind.PURPOSE, name, f"credit_purposes.{index}")
            for index, name in enumerate(purposes)
        )
        return tuple(dict.fromkeys(spelled))

    def _versions(self) -> PolicyVersions:
        return self._store.find(PolicyVersions, versions_id(KIND)) or PolicyVersions.before_any(KIND)


def _named(version: Version) -> dict[str, Any]:
    return {"version": version.version, "takes_effect_at": _written(version.takes_effect_at)}


def _withdraws(fact: Fact, version: int) -> bool:
    return isinstance(fact, PolicyVersionWithdrawn) and fact.version == version


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _change(command: AdoptSuppressionPolicy, credit_purposes: tuple[str, ...] | None) -> PolicyChange:
    reasons = command.reasons
    return PolicyChange(
        cooling_off_days=command.cooling_off_days,
        stops={reason: list(change.stops) for reason, change in reasons.items() if change.stops is not None},
        expires_after_days={
            reason: change.expires_after_days
            for reason, change in reasons.items()
            if not isinstance(change.expires_after_days, EllipsisType)
        },
        credit_purposes=credit_purposes,
    )


@contextmanager
def _named_by_reason() -> Iterator[None]:
    """Translates the paths of errors: clients write `reasons.CODE.stops`, while the fact has `stops.CODE`."""
    try:
        yield
    except InvalidInput as refused:
        field, _, reason = refused.path.partition(".")
        if field not in OF_A_REASON:
            raise
        path = f"reasons.{reason}.{field}" if reason else "reasons"
        raise type(refused)(refused.message, path=path, code=refused.code) from None
