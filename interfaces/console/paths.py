"""The paths of pages that other pages lead to."""

from uuid import UUID

from interfaces.console.rooms import ROOT


def path_of_person(customer_id: UUID | str) -> str:
    return f"{ROOT}/people/{customer_id}"


def path_of_import(import_id: UUID | str) -> str:
    return f"{ROOT}/imports/{import_id}"


def path_of_complaint(complaint_id: UUID | str) -> str:
    return f"{ROOT}/complaints/{complaint_id}"


def path_of_order(order_id: UUID | str) -> str:
    return f"{ROOT}/orders/{order_id}"
