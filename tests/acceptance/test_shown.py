"""What was sent can be shown: the bytes that the mail server received (docs/semantics.md, rule 39)."""

from datetime import timedelta
from uuid import UUID

import pytest

from application.campaigns.commands import ReviseCampaign
from domain.messages.errors import MessageNotFound, RenderError
from tests.acceptance.filled import run_farley
from tests.smtp_sink import Act, Fault, SmtpSink, Stage
from tests.world import World

BODY = (
    "Querida {{ name | default: 'cliente' }}:\n\n.\n{{ 'https://shop.example/spring?a=1&b=2' | track }}\n"
    "{{ attributes.note }}\n\nBaja: {{ unsubscribe_url }}\n"
)


def sent(world: World, **content: object) -> dict[UUID, UUID]:
    """Message ids by member of a run of a campaign with this content."""
    run_id = world.start(world.campaign(subject="¡Hola, {{ name }}!", body=BODY, **content))
    dispatcher = world.dispatcher()
    for _ in range(3):
        world.run_to_end(dispatcher)
        world.clock.move(timedelta(minutes=2))
    return {member: one["message_id"] for member, one in world.decisions(run_id).items()}


def test_39_a_message_is_shown_as_the_sink_received_it(world: World, sink: SmtpSink) -> None:
    people = [world.customer(f"p{n}@bücher.example", name=f"Ána {n} 漢字") for n in range(3)]
    world.fold()
    sink.faults = {2: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=451)}
    messages = sent(world)
    received = {mail.recipients[0]: mail.content for mail in sink.received}
    assert len(received) == 3
    for number, person in enumerate(people):
        shown = world.services.shown_messages.show(messages[person])
        assert shown.content == received[f"p{number}@xn--bcher-kva.example"]
        assert (shown.same, shown.outcome) == (True, "sent")


def test_39_an_earlier_attempt_is_shown_as_it_would_have_left(world: World, sink: SmtpSink) -> None:
    world.customer("ann@example.org")
    world.fold()
    sink.faults = {1: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=451)}
    (message_id,) = sent(world).values()
    first, last = (world.services.shown_messages.show(message_id, attempt) for attempt in (1, 2))
    assert (first.attempt, last.attempt, first.same, last.same) == (1, 2, True, True)
    assert first.content != last.content == sink.received[0].content
    with pytest.raises(MessageNotFound):
        world.services.shown_messages.show(message_id, 3)


def test_39_a_revised_campaign_shows_what_it_said_when_it_was_sent(world: World, sink: SmtpSink) -> None:
    world.customer("ann@example.org")
    world.fold()
    campaign = world.campaign(body=BODY)
    run_id = world.start(campaign)
    world.run_to_end(world.dispatcher())
    world.services.campaigns.revise_campaign(
        ReviseCampaign(campaign_id=campaign, changes={"body": "Now this. {{ unsubscribe_url }}"}),
        world.request(),
    )
    (decided,) = world.decisions(run_id).values()
    assert world.services.shown_messages.show(decided["message_id"]).content == sink.received[0].content


def test_39_a_forgotten_person_s_message_is_shown_no_more(world: World, sink: SmtpSink) -> None:
    person = world.customer("ann@example.org")
    world.fold()
    messages = sent(world)
    world.web.keys.forget([person])
    with pytest.raises(RenderError):
        world.services.shown_messages.show(messages[person])


def test_39_farley_message_prints_the_bytes(world: World, sink: SmtpSink) -> None:
    world.customer("ann@example.org")
    world.fold()
    (message_id,) = sent(world).values()
    done = run_farley(world.database, world.located.settings.home, "message", message_id)
    assert done.returncode == 0, done.stderr
    assert done.stdout == sink.received[0].content.decode("ascii").replace("\r\n", "\n")
    assert "as recorded" in done.stderr
    unknown = run_farley(world.database, world.located.settings.home, "message", nobody_s_id())
    assert (unknown.returncode, "No message has this id" in unknown.stderr) == (1, True)


def nobody_s_id() -> UUID:
    return UUID(int=7)
