"""The name of a browser, from what it says about itself."""

import re

_BROWSERS = (
    ("Edge", r"\bEdg(?:A|iOS)?/(\d+)"),
    ("Opera", r"\bOPR/(\d+)"),
    ("Samsung Internet", r"\bSamsungBrowser/(\d+)"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"\b(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"\bVersion/(\d+)\S* (?:Mobile/\S+ )?Safari/"),
)
"""The first that matches counts: most browsers also name those that they want to be taken for."""
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)


def browser_name(user_agent: str) -> str:
    """`Mozilla/5.0 (X11; Linux x86_64) ... Chrome/142.0 Safari/537.36` -> `Chrome 142, Linux`; empty if not known."""
    browser = next(
        (f"{name} {found[1]}" for name, text in _BROWSERS if (found := re.search(text, user_agent))), ""
    )
    system = next((name for name, text in _SYSTEMS if re.search(text, user_agent)), "")
    return ", ".join(filter(None, (browser, system)))
