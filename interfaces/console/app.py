"""The rooms of the console as blueprints."""

from flask import Blueprint

from interfaces.console import account_pages, home_pages, sign_in_pages
from interfaces.console.assets import console_assets
from interfaces.console.people import pages as people_pages

ROOMS: tuple[Blueprint, ...] = (
    home_pages.room,
    sign_in_pages.room,
    account_pages.room,
    people_pages.room,
    console_assets,
)
