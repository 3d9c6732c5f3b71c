"""Every page of the package from one base: template, style and navigation; a page needs no network."""

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any, Final

import jinja2

from facing_asymmetry.reporting.style import readable

BASE_PACKAGE: Final = "facing_asymmetry.reporting"
"""Holds `base.html.j2`, the macros in `parts.html.j2` and `page.css`, which every page uses."""


def render_template(package: str, name: str, **values: Any) -> str:
    """Render a page that extends `base.html.j2`; what it is given is escaped.

    Args:
        package: the template lies in its folder `templates`.
        name: of the template.
        **values: its variables. `base.html.j2` takes `style`, further CSS of the page, and `script`, the one that may
            run; a page without them gives none.
    """
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda wanted: _source(package, wanted)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"embed": _embed, "readable": readable, "sha256": _source_hash}
    base = {"base_style": template_text("page.css"), "style": "", "script": ""}
    return environment.get_template(name).render(**base | values)


def template_text(name: str, package: str = BASE_PACKAGE) -> str:
    """A file of a package's folder `templates`."""
    return files(package).joinpath("templates", name).read_text(encoding="utf-8")


def _source(package: str, name: str) -> str:
    """A template of the page's own package, or else of the base."""
    own = files(package).joinpath("templates", name).is_file()
    return template_text(name, package if own else BASE_PACKAGE)


def _embed(value: object) -> jinja2.utils.markupsafe.Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return jinja2.utils.markupsafe.Markup(text.replace("<", "\\u003c"))


def _source_hash(script: str) -> str:
    """How a Content-Security-Policy names the one script that may run; others do not."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
