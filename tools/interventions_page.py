"""The table of docs/interventions.md, from the classes and conf/intervention: `python tools/interventions_page.py`."""

import re
from pathlib import Path

from facing_asymmetry.interventions.registry import catalogue_table

TARGET = Path(__file__).parents[1] / "docs" / "interventions.md"


def main() -> None:
    """Write the table between its markers."""
    old = TARGET.read_text(encoding="utf-8")
    new = f"<!-- catalogue -->\n{catalogue_table()}\n<!-- /catalogue -->"
    TARGET.write_text(re.sub("<!-- catalogue -->.*<!-- /catalogue -->", lambda _: new, old, flags=re.S), "utf-8")


if __name__ == "__main__":
    main()
