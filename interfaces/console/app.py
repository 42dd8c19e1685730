"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, past_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.history import decision_pages, history_pages, message_pages, why_pages
from interfaces.console.history import pages as fact_pages
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
    fact_pages.room,
    history_pages.room,
    decision_pages.room,
    why_pages.room,
    message_pages.room,
    console_assets,
)
