"""`farley keys` manages the keys of clients and of people, and deletes the keys of a customer's data."""

import getpass
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import click

from application.access.keys import ApiKey, refuse_unknown
from application.access.roles import refuse_unknown_roles
from application.services import Services
from domain.errors import NotFound
from domain.plain_text import plain_text, stored_form
from interfaces.cli import wiring
from interfaces.cli.history import all_facts
from interfaces.cli.paused import refuse_behind
from interfaces.cli.people import NothingKnown, known_of_nobody, profile_meant, read_to_find
from interfaces.plurals import how_many
from projections.customers.reading import profiles as profiles_among
from projections.engine.runner import head
from projections.identity.reading import person_of

LONGEST_DAYS = 36_500
"""The longest life of a key, in days: a hundred years."""


class KeyNotFound(NotFound):
    """No live key has this id."""


@click.group
def keys() -> None:
    """Make, list and revoke keys, sign people in; forget a customer."""


@keys.command
@click.argument("name")
@click.option(
    "--person", is_flag=True, help="NAME is a person, who has roles and may sign in to the console."
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="With --person: agent, marketer, approver, analyst, auditor or administrator. Give it once for each.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="Of a client, what it may do: admin, read, write, or one action such as complaints:write."
    " Give it once for each.",
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    metavar="N",
    help="The key expires after this many days; by default never.",
)
def create(
    name: str, person: bool, roles: tuple[str, ...], scopes: tuple[str, ...], days: int | None
) -> None:
    """Make a key for the client or the person NAME and show it this once.

    If NAME already has a key, this is a rotation. The key is the only line on standard output.
    """
    given = tuple(dict.fromkeys(roles if person else scopes))
    _refuse_mixed(person, roles, scopes)
    (refuse_unknown_roles if person else refuse_unknown)(given)
    name = plain_text(stored_form(name), "name")
    with wiring.opened() as opened:
        services = opened.services
        expires_at = services.clock.now() + timedelta(days=days) if days else None
        earlier = services.access.of_owner(name, is_person=person)
        make = services.access.create_for_person if person else services.access.create
        key_id, key = make(name, given, expires_at=expires_at, operator=getpass.getuser())
    if earlier:
        click.echo(_rotation(name, earlier), err=True)
    click.echo(f"{key_id}  {name}  {' '.join(given)}", err=True)
    click.echo(key)


def _refuse_mixed(person: bool, roles: tuple[str, ...], scopes: tuple[str, ...]) -> None:
    """Raises UsageError unless a person has roles only, or a client scopes only."""
    if person and (scopes or not roles):
        raise click.UsageError("A person needs --role, once for each role, and takes no --scope.")
    if not person and (roles or not scopes):
        raise click.UsageError(
            "A client needs --scope, once for each scope. Roles are for people: give --person."
        )


@keys.command("sign-in")
@click.argument("name")
def sign_in(name: str) -> None:
    """Make a link by which the person NAME signs in to the console.

    The link is valid for 15 minutes and works once. It is the only line on standard output.
    """
    with wiring.opened() as opened:
        link = opened.services.sessions.make_link(stored_form(name), getpass.getuser())
        click.echo(opened.services.sign_in_url(link))


@keys.command("list")
def list_all() -> None:
    """List all keys by id, without the secrets."""
    with wiring.opened() as opened:
        for key in opened.services.access.all():
            click.echo(_line(key))


@keys.command
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """Revoke the key with this id now."""
    with wiring.opened() as opened:
        if not opened.services.access.revoke(key_id, getpass.getuser()):
            raise KeyNotFound()
    click.echo(f"{key_id} is revoked.")


@keys.command
@click.argument("whom", metavar="CUSTOMER")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def forget(whom: str, yes: bool) -> None:
    """Delete the keys of CUSTOMER's personal data for good.

    CUSTOMER is an id, an e-mail address, a phone number, or source:number. This is refused while a paused projection
    may lack a profile of CUSTOMER.
    """
    with wiring.opened() as opened:
        services = opened.services
        _wait_for_profiles(services, whom)
        profile_id = profile_meant(services, whom)
        with services.reading.snapshot() as connection:
            person, profiles = person_of(connection, profile_id)
        if next(all_facts(services, profile_id), None) is None:
            raise NothingKnown(known_of_nobody(whom, 0))
        if not yes:
            _confirm(person, profiles, _names(services, profiles))
        deleted = opened.forget(profiles)
    click.echo(
        f"Deleted {how_many(deleted, 'key')} of {how_many(len(profiles), 'profile')} of customer {person}."
    )
    if deleted:
        click.echo("What was stored of them in person can no longer be read; counts and money stay.")
    else:
        click.echo("They had no keys: what was stored of them in person could not be read before, either.")
    if opened.drop_folder is not None:
        click.echo(
            f"Messages to them may remain as .eml files in {opened.drop_folder}. Delete those files yourself."
        )


def _wait_for_profiles(services: Services, whom: str) -> None:
    """Returns when the read models have all profiles of the person. Raises ProjectionBehind or ProjectionPaused."""
    with services.reading.snapshot() as connection:
        end = head(connection)
    services.reading.wait_for(end, seconds=5.0)
    refuse_behind(services, read_to_find(whom), end)


def _names(services: Services, profile_ids: tuple[UUID, ...]) -> dict[UUID, str]:
    """Returns the names that can be read, by profile. Profiles of addresses and numbers have none."""
    with services.reading.snapshot() as connection:
        registered = profiles_among(connection, services.reading.cipher, profile_ids)
    return {profile.customer_id: profile.name for profile in registered if profile.name is not None}


def _confirm(person: UUID, profiles: tuple[UUID, ...], names: Mapping[UUID, str]) -> None:
    click.echo(f"Customer {person} has {how_many(len(profiles), 'profile')}:")
    for profile in profiles:
        click.echo(f"  {profile}  {names.get(profile, '')}".rstrip())
    click.confirm("Delete the keys of their personal data? Nobody can undo this.", abort=True)


def _rotation(name: str, earlier: list[ApiKey]) -> str:
    live = ", ".join(str(key.key_id) for key in earlier if key.revoked_at is None)
    then = f" Revoke the old one once the client has changed: {live}" if live else ""
    return f"Rotation: {name} had a key before, and stays the same to Farley.{then}"


def _line(key: ApiKey) -> str:
    ended = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
    until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    used = f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used"
    columns = [
        str(key.key_id),
        f"{key.created_at:%Y-%m-%d}",
        key.owner.actor,
        " ".join(key.owner.roles or key.owner.scopes),
        until,
        ended,
        used,
    ]
    return "  ".join(filter(None, columns))
