"""Render a page as one HTML file, which loads nothing and runs no script.

Only this module imports Jinja2, which escapes texts of the person.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from nightcare import __version__
from nightcare.errors import ExtraMissing
from nightcare.i18n.translator import Translator
from nightcare.report_html.charts import LENGTH
from nightcare.report_html.home_page import HomePage
from nightcare.report_html.view_model import Page

_TEMPLATES = {Page: "page.html.jinja", HomePage: "home.html.jinja"}
_RELIEF = "relief.html.jinja"


def render_page(page: Page | HomePage | None, translator: Translator) -> str:
    """Return a page as HTML; its policy names the hash of the only style that may apply.

    Source: https://www.w3.org/TR/CSP3/#framework-directive-source-list

    Args:
        page: The content; None for the page with the steps to relieve a cramp.
        translator: The texts in the person's language.

    Raises:
        ExtraMissing: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - an extra
        from markupsafe import Markup  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise ExtraMissing("page_needs_jinja") from error
    style = _file("page.css")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_file),
    )
    # Imported macros see the globals alone.
    environment.globals.update(bar_length=LENGTH, text=translator.text)
    return environment.get_template(_RELIEF if page is None else _TEMPLATES[type(page)]).render(
        page=page,
        language=translator.language,
        guidance=translator.guidance,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _file(name: str) -> str:
    return files("nightcare.report_html").joinpath(name).read_text(encoding="utf-8")
