"""Content keys: the same request lands in the same place, whatever the order of its parts."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; floats in Python's shortest round-trip form; NaN is refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be part of a content key; use numbers, strings, lists and mappings")


def content_key(request: Mapping[str, Any], digits: int = 24) -> str:
    """SHA-256 of the canonical JSON of a request, shortened to `digits` hexadecimal digits (96 bits)."""
    return hashlib.sha256(canonical_json(request).encode()).hexdigest()[:digits]


def fingerprint(*parts: bytes) -> str:
    """SHA-256 over byte strings, each with its length, so that their boundaries count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
