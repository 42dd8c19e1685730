"""Imports every context, so that every fact and aggregate is known by its name."""

import domain.campaigns.campaign
import domain.catalogue.catalogue
import domain.complaints.complaint
import domain.customers.consents
import domain.customers.customer
import domain.customers.profile
import domain.messages.message
import domain.orders.order
import domain.policies.suppression_policies
import domain.runs.run
import domain.segments.segment
import domain.suppressions.suppression
import domain.touchpoints.touchpoint  # noqa: F401
