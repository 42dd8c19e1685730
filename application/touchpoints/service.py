"""The use cases for touchpoints: record them one by one or in batches, each once."""

from collections.abc import Sequence
from uuid import UUID

from application.catalogue.declared import Declared, recalled_catalogue
from application.customers.whose import Whose
from application.natural_identity import save_once
from application.requests import Answer, Request
from application.statements import Spelling, whose_body
from application.store import Store, retried
from application.touchpoints.batch import BatchEntry, TouchpointBatch
from application.touchpoints.commands import RecordTouchpoint
from domain.bounds import too_many
from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import Catalogue, Split
from domain.errors import Conflict, InvalidInput, Outdated
from domain.touchpoints.events import TouchpointRecorded
from domain.touchpoints.touchpoint import Touchpoint

MOST_IN_A_BATCH = 1_000


class TouchpointsService:
    """Records touchpoints without loading customers. Feeds may arrive in any order and repeat messages."""

    def __init__(self, *, store: Store, whose: Whose) -> None:
        self._store = store
        self._whose = whose
        self._declared = Declared(store)

    @retried
    def record_touchpoint(self, command: RecordTouchpoint, request: Request) -> Answer:
        """Records a touchpoint. The same source and message_id with the same content is a duplicate.

        Raises DifferentContent if it was recorded with other content.
        """
        customer = self._whose.profile_of(command.customer_id, command.identifier, must_exist=False)
        catalogue = recalled_catalogue(self._store) if command.properties else Catalogue.empty()
        properties = catalogue.split(AttributeScope.TOUCHPOINT, command.properties, "properties")
        fact = _recorded(command, customer.profile_id, properties, request, self._declared.required)
        touchpoint = Touchpoint.begun(fact)
        body = {"touchpoint_id": str(touchpoint.id), **whose_body(customer)}
        answer = Answer(body=body, version=touchpoint.version, created=True)
        return save_once(
            self._store,
            touchpoint,
            request=request,
            answer=answer,
            dated=command.dated,
            rests_on=[catalogue] if command.properties else [],
        )

    @retried
    def record_touchpoints(
        self, commands: Sequence[RecordTouchpoint | InvalidInput | Sequence[InvalidInput]], request: Request
    ) -> Answer:
        """Stores the valid touchpoints in one save. An element may be the errors of an earlier check.

        Body: `accepted`, `duplicates` (in the log or within the batch) and `rejected`, a list of `index` and
        `errors`. Each error has a path, a code and a message, and the position of the first fact if contents differ.
        """
        if len(commands) > MOST_IN_A_BATCH:
            message = too_many(MOST_IN_A_BATCH, "touchpoints", len(commands))
            raise InvalidInput(message, path="touchpoints", code="too_many")
        catalogue = recalled_catalogue(self._store)
        batch = self._read(commands, request, catalogue)
        try:
            return self._save(batch, batch.sort_as_new(), request, catalogue)
        except Outdated:
            raise
        except Conflict:
            return self._save(batch, batch.sort(self._store), request, catalogue)

    def _save(
        self,
        batch: TouchpointBatch,
        new: Sequence[TouchpointRecorded],
        request: Request,
        catalogue: Catalogue,
    ) -> Answer:
        answer = Answer(body=batch.report())
        return self._store.save_facts(new, request=request, answer=answer, rests_on=[catalogue])

    def _read(
        self,
        commands: Sequence[RecordTouchpoint | InvalidInput | Sequence[InvalidInput]],
        request: Request,
        catalogue: Catalogue,
    ) -> TouchpointBatch:
        batch = TouchpointBatch()
        for index, command in enumerate(commands):
            if not isinstance(command, RecordTouchpoint):
                batch.refuse(index, [command] if isinstance(command, InvalidInput) else command)
                continue
            try:
                properties = catalogue.split(AttributeScope.TOUCHPOINT, command.properties, "properties")
                profile_id = self._profile_id(command)
                fact = _recorded(command, profile_id, properties, request, self._declared.required)
                batch.take(BatchEntry(index, fact, command.dated))
            except InvalidInput as refusal:
                batch.refuse(index, [refusal])
        return batch

    def _profile_id(self, command: RecordTouchpoint) -> UUID:
        """Returns the profile without looking up the customer, because a batch does not report who is known."""
        if command.customer_id is not None and command.identifier is None:
            return command.customer_id
        if command.customer_id is None and command.identifier is not None:
            return self._whose.identified(command.identifier)
        return self._whose.profile_of(command.customer_id, command.identifier, must_exist=False).profile_id


def _recorded(
    command: RecordTouchpoint, profile_id: UUID, properties: Split, request: Request, spelled: Spelling
) -> TouchpointRecorded:
    return Touchpoint.recorded(
        profile_id,
        command.circumstances(request, spelled),
        source=command.source,
        source_message_id=command.message_id,
        channel=command.channel,
        direction=command.direction,
        kind=command.kind,
        name=command.name,
        in_reply_to=command.in_reply_to,
        campaign_id=command.campaign_id,
        run_id=command.run_id,
        machine=command.machine,
        properties=properties.plain,
        personal_properties=properties.personal,
    )
