"""Values for every page, as somebody at work might see them, in both languages."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace as Thing
from typing import Any

from interfaces.console.charts.estimates import estimate
from interfaces.console.charts.lines import Series, lines
from interfaces.console.charts.shares import Part, balance, bars
from interfaces.console.charts.sparks import spark
from interfaces.console.charts.strips import Mark, Stretch, strip

MENU = [
    (
        ("Desk", "Atención"),
        [
            ("Look-up", "Buscar", "search", "l"),
            ("Complaints", "Quejas", "message-square-warning", "c"),
            ("Orders", "Pedidos", "package", "o"),
        ],
    ),
    (
        ("Marketing", "Marketing"),
        [
            ("Campaigns", "Campañas", "send", "m"),
            ("Segments", "Segmentos", "funnel", "s"),
            ("Suppressions", "Exclusiones", "shield-ban", "x"),
            ("Policy", "Política", "scale", "p"),
        ],
    ),
    (
        ("Insight", "Análisis"),
        [("Overview", "Resumen", "gauge", "v"), ("Responses", "Respuestas", "chart-line", "r")],
    ),
    (
        ("Audit", "Auditoría"),
        [("History", "Historial", "history", "h"), ("Decisions", "Decisiones", "git-branch", "d")],
    ),
    (
        ("System", "Sistema"),
        [
            ("Health", "Estado", "activity", "y"),
            ("Imports", "Importaciones", "upload", "i"),
            ("Keys", "Claves", "key-round", "k"),
        ],
    ),
]
TABS = ("Look-up", "Complaints", "Campaigns", "Overview")
Say = Callable[[str, str], str]


def saying(language: str) -> Say:
    """Returns the function that chooses the English or the Spanish text of a sample."""
    return lambda english, spanish: english if language == "en" else spanish


def framed(language: str, current: str = "Look-up", **changes: Any) -> dict[str, Any]:
    """Returns what the frame needs."""
    say = saying(language)
    menu = [
        Thing(title=say(*title), items=[_item(say, item, current) for item in items]) for title, items in MENU
    ]
    named = {item[0]: _item(say, item, current) for _, items in MENU for item in items}
    more = Thing(name=say("More", "Más"), href="#menu", icon="ellipsis", key=None, current=False, count=None)
    return {
        "menu": menu,
        "tabs": [*(named[name] for name in TABS), more],
        "person": Thing(name="Lucía Martín", initials="LM"),
        "reached": Thing(position=84113002, behind_seconds=0.2),
        "form_token": "token-of-a-form",
        "shortcuts": True,
        "sees_facts": True,
        "notice": None,
        "paused": "",
        "moment": moment(),
        "say": say,
        **changes,
    }


def moment(text: str | None = None, *, can_change: bool = False) -> Thing:
    """Returns the moment of a page: the present, or the past that `text` names."""
    typed = {"as_of": "", "known_at": ""}
    page = "/console/people/7"
    return Thing(can_change=can_change, text=text, typed=typed, page=page, now=f"/console/past?page={page}")


def _item(say: Say, item: tuple[str, str, str, str], current: str) -> Thing:
    english, spanish, icon, key = item
    return Thing(
        name=say(english, spanish),
        href=f"/console/{english.lower()}",
        icon=icon,
        key=key,
        current=english == current,
        count=14 if english == "Complaints" else None,
    )


def bare(**changes: Any) -> dict[str, Any]:
    return {"form_token": "token-of-a-form", "sees_facts": False, **changes}


def instant(text: str) -> Thing:
    return Thing(at="2026-11-28T09:58:00Z", text=text, title="28 Nov 2026 10:58:00 CET")


def account(say: Say) -> dict[str, Any]:
    return {
        "account": Thing(language="en", zone="Europe/Madrid", shortcuts=True),
        "languages": [("en", "English"), ("es", "Español")],
        "zones": [("Europe/Madrid", "Europe/Madrid"), ("Asia/Kolkata", "Asia/Kolkata")],
        "errors": [],
        "sessions": [
            Thing(
                id="1",
                browser="Firefox 144, Linux",
                begun=instant(say("today at 08:02", "hoy a las 8:02")),
                last_used=instant(say("just now", "ahora mismo")),
                this=True,
            ),
            Thing(
                id="2",
                browser="Chrome 142, Android",
                begun=instant(say("yesterday at 19:40", "ayer a las 19:40")),
                last_used=instant(say("11 hours ago", "hace 11 horas")),
                this=False,
            ),
        ],
    }


def waiting(say: Say) -> list[Thing]:
    return [
        Thing(
            title=say("Complaints without an answer", "Quejas sin respuesta"),
            count="14",
            text=say("The oldest has waited for 4 days.", "La más antigua espera desde hace 4 días."),
            href="/console/complaints",
            link=say("Take the oldest", "Atender la más antigua"),
            icon="message-square-warning",
            state="stop",
        ),
        Thing(
            title=say("Campaigns to approve", "Campañas por aprobar"),
            count="2",
            text=say("Winter offers; Thank you, 2026", "Ofertas de invierno; Gracias, 2026"),
            href="/console/campaigns",
            link=say("Look at them", "Verlas"),
            icon="send",
            state="info",
        ),
        Thing(
            title=say("Messages with an unknown outcome", "Mensajes con resultado desconocido"),
            count=None,
            text=say("The projection of messages is paused.", "La proyección de mensajes está detenida."),
            href="/console/health",
            link=say("Look at Health", "Ver el estado"),
            icon="circle-question-mark",
            state="warn",
        ),
    ]


def refusal(say: Say, **changes: Any) -> dict[str, Any]:
    return {
        "title": say("Somebody else changed this", "Otra persona lo ha cambiado"),
        "text": say(
            "M. Ibáñez answered this complaint at 10:41. Nothing of yours was changed.",
            "M. Ibáñez respondió a esta queja a las 10:41. No se ha cambiado nada suyo.",
        ),
        "remedy": say(
            "Look at the answer, and send yours again.", "Vea la respuesta y envíe la suya de nuevo."
        ),
        "link": Thing(text=say("Show the complaint", "Ver la queja"), href="/console/complaints/1"),
        "state": "warn",
        "correlation_id": "7f1c2d9e-4b1a-4f2e-9f35-0a8f5b9f6f11",
        "again": None,
        **changes,
    }


def run_charts(say: Say) -> dict[str, Any]:
    people = say("People", "Personas")
    outcomes = [
        ("Sent", "Enviados", 31921, "66.2%", "blue"),
        ("Deferred", "Aplazados", 1120, "2.3%", "sky"),
        ("Pending", "Pendientes", 3302, "6.8%", "grey"),
        ("Suppressed", "Excluidos", 7031, "14.6%", "amber"),
        ("Held out", "Grupo de control", 4821, "10.0%", "violet"),
        ("Failed", "Fallidos", 12, "< 0.1%", "red"),
        ("Unknown", "Desconocidos", 3, "< 0.1%", "ink"),
    ]
    reasons = [
        ("Held out, to measure the effect", "Grupo de control", 4821, "10.0%", "violet"),
        (
            "No consent for offers by e-mail",
            "Sin consentimiento para ofertas por correo",
            2904,
            "6.0%",
            "amber",
        ),
        ("Too many messages lately", "Demasiados mensajes últimamente", 1412, "2.9%", "amber"),
        ("Complaint closed, cooling off", "Queja cerrada, en enfriamiento", 1187, "2.5%", "red"),
        ("Address does not exist", "La dirección no existe", 873, "1.8%", "amber"),
        ("Open complaint", "Queja abierta", 214, "0.4%", "red"),
        ("Same address as someone else", "Misma dirección que otra persona", 27, "0.1%", "amber"),
    ]
    written_to = [0, 1.4, 2.4, 3.2, 3.8, 4.3, 4.7, 5.0, 5.3, 5.5, 5.7, 5.85, 5.95, 6.05, 6.1]
    held_out = [value * 0.8 for value in written_to]
    return {
        "balance_chart": balance(
            say("Outcomes of 48,210 people", "Resultados de 48 210 personas"),
            [say("Outcome", "Resultado"), people, say("Share", "Parte")],
            [_part(say, outcome) for outcome in outcomes],
        ),
        "reasons_chart": bars(
            say("First reason", "Primer motivo"),
            [say("First reason", "Primer motivo"), people, say("Share", "Parte")],
            [_part(say, reason, href="/console/runs/1/people") for reason in reasons],
        ),
        "lines_chart": lines(
            say("Bought by day", "Compraron, por día"),
            [f"{day} Nov" for day in range(14, 29)],
            [
                Series(
                    label=say("written to", "con mensaje"),
                    end=say("written to 6.1", "con mensaje 6,1"),
                    values=written_to,
                ),
                Series(
                    label=say("held out", "control"),
                    end=say("held out 4.9", "control 4,9"),
                    values=held_out,
                    tone="violet",
                ),
            ],
            "{:g}%".format,
            say("Day", "Día"),
        ),
        "estimate_chart": estimate(
            say("Percentage points more buyers", "Puntos porcentuales más de compradores"),
            [say("estimate", "estimación"), say("from", "desde"), say("to", "hasta")],
            1.21,
            (0.54, 1.88),
            "{:+g}".format,
            say("no effect", "sin efecto"),
        ),
    }


def person_charts(say: Say) -> dict[str, Any]:
    past = say("You see what we knew on 28 Nov 2026.", "Ve lo que sabíamos el 28 nov 2026.")
    orders = [0, 9, 0, 0, 26, 8, 0, 15, 0, 20, 48, 66, 0, 0, 11, 0, 22, 0, 14, 0, 30, 0, 16, 20]
    return {
        "moment": moment(past, can_change=True),
        "spark_chart": spark(
            say("Orders over 24 months, 2,318.40 €", "Pedidos de 24 meses, 2318,40 €"),
            [say("Month", "Mes"), say("Value", "Valor")],
            [
                Part(label=f"{month + 1}", number=value, text=f"€{value}")
                for month, value in enumerate(orders)
            ],
        ),
        "strip_chart": strip(
            say("When she may be written to", "Cuándo se le puede escribir"),
            [say("Day", "Día"), say("Event", "Suceso")],
            [
                Mark(at=datetime(2026, 11, 25), name=say("complaint opened", "queja abierta"), day="25 Nov"),
                Mark(
                    at=datetime(2026, 11, 28),
                    name=say("this decision", "esta decisión"),
                    day="28 Nov",
                    kind="now",
                ),
                Mark(at=datetime(2026, 12, 2), name=say("closed", "cerrada"), day="2 Dec"),
                Mark(at=datetime(2027, 1, 1), name=say("may again", "permitido"), day="1 Jan", kind="end"),
            ],
            [
                Stretch(begins=datetime(2026, 11, 25), ends=datetime(2026, 12, 2)),
                Stretch(begins=datetime(2026, 12, 2), ends=datetime(2027, 1, 1), kind="wait"),
            ],
        ),
    }


def _part(say: Say, row: tuple[str, str, int, str, str], href: str | None = None) -> Part:
    english, spanish, number, share, tone = row
    return Part(
        label=say(english, spanish), number=number, text=f"{number:,}", share=share, tone=tone, href=href
    )
