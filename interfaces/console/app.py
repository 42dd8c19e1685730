"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.complaints import pages as complaint_pages
from interfaces.console.complaints import steps as complaint_steps
from interfaces.console.finding import pages as finding_pages
from interfaces.console.imports import running as import_pages
from interfaces.console.jobs import pages as job_pages
from interfaces.console.orders import pages as order_pages
from interfaces.console.people import pages as people_pages

ROOMS: tuple[Blueprint, ...] = (
    home_pages.room,
    sign_in_pages.room,
    account_pages.room,
    people_pages.room,
    finding_pages.room,
    order_pages.room,
    complaint_pages.room,
    complaint_steps.room,
    import_pages.room,
    job_pages.room,
    console_assets,
)
