"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, past_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.catalogue import pages as catalogue_pages
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.health import pages as health_pages
from interfaces.console.health import steps as health_steps
from interfaces.console.keys import forms as key_forms
from interfaces.console.keys import pages as key_pages
from interfaces.console.orders import pages as order_pages
from interfaces.console.people import pages as people_pages

ROOMS: tuple[Blueprint, ...] = (
    home_pages.room,
    sign_in_pages.room,
    account_pages.room,
    past_pages.room,
    people_pages.room,
    finding_pages.room,
    order_pages.room,
    complaint_pages.room,
    complaint_steps.room,
    health_pages.room,
    health_steps.room,
    key_pages.room,
    key_forms.room,
    catalogue_pages.room,
    console_assets,
)
