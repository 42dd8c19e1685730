"""Checks the content of a campaign before it is stored, and refuses a campaign that could not run."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from application.campaigns.commands import DraftCampaign
from application.campaigns.naming import Naming
from application.campaigns.samples import samples
from application.campaigns.unsubscribing import SAMPLE_LINK, UNSUBSCRIBE_URL, is_unsubscribable
from application.catalogue.declared import Declared, catalogue_of
from application.paths import under
from application.requests import Request
from application.store import Store
from application.templates import Templates
from domain.bounds import out_of_bounds
from domain.campaigns.errors import InvalidTemplate
from domain.campaigns.events import CampaignContent, MessageClass
from domain.catalogue.names import NameKind
from domain.criteria.walking import in_currency
from domain.customers.details import Channel
from domain.errors import InvalidInput
from domain.money import currency_code, money_from_zero
from domain.plain_text import one_of
from domain.ports import Randomness

LARGEST_HOLD_OUT = Decimal("0.5")
LONGEST_WINDOW_DAYS = 365
SEED_BYTES = 16

CheckCriteria = Callable[[Mapping[str, Any], datetime], None]
CheckHeader = Callable[[str], object]
"""Raises InvalidInput for a text that cannot be the value of a mail header."""

_LINE_SEPARATOR = re.compile("[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


class Contents:
    """Makes the fields of a campaign's facts from a command."""

    def __init__(
        self,
        *,
        store: Store,
        templates: Templates,
        naming: Naming,
        randomness: Randomness,
        check_criteria: CheckCriteria,
        check_sender: CheckHeader,
        check_subject: CheckHeader,
        default_currency: str,
    ) -> None:
        self._store = store
        self._declared = Declared(store)
        self._templates = templates
        self._naming = naming
        self._randomness = randomness
        self._check_criteria = check_criteria
        self._check_sender = check_sender
        self._check_subject = check_subject
        self._default_currency = default_currency

    def drafted(self, draft: DraftCampaign, request: Request) -> dict[str, Any]:
        """Returns the fields of the fact. Raises InvalidInput, with a path, if the campaign could not run.

        Criteria about amounts spent get the installation's present currency, and keep it if that changes later.
        """
        self._check(draft, request)
        content = asdict(draft)
        currency = currency_code(content.pop("currency") or self._default_currency)
        cost = content["cost_per_contact"]
        return {
            **content,
            **self._spelled(draft),
            "message_class": one_of(draft.message_class, MessageClass, "message_class"),
            "channel": one_of(draft.channel, Channel, "channel"),
            "audience": in_currency(draft.audience, self._default_currency),
            "seed": draft.seed or self._randomness.token(SEED_BYTES).hex(),
            "cost_per_contact": None if cost is None else money_from_zero(cost, currency, "cost_per_contact"),
            "cost_currency": None if cost is None else currency,
        }

    def revised(
        self, content: CampaignContent, changes: Mapping[str, Any], request: Request
    ) -> dict[str, Any]:
        """Returns the fields of the whole content with these changes."""
        return self.drafted(DraftCampaign(**{**_draft_fields(content), **changes}), request)

    def _spelled(self, draft: DraftCampaign) -> dict[str, str | None]:
        """Returns the campaign's names as they were declared. Raises UndeclaredName."""
        kinds = (NameKind.PURPOSE, NameKind.TOPIC, NameKind.BRAND)
        return {kind.value: self._declared.required(kind, getattr(draft, kind), kind) for kind in kinds}

    def _check(self, draft: DraftCampaign, request: Request) -> None:
        if draft.ends_at is not None and draft.ends_at <= request.received_at:
            raise InvalidInput("The campaign would end before it begins.", path="ends_at", code="in_past")
        self._check_templates(draft)
        if draft.sender is not None:
            self._check_sender(draft.sender)
        with under("audience"):
            self._check_criteria(draft.audience, request.received_at)
        _check_measuring(draft)

    def _check_templates(self, draft: DraftCampaign) -> None:
        """Raises InvalidTemplate, naming the line, if a template could be rendered or sent for nobody."""
        people = [{**person, UNSUBSCRIBE_URL: SAMPLE_LINK} for person in samples(catalogue_of(self._store))]
        with under("template.subject"):
            self._templates.check(draft.subject)
            self._naming.check(draft, "subject")
            self._check_subjects(draft.subject, self._templates.try_out(draft.subject, people))
        with under("template.body"):
            has_link = is_unsubscribable(draft.message_class, draft.channel)
            self._templates.check(draft.body, UNSUBSCRIBE_URL if has_link else None)
            self._naming.check(draft, "body")
            self._templates.try_out(draft.body, people)

    def _check_subjects(self, source: str, subjects: Collection[str]) -> None:
        """Raises InvalidTemplate if none of the subjects rendered from `source` can be sent."""
        if separator := _LINE_SEPARATOR.search(source):
            line = source.count("\n", 0, separator.start()) + 1
            raise InvalidTemplate(f"line {line}: a subject has one line: delete the line separator.")
        refusals = [refusal for subject in subjects if (refusal := self._refused_subject(subject))]
        if subjects and len(refusals) == len(subjects):
            raise InvalidTemplate(
                f"line 1: {refusals[0].message} No message could have this subject: change it."
            )

    def _refused_subject(self, subject: str) -> InvalidInput | None:
        try:
            self._check_subject(subject)
        except InvalidInput as refusal:
            return refusal
        return None


def _check_measuring(draft: DraftCampaign) -> None:
    if draft.hold_out is not None and not 0 <= draft.hold_out <= LARGEST_HOLD_OUT:
        raise InvalidInput(
            out_of_bounds(0, LARGEST_HOLD_OUT, draft.hold_out, "A share"),
            path="hold_out",
            code="out_of_range",
        )
    if draft.hold_out and draft.message_class != MessageClass.PROMOTIONAL:
        raise InvalidInput(
            "Only a campaign with promotional messages can have a hold-out.",
            path="hold_out",
            code="not_promotional",
        )
    days = draft.attribution_window_days
    if days is not None and not 1 <= days <= LONGEST_WINDOW_DAYS:
        raise InvalidInput(
            out_of_bounds(1, LONGEST_WINDOW_DAYS, days, "A number of days"),
            path="attribution_window_days",
            code="out_of_range",
        )


def _draft_fields(content: CampaignContent) -> dict[str, Any]:
    """Returns the content as the fields of a `DraftCampaign`."""
    copied = set(DraftCampaign.__dataclass_fields__) - {"cost_per_contact", "currency"}
    cost = content.cost_per_contact
    return {
        **{name: getattr(content, name) for name in copied},
        "cost_per_contact": None if cost is None else str(cost),
        "currency": content.cost_currency,
    }
