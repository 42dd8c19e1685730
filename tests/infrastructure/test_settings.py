"""What cannot work is refused at the start, by its variable; what works is taken as it is."""

from pathlib import Path

import pytest

from domain.errors import NotConfigured
from infrastructure.checks.configuration import findings
from infrastructure.machine.settings import Settings
from infrastructure.mail.headers import id_domain, message_id

LONGEST_HOST = ".".join(["a" * 62] * 4)


def settings(**variables: str) -> Settings:
    return Settings.from_env(variables)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FARLEY_MAIL_FROM", "nope"),
        ("FARLEY_MAIL_FROM", "Shop"),
        ("FARLEY_MAIL_FROM", "müller@shöp.de"),
        ("FARLEY_MAIL_FROM", "Shop <shop@example.org>, x@example.org"),
        ("FARLEY_MAIL_FROM", "Shop\r\nBcc: <x@example.org>"),
        ("FARLEY_PUBLIC_URL", "ftp://x"),
        ("FARLEY_PUBLIC_URL", "farley.example.org"),
        ("FARLEY_PUBLIC_URL", "https://"),
        ("FARLEY_PUBLIC_URL", "https://[::1"),
        ("FARLEY_PUBLIC_URL", "https://[farley]"),
        ("FARLEY_PUBLIC_URL", "https://farley..example.org"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org:99999"),
        ("FARLEY_PUBLIC_URL", "https://joe:secret@farley.example.org"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org/?a=b"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org/#a"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org/a b"),
        ("FARLEY_PUBLIC_URL", "https://shöp.example.org"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org/" + "a" * 500),
        ("FARLEY_REGION", "ZZ"),
        ("FARLEY_REGION", "de"),
        ("FARLEY_SMTP_URL", "smtp://mail.example.org?tls=1"),
        ("FARLEY_SMTP_URL", "smtp://[::1"),
        ("FARLEY_SMTPUTF8", "2"),
        ("FARLEY_SMTPUTF8", "yes"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_its_name(variable: str, value: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        settings(**{variable: value})
    assert variable in refused.value.message
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FARLEY_MAIL_FROM", "shop@example.org"),
        ("FARLEY_MAIL_FROM", "Müllers Shop <shop@xn--shp-tna.de>"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org:8443/mail/"),
        ("FARLEY_PUBLIC_URL", "https://farley.example.org."),
        ("FARLEY_PUBLIC_URL", "https://my_host"),
        ("FARLEY_PUBLIC_URL", "http://[::1]:8000"),
        ("FARLEY_REGION", "DE"),
        ("FARLEY_SMTP_URL", "smtps://joe:secret@mail.example.org"),
    ],
)
def test_a_setting_that_works_is_taken(variable: str, value: str) -> None:
    assert value in vars(settings(**{variable: value})).values()


def test_the_next_hop_has_smtputf8_only_where_somebody_says_so() -> None:
    told = [settings(), settings(FARLEY_SMTPUTF8="0"), settings(FARLEY_SMTPUTF8="1")]
    assert [one.smtputf8 for one in told] == [False, False, True]


def test_links_lead_to_the_port_where_we_listen_unless_they_are_told_where() -> None:
    assert settings().public_url == "http://127.0.0.1:8000"
    assert settings(FARLEY_PORT="18477").public_url == "http://127.0.0.1:18477"
    told = settings(FARLEY_PORT="18477", FARLEY_PUBLIC_URL="https://farley.example.org")
    assert told.public_url == "https://farley.example.org"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("farley.example.org", "farley.example.org"),
        ("127.0.0.1", "127.0.0.1"),
        ("farley.example.org.", "farley.example.org"),
        ("my_host", "shop.example"),
        ("::1", "shop.example"),
        (LONGEST_HOST, "shop.example"),
    ],
)
def test_whatever_host_a_url_may_have_message_ids_have_a_domain(host: str, domain: str) -> None:
    assert id_domain(host, "shop.example") == domain
    longest = f"<{'0' * 36}.99999@{domain}>"
    assert message_id(longest, "message_id") == longest


def test_where_no_host_can_be_one_the_domain_of_message_ids_is_localhost() -> None:
    assert id_domain("my_host", LONGEST_HOST) == "localhost"


@pytest.mark.parametrize(
    ("variables", "doubtful"),
    [
        ({"FARLEY_SMTP_URL": "smtp://mail.example.org"}, True),
        ({"FARLEY_SMTP_URL": "smtp://mail.example.org", "FARLEY_PUBLIC_URL": "http://localhost:9"}, True),
        ({"FARLEY_SMTP_URL": "smtp://mail.example.org", "FARLEY_PUBLIC_URL": "https://a.example"}, False),
        ({}, False),
    ],
)
def test_38_mail_that_leaves_with_links_that_only_this_machine_can_follow_is_pointed_out(
    tmp_path: Path, variables: dict[str, str], doubtful: bool
) -> None:
    environment = {"FARLEY_HOME": str(tmp_path), **variables}
    found = list(findings(environment, settings(**environment)))
    assert [one.subject for one in found if one.doubtful] == (["links in messages"] if doubtful else [])
    assert not any(one.wrong for one in found)
    (links,) = [one for one in found if one.subject == "links in messages"]
    assert ("FARLEY_PUBLIC_URL" in links.remedy) is doubtful


def test_trusted_proxies_are_addresses_and_networks() -> None:
    read = Settings.from_env({"FARLEY_TRUSTED_PROXIES": "192.0.2.7, 10.1.0.0/16 2001:db8::/32"})
    assert [str(network) for network in read.trusted_proxies] == [
        "192.0.2.7/32",
        "10.1.0.0/16",
        "2001:db8::/32",
    ]
    assert Settings.from_env({}).trusted_proxies == ()
    for wrong in ("proxy.example.org", "10.1.0.1/16", "*"):
        with pytest.raises(NotConfigured, match="FARLEY_TRUSTED_PROXIES"):
            Settings.from_env({"FARLEY_TRUSTED_PROXIES": wrong})


def test_the_reserve_is_given_in_mebibytes() -> None:
    assert Settings.from_env({}).disk_reserve == 64 * 1024 * 1024
    assert Settings.from_env({"FARLEY_DISK_RESERVE": "0"}).disk_reserve == 0


def test_a_lease_outlasts_its_renewals() -> None:
    assert Settings.from_env({}).lease_seconds == 10
    assert Settings.from_env({"FARLEY_LEASE_SECONDS": "3"}).lease_seconds == 3
    with pytest.raises(NotConfigured, match="FARLEY_LEASE_SECONDS must be a whole number from 3 to 600"):
        Settings.from_env({"FARLEY_LEASE_SECONDS": "2"})
