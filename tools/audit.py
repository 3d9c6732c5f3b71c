"""Say what an audit of the pinned dependencies found: `python tools/audit.py < FILE`, FILE being pip-audit's JSON.

pip-audit says "no known vulnerabilities" also where it could look up nothing; this counts what was looked up.
"""

import json
import sys
from typing import Any

UNCHECKED = "the dependencies were not checked: no database of advisories could be reached"


def verdict(report: str) -> tuple[int, str]:
    """The exit status (1: a known vulnerability) and the words; an empty report counts as no network."""
    found: list[dict[str, Any]] = json.loads(report)["dependencies"] if report.strip() else []
    checked = [one for one in found if "skip_reason" not in one]
    if not checked:
        return 0, UNCHECKED
    bad = [f"{one['name']} {one['version']}: {v['id']}" for one in checked for v in one["vulns"]]
    return int(bool(bad)), "\n".join([*bad, f"{len(checked)} of {len(found)} packages checked, {len(bad)} advisories"])


if __name__ == "__main__":
    status, words = verdict(sys.stdin.read())
    print(words)
    sys.exit(status)
