"""What people wrote about a customer is printed literally, on each page about them."""

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import registered, told
from tests.interfaces.console.person_page import known, path_of

SCRIPT = "\"><script>alert(1)</script>{{ 7 * 7 }}'&"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}"


def test_no_page_about_a_customer_runs_what_somebody_wrote(console: Console) -> None:
    ana, other = registered(console, f"Ana {SCRIPT}"), registered(console, f"Anna {SCRIPT}")
    point: dict[str, object] = {"channel": "social", "value": f"@ana{SCRIPT}", "label": SCRIPT}
    told(console, f"/api/customers/{ana}/contact-points", point)
    told(console, f"/api/customers/{ana}/external-ids", {"source": SCRIPT, "number": SCRIPT})
    evidence = {"source": SCRIPT, "text": SCRIPT}
    consent: dict[str, object] = {"channel": "email", "purpose": "marketing", "evidence": evidence}
    told(console, f"/api/customers/{ana}/consents", consent)
    told(console, f"/api/customers/{ana}/withdrawals", {"topic": SCRIPT, "reason": SCRIPT})
    stop: dict[str, object] = {"scope": {"customer_id": str(ana)}, "reason": "LEGAL_HOLD", "note": SCRIPT}
    suppression = told(console, "/api/suppressions", stop)["suppression_id"]
    (held,) = known(console, ana)["contact_points"]
    told(console, f"/api/customers/{other}/links", {"profile_id": str(ana)})
    maria, here = console.person("maria"), path_of(other)
    for path in (
        here,
        f"{here}/contacts/new",
        f"{here}/consents/new",
        f"{here}/withdrawals/new",
        f"{here}/leave-alone",
        f"{here}/correct",
        f"{here}/contact-points/{held['contact_point_id']}/remove",
        f"{here}/links/{ana}/end",
        f"{here}/links/{ana}/new",
        f"{here}/suppressions/{suppression}/lift",
    ):
        html = maria.get(path).text
        assert "<script>alert" not in html, path
        assert ESCAPED in html, path
