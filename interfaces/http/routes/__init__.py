"""All routes, context by context."""

from interfaces.http.routes.assets import assets
from interfaces.http.routes.campaigns import campaigns
from interfaces.http.routes.catalogue import catalogue
from interfaces.http.routes.clicks import clicks
from interfaces.http.routes.complaints import complaints
from interfaces.http.routes.consents import consents
from interfaces.http.routes.customer_reading import customer_reading
from interfaces.http.routes.customers import customers
from interfaces.http.routes.docs import docs
from interfaces.http.routes.eligibility import eligibility
from interfaces.http.routes.health import health
from interfaces.http.routes.orders import orders
from interfaces.http.routes.policies import policies
from interfaces.http.routes.preferences import preferences
from interfaces.http.routes.replays import replays
from interfaces.http.routes.responses import responses
from interfaces.http.routes.runs import runs
from interfaces.http.routes.schedules import schedules
from interfaces.http.routes.segments import segments
from interfaces.http.routes.suppressions import suppressions
from interfaces.http.routes.touchpoints import touchpoints

DOCUMENTED = (
    customers,
    customer_reading,
    consents,
    touchpoints,
    orders,
    complaints,
    suppressions,
    policies,
    catalogue,
    segments,
    campaigns,
    schedules,
    runs,
    replays,
    responses,
    eligibility,
    preferences,
    clicks,
    health,
)
PLAIN = (docs, assets)
"""Not part of the API's document."""
