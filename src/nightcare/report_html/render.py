"""Render a page as one HTML file, which loads nothing and runs no script.

Only this module imports Jinja2, which escapes what a person wrote.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from nightcare.errors import ExtraMissing
from nightcare.report_html.bar_chart import LENGTH
from nightcare.report_html.home_page import HomePage
from nightcare.report_html.relief_page import ReliefPage
from nightcare.report_html.view_model import Page

_TEMPLATES = {
    Page: "page.html.jinja",
    HomePage: "home.html.jinja",
    ReliefPage: "relief.html.jinja",
}


def render_page(page: Page | HomePage | ReliefPage) -> str:
    """Return a page as HTML; its policy names the hash of the only style that may apply.

    Source: https://www.w3.org/TR/CSP3/#framework-directive-source-list

    Raises:
        ExtraMissing: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - an extra
        from markupsafe import Markup  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise ExtraMissing("page_needs_jinja") from error
    style = _text("page.css")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_text),
    )
    # Imported macros see the globals alone.
    environment.globals["bar_length"] = LENGTH
    return environment.get_template(_TEMPLATES[type(page)]).render(
        page=page,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _text(name: str) -> str:
    return files("nightcare.report_html").joinpath(name).read_text(encoding="utf-8")
