"""The paths of pages that other pages lead to."""

import re
from urllib.parse import quote, urlencode
from uuid import UUID

from interfaces.console.rooms import ROOT

_OWN_PATH = re.compile(r"/console(/[!-\[\]-~]*)?(\?[!-\[\]-~]*)?")
"""A path of the console, without a backslash, which browsers take for a slash."""


def own_path(path: str) -> str:
    """Returns the path if it is one of the console, else an empty text: nobody is led to another site."""
    return path if _OWN_PATH.fullmatch(path) else ""


def path_of_person(customer_id: UUID | str) -> str:
    return f"{ROOT}/people/{customer_id}"


def path_of_import(import_id: UUID | str) -> str:
    return f"{ROOT}/imports/{import_id}"


def path_of_complaint(complaint_id: UUID | str) -> str:
    return f"{ROOT}/complaints/{complaint_id}"


def path_of_order(order_id: UUID | str) -> str:
    return f"{ROOT}/orders/{order_id}"


def path_of_campaign(campaign_id: UUID | str) -> str:
    return f"{ROOT}/campaigns/{campaign_id}"


def path_of_response(campaign_id: UUID | str) -> str:
    return f"{path_of_campaign(campaign_id)}/response"


def path_of_run(campaign_id: UUID | str, run_id: UUID | str) -> str:
    return f"{path_of_campaign(campaign_id)}/runs/{run_id}"


def path_of_replay(campaign_id: UUID | str, run_id: UUID | str, job_id: UUID | str) -> str:
    return f"{path_of_run(campaign_id, run_id)}/replays/{job_id}"


def path_of_decision(campaign_id: UUID | str, run_id: UUID | str, customer_id: UUID | str) -> str:
    """Returns the page of a run's decision about a member of its audience."""
    return f"{path_of_run(campaign_id, run_id)}/decisions/{customer_id}"


def path_of_fact(position: int | str) -> str:
    return f"{ROOT}/facts/{position}"


def path_of_why(customer_id: UUID | str, channel: str, purpose: str, message_class: str) -> str:
    """Returns the page that says whether a message may be sent to a person now, and why."""
    asked = {"channel": channel, "purpose": purpose, "message_class": message_class}
    return f"{path_of_person(customer_id)}/why?{urlencode(asked)}"


def path_of_segment(segment_id: UUID | str) -> str:
    return f"{ROOT}/segments/{segment_id}"


def path_of_key(key_id: UUID | str) -> str:
    return f"{ROOT}/keys/{key_id}"


def path_of_message(campaign_id: UUID | str, run_id: UUID | str, message_id: UUID | str) -> str:
    """Returns the page of a message of a run, as it was sent."""
    return f"{ROOT}/campaigns/{campaign_id}/runs/{run_id}/messages/{message_id}"


def path_of_projection(name: str) -> str:
    return f"{ROOT}/health/projections/{quote(name, safe='')}"
