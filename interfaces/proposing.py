"""The next actions for a person, as interfaces show them."""

from typing import Any
from uuid import UUID

from application.moments import Moment, ReadModels
from application.services import Services
from domain.customers.errors import CustomerNotFound
from domain.next_actions.actions import ProposedAction
from projections.next_actions.naming import NamedFact, named_facts
from projections.next_actions.reading import READS, KnownForActions, known_for_actions


def proposed(services: Services, moment: Moment, profile_id: UUID) -> dict[str, Any]:
    """Returns the fields of the proposal at this moment, with `customer_id`, `position` and `reached`.

    Raises CustomerNotFound if no profile of the person was registered at the moment.
    """
    at = moment.instant or services.clock.now()
    if moment.is_past:
        with services.moments.of_person(moment, profile_id, READS) as models:
            known = _registered(known_for_actions(models.connection, profile_id, at, of_batch=True))
    else:
        models = ReadModels(moment=moment, connection=None)
        known = _registered(
            services.reading.ask(lambda connection: known_for_actions(connection, profile_id, at))
        )
    proposal = services.next_actions.propose(known.facts, known.policies, known.purposes, models, at)
    named = _named(services, proposal.actions)
    return {
        **vars(proposal),
        "customer_id": known.person_id,
        "position": known.position if models.position is None else models.position,
        "actions": [_shown(action, named) for action in proposal.actions],
        "reached": known.reached,
    }


def _registered(known: KnownForActions | None) -> KnownForActions:
    if known is None:
        raise CustomerNotFound()
    return known


def _named(services: Services, actions: tuple[ProposedAction, ...]) -> dict[int, NamedFact]:
    positions = {position for proposed in actions for position in proposed.action.facts}
    with services.reading.snapshot() as connection:
        return named_facts(connection, positions)


def _shown(proposed: ProposedAction, named: dict[int, NamedFact]) -> dict[str, Any]:
    return {
        **vars(proposed.action),
        "rank": proposed.rank,
        "because": proposed.because,
        "facts": [named[position] for position in proposed.action.facts],
    }
