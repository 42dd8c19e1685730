"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, past_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.orders import pages as order_pages
from interfaces.console.people import pages as people_pages
from interfaces.console.runs import pages as run_pages
from interfaces.console.runs import people as run_people
from interfaces.console.runs import steps as run_steps
from interfaces.console.runs import unknown as unknown_messages
from interfaces.console.runs import why as run_why

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
    run_pages.room,
    run_steps.room,
    run_people.room,
    run_why.room,
    unknown_messages.room,
    console_assets,
)
