"""What marketers' templates can say, and what nobody's template can do."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.campaigns.errors import InvalidTemplate
from domain.messages.errors import RenderError
from infrastructure.liquid.templates import LiquidTemplates
from tests.amounts import amount

VALUES: dict[str, object] = {
    "first_name": "Ann",
    "nickname": "",
    "title": None,
    "points": 3,
    "price": Decimal("12.50"),
    "vip": True,
    "ordered": "2026-11-05T10:00:00+00:00",
    "order": {"city": "Lima", "first": {"sku": "A-1"}},
    "tags": ["vip", "shoes", None],
}
templates = LiquidTemplates()


def render(source: str, values: dict[str, object] | None = None) -> str:
    return templates.render(source, VALUES if values is None else values)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ first_name }}!", "Hi Ann!"),
        ("Hi {{ nickname | default: 'friend' }}!", "Hi friend!"),
        ("Hi {{ surname | default: 'friend' }}!", "Hi friend!"),
        ("Hi{{ nickname | default: '' }}!", "Hi!"),
        ("{{ order.city }} {{ order['city'] }} {{ order.first.sku }}", "Lima Lima A-1"),
        ("{% if title %}{{ title }}{% else %}no title{% endif %}", "no title"),
        ("{% if nickname != blank %}{{ nickname }}{% else %}none{% endif %}", "none"),
        ("{% unless vip %}no{% endunless %}{{ vip }}", "true"),
        ("{% case points %}{% when 3 %}three{% else %}?{% endcase %}", "three"),
        ("{{ price }}, {{ price | times: 2 }}{% if price > 10 %} dear{% endif %}", "12.50, 25.0 dear"),
        ("{% for pair in order %}{{ pair[0] }} {% endfor %}", "city first "),
        ("{% for i in (1..points) %}*{% endfor %}", "***"),
        ("{% if tags contains 'vip' %}dear{% endif %} {{ tags[1] }} {{ tags.size }}", "dear shoes 3"),
        (
            "{% for tag in tags %}{{ tag | default: '-' }}{% endfor %}{{ tags[9] | default: '.' }}",
            "vipshoes-.",
        ),
        ("{% for w in (1..9) limit: 2 %}{{ w }}{% if forloop.last %}.{% endif %}{% endfor %}", "12."),
        ("{% assign n = first_name | upcase %}{% capture c %}<{{ n }}>{% endcapture %}{{ c }}", "<ANN>"),
        ("{{ ordered | date: '%-d %B %Y' }}", "5 November 2026"),
        ("{{ 'a,b' | split: ',' | reverse | join: '-' }}", "b-a"),
        ("{{ 'a-b-c' | replace: '-', '+' }}", "a+b+c"),
        ("a {{- first_name -}} b", "aAnnb"),
        ("{% comment %}{{ broken | {% endcomment %}{% # and this %}ok", "ok"),
        ("{% raw %}{{ first_name }}{% endraw %}", "{{ first_name }}"),
        ("<b>&amp; {{ '<i>' }}", "<b>&amp; <i>"),
    ],
)
def test_a_template_says(source: str, text: str) -> None:
    templates.check(source)
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Hi {{ frist_name }}", "'frist_name' is unknown"),
        ("Hi {{ nickname }}", "'nickname' is empty"),
        ("Hi {{ title }}", "'title' is empty"),
        ("{{ nickname | upcase }}", "'nickname' is empty"),
        ("{{ order.town }}", "'order.town' is unknown"),
        ("{{ frist_name | upcase }}", "'frist_name' is unknown"),
        ("{{ frist_name | size }}", "'frist_name' is unknown"),
        ("{{ first_name | append: frist_name }}", "'frist_name' is unknown"),
        ("{{ 1 | plus: frist_name }}", "'frist_name' is unknown"),
        ("{{ title | append: '!' }}", "'title' is empty"),
        ("{{ nickname | default: frist_name }}", "'frist_name' is unknown"),
        ("{% assign a = frist_name | plus: 1 %}{{ a }}", "'frist_name' is unknown"),
        ("{% assign a = frist_name %}{{ a }}", "'frist_name' is unknown"),
        ("{{ order[frist_name] }}", "'frist_name' is unknown"),
        ("{{ order }}", "group of values"),
    ],
)
def test_an_unknown_or_empty_variable_is_an_error_that_names_it_and_its_line(source: str, name: str) -> None:
    templates.check(source)
    with pytest.raises(RenderError) as refusal:
        render(f"one\ntwo {source}")
    assert refusal.value.message.startswith("line 2: ")
    assert name in refusal.value.message


@pytest.mark.parametrize(
    "absent",
    [
        "frist_name",
        "title",
        "order.town",
        "order[frist_name]",
        "order.size",
        "order.last",
        "order.city.size.x",
    ],
)
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if ? %}x{% else %}no{% endif %}", "no"),
        ("{% unless ? %}no{% endunless %}", "no"),
        ("{% if ? == nil %}nil{% endif %}", "nil"),
        ("{% if nil != ? %}x{% else %}nil{% endif %}", "nil"),
        ("{% if ? != blank %}x{% else %}blank{% endif %}", "blank"),
        ("{% if ? == empty %}empty{% endif %}", "empty"),
        ("{% if ? == 'Ann' %}x{% else %}no{% endif %}", "no"),
        ("{% if 'Ann' == ? %}x{% else %}no{% endif %}", "no"),
        ("{% if ? > 10 %}x{% else %}no{% endif %}", "no"),
        ("{% if 10 <= ? %}x{% else %}no{% endif %}", "no"),
        ("{% if ? contains 'x' or points == 3 %}yes{% endif %}", "yes"),
        ("{% if first_name contains ? %}x{% else %}no{% endif %}", "no"),
        ("{% case ? %}{% when 1 %}x{% else %}other{% endcase %}", "other"),
        ("{% case ? %}{% when blank %}blank{% endcase %}", "blank"),
        ("{% for each in ? %}x{% else %}none{% endfor %}", "none"),
        ("{% for i in (1..?) %}x{% else %}none{% endfor %}", "none"),
        ("{% assign more = ? | plus: 1 %}{% if more %}{{ more }}{% else %}no{% endif %}", "no"),
        ("{{ ? | upcase | default: 'friend' }}", "friend"),
    ],
)
def test_a_missing_value_is_nil_in_a_condition(source: str, text: str, absent: str) -> None:
    assert render(source.replace("?", absent)) == text


@pytest.mark.parametrize(
    ("number", "rounded"),
    [
        ("2.5 | round", "3"),
        ("3.5 | round", "4"),
        ("-2.5 | round", "-3"),
        ("0.125 | round: 2", "0.13"),
        ("1.005 | round: 2", "1.01"),
        ("-1.005 | round: '2'", "-1.01"),
        ("1250 | round: -2", "1300"),
        ("7 | round: 2", "7"),
    ],
)
def test_half_rounds_away_from_zero(number: str, rounded: str) -> None:
    assert render(f"{{{{ {number} }}}}") == rounded
    assert render(f"{{% assign n = {number} %}}{{{{ n }}}}") == rounded


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thursday 5 November, Nov Thu, November 2026"),
        ("es", "jueves 5 noviembre, nov jue, noviembre 2026"),
        ("es-MX", "jueves 5 noviembre, nov jue, noviembre 2026"),
        ("pl", "czwartek 5 listopada, lis czw., listopad 2026"),
        ("iw", "יום חמישי 5 נובמבר, נוב׳ יום ה׳, נובמבר 2026"),
        ("qaa", "Thursday 5 November, Nov Thu, November 2026"),
        (None, "Thursday 5 November, Nov Thu, November 2026"),
    ],
)
def test_names_of_months_and_days_are_in_the_persons_language(language: str | None, text: str) -> None:
    source = "{{ ordered | date: '%A %-d %B, %b %a' }}, {{ ordered | date: '%B %Y' }}"
    assert render(source, {**VALUES, "language": language}) == text
    assert render("{% assign language = 'fr' %}" + source, {**VALUES, "language": language}) == text


def test_no_error_tells_a_value() -> None:
    values: dict[str, object] = {"name": "Mariana", "group": {"x": 1}, "n": 1}
    for source in (
        "{{ group[name] }}",
        "{{ n | divided_by: name }}",
        "{{ name | date: '%Y' }}",
        "{{ name | slice: name }}",
        "{{ name | truncate: name }}",
        "{{ 'a,b' | split: ',' | compact: name }}",
        "{% if name > n %}x{% endif %}",
        "{{ '2026-01-01' | date: name | append: group }}{{ group }}",
        "{% for i in name offset: name %}{% endfor %}",
    ):
        with pytest.raises(RenderError) as refusal:
            render(source, values)
        assert "Mariana" not in refusal.value.message
        assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("a\nb {{ first_name", 2, "without '}}'"),
        ("a\n{% if vip %}\nb", 3, "endif"),
        ("{% if %}x{% endif %}", 1, "expression"),
        ("\n\n{{ first_name | nofilter }}", 3, "unknown filter 'nofilter'"),
        ("\n{% if vip %}{% if first_name | nofilter %}{% endif %}{% endif %}", 2, ""),
        ("\n{% for x in order %}\n{{ x | nofilter }}{% endfor %}", 3, "unknown filter"),
        ("a\n{{ }}", 2, "nothing between"),
        ("{%%}", 1, "nothing between"),
        ("a\n{% assign x = %}\nb\nc", 2, "expression"),
        ("\n{% . %}", 2, "without a name"),
        ("\n{% endif %}", 2, "unexpected tag 'endif'"),
        ("\n{% raw %}x", 2, "without 'endraw'"),
        ("\n{% comment %}x", 2, "without 'endcomment'"),
        ("{{ first_name first_name }}", 1, ""),
        ("\n{{ (1..3) | join }}", 2, "range"),
        ("{% assign x = (1..3) %}", 1, "range"),
        ("{% case 1 %}{% when (1..9) %}x{% endcase %}", 1, "range"),
        ("{% for i in (1..999999999999) reversed %}x{% endfor %}", 1, "range"),
        ("{% for i in (1..999999999999) offset: 99999999999 %}x{% endfor %}", 1, "range"),
        ("\n{{ " + "a" * 1001 + " }}", 2, "more than 1000 characters"),
        ("{% if vip %}" * 31 + "{% endif %}" * 31, 1, "nesting"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_with_its_line(source: str, line: int, told: str) -> None:
    with pytest.raises(InvalidTemplate) as refusal:
        templates.check(source)
    assert refusal.value.message.startswith(f"line {line}: ")
    assert told in refusal.value.message


@pytest.mark.parametrize("source", ["x" * 65_537, "é" * 32_769, "a\0b", "a\ud800b"], ids=itertools.count())
def test_a_template_that_is_too_long_or_no_text_is_refused(source: str) -> None:
    with pytest.raises(InvalidTemplate):
        templates.check(source)


SILENT = (
    "",
    " \n\t",
    "\u200b\ufeff\u00ad\u2800",
    "{% comment %}Hello{% endcomment %}{% # Hello %}",
    "{% raw %} {% endraw %}",
    "{% assign a = 'Hello' %}{% capture b %}Hello{{ a }}{% endcapture %}",
    "{{ '' }}{{ '  ' }}{{ nil | default: '' }}",
    "{% if false %}Hello {{ first_name }}{% endif %}",
    "{% if nil %}Hello{% elsif 1 == 2 %}Hello{% endif %}",
    "{% if true %}{% elsif vip %}Hello{% else %}Hello{% endif %}",
    "{% if vip and false %}Hello{% endif %}",
    "{% if vip or true %} {% else %}Hello{% endif %}",
    "{% if vip %} {% else %}\n{% endif %}",
    "{% unless true %}Hello{% endunless %}",
    "{% unless false %} {% else %}Hello {{ first_name }}{% endunless %}",
    "{{ 'a' | split: 'a' | first | default: '' }}",
    "{% case 1 %}{% when 2, 3 %}Hello{% endcase %}",
    "{% case 1 %}{% when 1 %} {% else %}Hello{% endcase %}",
    "{% for i in (1..0) %}Hello{% endfor %}",
    "{% for i in (1..3) %} {% else %}Hello{% endfor %}",
    "{% for tag in tags %}{% break %}Hello{% endfor %}",
    "{% assign hidden = true %}{% unless hidden %}Hello{% endunless %}",
)


@pytest.mark.parametrize("source", SILENT, ids=ascii)
def test_a_template_that_can_never_print_is_refused(source: str) -> None:
    with pytest.raises(InvalidTemplate, match="prints nothing for anybody"):
        templates.check(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ link }}",
        "{{ link | upcase }}\n{{ link }}",
        "{% if points > 99 %}{{ link }}{% endif %}",
        "{% if false %}Hello{% endif %}{{ link }}",
    ],
)
def test_a_template_that_can_print_nothing_but_a_link_is_refused(source: str) -> None:
    templates.check(source)
    with pytest.raises(InvalidTemplate, match=r"prints nothing but \{\{ link }} for anybody"):
        templates.check(source, "link")


@pytest.mark.parametrize(
    "source",
    [
        "Hello {{ link }}",
        "{{ name }}{{ link }}",
        "{% if points > 99 %}Hello{% endif %}{{ link }}",
        "{% if link %}Hello{% endif %}",
    ],
)
def test_a_template_that_prints_for_somebody_more_than_a_link_is_accepted(source: str) -> None:
    templates.check(source, "link")


@pytest.mark.parametrize(
    "source",
    [
        "{% if points > 99 %}Hello{% endif %}",
        "{% if points and vip %}Hello{% endif %}",
        "{% unless vip %} {% else %}Hello{% endunless %}",
        "{% if false %} {% elsif points == 9 %}Hello{% endif %}",
        "{% case points %}{% when 9 %}Hello{% endcase %}",
        "{% case 1 %}{% when 1 %} {% when 1, 2 %}Hello{% endcase %}",
        "{% for tag in tags %} {% else %}Hello{% endfor %}",
        "{% for i in (1..points) %}{% if i == 9 %}Hello{% endif %}{% continue %}{% endfor %}",
        "{{ nickname | default: '' }}",
        "{% capture a %}Hello{% endcapture %}{{ a }}",
        "{{ blank }}",
    ],
)
def test_a_template_that_prints_for_somebody_is_accepted(source: str) -> None:
    templates.check(source)


LITERAL = (
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "@(7*7)",
    "*{7*7}",
    "[[${7*7}]]",
    "$!{class.forName('java.lang.Runtime')}",
    "<#assign ex='freemarker.template.utility.Execute'?new()>",
    "{php}echo 7*7;{/php}",
    "%7B%7B7*7%7D%7D",
)
PAYLOADS = (
    "{{ 7*7 }}",
    "{{7*'7'}}",
    "{{ config }}",
    "{{ config.items() }}",
    "{{ self }}",
    "{{ self.__init__.__globals__ }}",
    "{{ request.application.__globals__.__builtins__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    '{{ "".class.mro }}',
    "{{ ().__class__.__bases__[0] }}",
    "{{ x.__class__ }}",
    "{{ first_name.__class__ }}",
    "{{ first_name['__class__'] }}",
    "{{ first_name.__len__ }}",
    "{{ first_name.upper }}",
    "{{ first_name.format }}",
    "{{ points.real }}",
    "{{ price.as_tuple }}",
    "{{ vip.__class__.__base__ }}",
    "{{ order.__class__ }}",
    "{{ order.items }}",
    "{{ order.keys }}",
    "{{ order['__init__'] }}",
    "{% assign k = '__class__' %}{{ order[k] }}",
    "{{ first_name | map: '__class__' }}",
    "{{ first_name | attr: '__class__' }}",
    "{{ '__class__' | join: first_name | attr }}",
    "{% for i in (1..1) %}{{ forloop.__class__ }}{% endfor %}",
    "{% for i in (1..1) %}{{ forloop.it }}{% endfor %}",
    "{% for i in (1..1) %}{{ forloop.step }}{% endfor %}",
    "{% for i in (1..1) %}{{ forloop }}{% endfor %}",
    "{{ forloop.parentloop.__class__ }}",
    "{% include '/etc/passwd' %}",
    "{% render '/etc/passwd' %}",
    "{% extends 'base' %}",
    "{% layout 'base' %}",
    "{% import os %}",
    "{% from os import system %}",
    "{% block x %}{% endblock %}",
    "{% macro x() %}{% endmacro %}",
    "{% call x %}{% endcall %}",
    "{% set x = 1 %}",
    "{% do x %}",
    "{% liquid\ninclude '/etc/passwd' %}",
    "{% echo first_name.__class__ %}",
    "{% tablerow i in (1..2) %}x{% endtablerow %}",
    "{% debug %}",
    "{% load static %}",
    "{% php %}",
    "{{ now }}",
    "{{ today }}",
    "{{ now | append: '' }}",
    "{{ today | upcase }}",
    "{{ 'now' | date: '%Y' }}",
    "{{ ordered | date: '%999999999d' }}",
    "{{ ordered | date: '%s' }}",
    "{{ first_name | safe }}",
    "{{ first_name | base64_decode }}",
    "{{ env }}",
    "{{ template }}",
    "{{ nil }}",
    "{{ empty }}",
    "{{ order | first }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os }}",
)


@pytest.mark.parametrize("source", LITERAL)
def test_other_languages_markup_is_text(source: str) -> None:
    assert render(source) == source


@pytest.mark.parametrize("source", PAYLOADS)
def test_cve_2025_49136_and_its_like_are_refused(source: str) -> None:
    with pytest.raises((InvalidTemplate, RenderError)) as refusal:
        render(source)
    assert not any(sign in refusal.value.message for sign in ("<class", "root:", "object at 0x"))


@pytest.mark.parametrize("payload", [*LITERAL, *PAYLOADS])
def test_markup_in_a_value_is_never_read_as_a_template(payload: str) -> None:
    assert render("{{ name }}{% assign x = name %}{{ x }}", {"name": payload}) == payload * 2


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [object()],
        {"a": [b"x"]},
        type("Texts", (list,), {})(["x"]),
        (1,),
        {1},
        b"x",
        lambda: 1,
        type("Text", (str,), {})("x"),
        type("Numbers", (dict,), {})(),
        {"a": {"b": object()}},
        {1: "x"},
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        pytest.param(10**5000, id="huge number"),
        pytest.param("x" * 262_145, id="long text"),
        {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}},
    ],
)
def test_only_plain_values_are_taken(value: object) -> None:
    with pytest.raises(RenderError):
        render("text", {"value": value})


def doubled(times: int, step: str = "append") -> str:
    return "{% assign a = 'xxxxxxxxxxxxxxxx' %}" + f"{{% assign a = a | {step}: a %}}" * times


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000) %}x{% endfor %}",
        "{% for i in (1..99999999999999999999999999) %}x{% endfor %}",
        "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..6000) %}x{% endfor %}" * 2,
        "{% for i in (1..9999) %}" + "{% if true %}{% endif %}" * 2500 + "{% endfor %}",
        "{% for i in (1..9999) %}" + "{{ first_name | upcase }}" * 2000 + "{% endfor %}",
        "{% for i in (1..9999) %}" + "{% assign a = i | plus: 1 %}" * 2000 + "{% endfor %}",
        "{% for i in (1..9999) %}" + "0123456789" * 4 + "{% endfor %}",
        doubled(40),
        doubled(40) + "{{ a }}",
        doubled(13) + "{{ a | replace: '', a }}",
        doubled(13) + "{{ a | replace: 'x', a }}",
        doubled(13) + "{{ a | split: '' | join: a }}",
        doubled(12) + "{% capture b %}{{ a }}{{ a }}{{ a }}{{ a }}{{ a }}{% endcapture %}",
        doubled(12) + "".join(f"{{% assign b{n} = a | append: '' %}}" for n in range(40)),
        "{% assign a = 9999999999 %}" + "{% assign a = a | times: a %}" * 40,
        "{{ '1e400' | plus: 1 }}",
        "{{ " + "a[" * 300 + "]" * 300 + " }}",
        "{% if " + " or ".join(["vip"] * 180) + " and frist_name %}x{% endif %}",
    ],
    ids=itertools.count(),
)
def test_what_would_take_forever_or_all_memory_ends_soon_with_a_named_error(source: str) -> None:
    started = time.thread_time()
    with pytest.raises((InvalidTemplate, RenderError)) as refusal:
        render(source)
    assert time.thread_time() - started < 2
    assert "MemoryError" not in refusal.value.message


@pytest.mark.parametrize(
    "source",
    [
        "{{" + " " * 65_000,
        "{{ " * 21_000,
        "{% " * 21_000,
        "{%" + " " * 65_000,
        "{% raw %}" * 7_000,
        "{% comment %}" * 5_000,
        ("{{ " + "(" * 990 + " }}") * 60,
        ("{{ " + "['" * 490 + " }}") * 60,
        "{{-" * 20_000,
        "{{ a" + " " * 900 + "}}" + "{{" + " " * 60_000,
    ],
    ids=itertools.count(),
)
def test_reading_a_hostile_template_takes_no_longer_than_its_length_allows(source: str) -> None:
    started = time.thread_time()
    with pytest.raises(InvalidTemplate):
        templates.check(source)
    assert time.thread_time() - started < 1


def test_the_longest_templates_are_read_and_rendered_in_time() -> None:
    started = time.thread_time()
    assert render("{{vip}}" * 9_000) == "true" * 9_000
    assert render("{% if vip %}x{% endif %}" * 2_700) == "x" * 2_700
    assert time.thread_time() - started < 2


def test_a_rendering_ends_when_its_time_is_over_and_counts_from_its_own_start() -> None:
    now = [0.0]

    def ticking(step: float) -> Callable[[], float]:
        def clock() -> float:
            now[0] += step
            return now[0]

        return clock

    slow = LiquidTemplates(clock=ticking(0.2))
    assert slow.render("{{ vip }}", VALUES) == "true"
    assert slow.render("{{ vip }}", VALUES) == "true"
    with pytest.raises(RenderError, match="takes too long"):
        slow.render("{{ vip }}" * 3, VALUES)


def test_the_same_template_and_values_give_the_same_text_in_every_thread() -> None:
    source = "{% assign n = first_name %}{% for i in (1..50) %}{{ n }}{{ i }}{% assign n = i %}{% endfor %}"
    fresh = LiquidTemplates()
    names = [f"name{number}" for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(lambda name: fresh.render(source, {"first_name": name}), names))
    assert texts == [LiquidTemplates().render(source, {"first_name": name}) for name in names]


WORDS = (
    "{{ }} {% %} - if for in endif endfor else assign capture case when raw endraw comment endcomment "
    "| : , . .. ( ) [ ] ' \" first_name order points default times split join 1 99 == # é"
)
fragments = st.sampled_from([*WORDS.split(), " ", "\n"])


@given(source=st.lists(fragments, max_size=25).map("".join) | st.text(max_size=60))
@example(source="{% for i in 'a' limit: -2 %}{% endfor %}")
@example(source="{% break %}")
@example(source="{{ 5 | round: 99999999999999999999 }}")
@settings(max_examples=amount(600, quick=150), deadline=None, derandomize=True)
def test_any_text_is_a_template_or_refused_by_name(source: str) -> None:
    try:
        templates.check(source)
        text = render(source)
    except (InvalidTemplate, RenderError):
        return
    assert text == render(source)


@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_value_is_printed_exactly_but_for_its_line_ends(value: str) -> None:
    expected = value.replace("\r\n", "\n").replace("\r", "\n")
    assert render("<{{ value | default: '' }}>", {"value": value}) == f"<{expected}>"
