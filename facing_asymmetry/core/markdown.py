"""Tables in Markdown, and the part of a page that a tool writes."""

from collections.abc import Sequence

from facing_asymmetry.core.errors import DataError


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown.

    Args:
        heading: One text per column.
        rows: One text per column each.
    """
    lines = (heading, tuple("---" for _ in heading), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replace_between(page: str, begin: str, end: str, text: str) -> str:
    """Return the page with what lies between two marks replaced by the text, on lines of its own.

    Raises:
        DataError: The page lacks one of the marks.
    """
    before, mark, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not mark or not last:
        raise DataError(f"the page needs the lines {begin} and {end}; the tables go between them")
    return f"{before}{begin}\n{text}\n{end}{after}"
