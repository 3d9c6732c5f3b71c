import json

from tools.audit import UNCHECKED, verdict

GOOD = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-2026-1"}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


def test_an_audit_that_looked_up_nothing_says_so():
    assert verdict("") == verdict(json.dumps({"dependencies": [SKIPPED]})) == (0, UNCHECKED)


def test_an_audit_names_each_advisory():
    assert verdict(json.dumps({"dependencies": [GOOD, SKIPPED]})) == (0, "1 of 2 packages checked, 0 advisories")
    status, words = verdict(json.dumps({"dependencies": [GOOD, BAD, SKIPPED]}))
    assert (status, words) == (1, "b 2: PYSEC-2026-1\n2 of 3 packages checked, 1 advisories")
