"""The glossary, links of the pages at the top of the repository, and lines of code that fit."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOP = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
TERM = re.compile(r"\*\*([\w -]+)\*\*")
BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def test_the_glossary_explains_each_term_once_and_has_at_most_25():
    rows = [
        line for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| *"
    ]
    terms = [term for row in rows for term in TERM.findall(row.split("|")[1])]
    assert 15 < len(terms) <= 25
    assert len(terms) == len(set(terms))
    assert all(row.split("|")[2].strip() for row in rows)


@pytest.mark.parametrize("path", TOP, ids=lambda p: p.name)
def test_links_of_the_pages_for_contributors_lead_somewhere(path: Path):
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    assert [t for t in targets if not t.startswith("https://") and not (ROOT / t.split("#")[0]).exists()] == []


@pytest.mark.parametrize("path", [*DOCS, TOP[0], ROOT / "README.md"], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_line_of_code_with_a_comment_has_at_most_100_characters(path: Path):
    blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
    assert [line for block in blocks for line in block.splitlines() if "# " in line and len(line) > 100] == []


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 90


def test_the_sites_navigation_names_every_page_of_the_folder():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named = {page for section in nav for pages in section.values() if isinstance(pages, list) for page in pages}
    assert {path.relative_to(ROOT / "docs").as_posix() for path in DOCS} <= named


def test_the_issue_forms_and_the_citation_file_are_yaml_with_what_their_readers_need():
    forms = sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml"))
    for form in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in forms if path.stem != "config"):
        assert {"name", "description", "body"} <= set(form)
        names = [field["id"] for field in form["body"] if "id" in field]
        assert len(names) == len(set(names)) > 0
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "references"} <= set(cited)
