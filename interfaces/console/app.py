"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, past_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.campaigns import approving as campaign_approving
from interfaces.console.campaigns import board as campaign_board
from interfaces.console.campaigns import contents as campaign_contents
from interfaces.console.campaigns import messages as campaign_messages
from interfaces.console.campaigns import pages as campaign_pages
from interfaces.console.campaigns import steps as campaign_steps
from interfaces.console.catalogue import pages as catalogue_pages
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.health import pages as health_pages
from interfaces.console.health import steps as health_steps
from interfaces.console.history import decision_pages, history_pages, message_pages, why_pages
from interfaces.console.history import pages as fact_pages
from interfaces.console.imports import running as import_pages
from interfaces.console.jobs import pages as job_pages
from interfaces.console.keys import forms as key_forms
from interfaces.console.keys import pages as key_pages
from interfaces.console.orders import pages as order_pages
from interfaces.console.overview import pages as overview_pages
from interfaces.console.people import addresses as people_addresses
from interfaces.console.people import consents as people_consents
from interfaces.console.people import contacts as people_contacts
from interfaces.console.people import details as people_details
from interfaces.console.people import links as people_links
from interfaces.console.people import pages as people_pages
from interfaces.console.people import suppressions as people_suppressions
from interfaces.console.policy import changes as policy_changes
from interfaces.console.policy import pages as policy_pages
from interfaces.console.responses import pages as response_pages
from interfaces.console.runs import pages as run_pages
from interfaces.console.runs import people as run_people
from interfaces.console.runs import replays as run_replays
from interfaces.console.runs import steps as run_steps
from interfaces.console.runs import unknown as unknown_messages
from interfaces.console.runs import why as run_why
from interfaces.console.segments import builder as segment_builder
from interfaces.console.segments import exact as segment_exact
from interfaces.console.segments import pages as segment_pages
from interfaces.console.suppressions import pages as suppression_pages

ROOMS: tuple[Blueprint, ...] = (
    home_pages.room,
    sign_in_pages.room,
    account_pages.room,
    past_pages.room,
    people_pages.room,
    people_addresses.room,
    people_contacts.room,
    people_consents.room,
    people_details.room,
    people_links.room,
    people_suppressions.room,
    finding_pages.room,
    order_pages.room,
    complaint_pages.room,
    complaint_steps.room,
    suppression_pages.room,
    policy_pages.room,
    policy_changes.room,
    campaign_board.room,
    campaign_contents.room,
    campaign_pages.room,
    campaign_messages.room,
    campaign_steps.room,
    campaign_approving.room,
    run_pages.room,
    run_steps.room,
    run_people.room,
    run_replays.room,
    run_why.room,
    unknown_messages.room,
    segment_pages.room,
    segment_builder.room,
    segment_exact.room,
    response_pages.room,
    overview_pages.room,
    import_pages.room,
    job_pages.room,
    fact_pages.room,
    history_pages.room,
    decision_pages.room,
    why_pages.room,
    message_pages.room,
    health_pages.room,
    health_steps.room,
    catalogue_pages.room,
    key_pages.room,
    key_forms.room,
    console_assets,
)
