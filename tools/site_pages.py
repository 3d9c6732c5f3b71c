"""Pages of the documentation site that are made from other files: a hook of mkdocs (`mkdocs.yml`, `make docs`).

Adds one API page per package, the notebooks with their stored output (they are not executed), CONTRIBUTING.md,
CHANGELOG.md and NOTICE. Rewrites links that leave docs/.
"""

import ast
import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "facing_asymmetry"
COPIED = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "NOTICE": "notice.md"}
"""Files of the repository's root -> pages of the site."""


def packages() -> dict[str, str]:
    """Name of each package with modules below `facing_asymmetry` -> the first line of its docstring."""
    found = {}
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8")))
        found[init.parent.name] = (said or "").partition("\n")[0]
    return found


def api_pages() -> dict[str, str]:
    """Source path -> Markdown of the reference: an index, and one page per package."""
    rows = "\n".join(f"| [`facing_asymmetry.{name}`]({name}.md) | {said} |" for name, said in packages().items())
    top = "::: facing_asymmetry\n    options: {show_submodules: false, heading_level: 2}\n"
    index = f"# Python API\n\n{top}\n## Packages\n\n| package | what it does |\n|---|---|\n{rows}\n"
    return {"api/index.md": index} | {f"api/{name}.md": f"::: facing_asymmetry.{name}\n" for name in packages()}


def notebook_page(path: Path) -> tuple[str, dict[str, bytes]]:
    """Markdown of a notebook with its stored output.

    Returns:
        The page, and its images: file name -> PNG.
    """
    parts, images = [], {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                name = f"{path.stem}_{len(images) + 1}.png"
                images[name] = base64.b64decode(data["image/png"])
                parts.append(f"![Output {len(images)}]({name})")
            elif text := output.get("text") or data.get("text/plain"):
                parts.append(f"```text\n{text.rstrip()}\n```")
    return "\n\n".join(parts) + f"\n\n[Download this notebook]({path.name})\n", images


def generated() -> Iterator[tuple[str, str | bytes]]:
    """Path inside the site's sources, and content, of every page that has no file in docs/."""
    yield from api_pages().items()
    for path in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
        page, images = notebook_page(path)
        yield f"notebooks/{path.stem}.md", page
        yield from ((f"notebooks/{name}", image) for name, image in images.items())
    for name, target in COPIED.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        yield target, text if name.endswith(".md") else f"# {name}\n\n```text\n{text}```\n"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the reference where the navigation says API_PAGES."""
    pages: list[Any] = ["api/index.md", *({f"{name}": f"api/{name}.md"} for name in packages())]
    for section in config.nav or []:
        for title, entries in section.items():
            if entries == "API_PAGES":
                section[title] = pages
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for path, content in generated():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make every link stay inside the site.

    Links to notebooks, CONTRIBUTING.md and the like lead to their pages, and so do links from those files to docs/.
    A link to another file of the repository becomes its path.
    """
    path = page.file.src_uri
    if path in COPIED.values():
        markdown = re.sub(r"\]\(docs/", "](", markdown)
    for name, target in COPIED.items():
        markdown = re.sub(rf"\]\((?:\.\./)*{re.escape(name)}(?=[)#])", f"]({'../' * path.count('/')}{target}", markdown)
    outside = rf"\[([^\]]*)\]\((?:\.\./){{{path.count('/') + 1}}}([\w./-]+)\)"
    markdown = re.sub(outside, r"\1 (`\2`)", markdown)
    if not path.startswith("notebooks/"):
        markdown = re.sub(r"(\]\([\w./]*notebooks/\w+)\.ipynb\)", r"\1.md)", markdown)
    return markdown
