"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.orders import pages as order_pages
from interfaces.console.people import addresses as people_addresses
from interfaces.console.people import consents as people_consents
from interfaces.console.people import contacts as people_contacts
from interfaces.console.people import details as people_details
from interfaces.console.people import links as people_links
from interfaces.console.people import pages as people_pages
from interfaces.console.people import suppressions as people_suppressions

ROOMS: tuple[Blueprint, ...] = (
    home_pages.room,
    sign_in_pages.room,
    account_pages.room,
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
    console_assets,
)
