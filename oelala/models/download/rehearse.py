"""What letting files of a repository go would free, counted without touching anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from oelala.models.catalog.installed import PARTIAL
from oelala.models.download.cache import RepoCache
from oelala.models.download.hub import is_digest


def would_free(cache: RepoCache, going: Collection[Path]) -> int:
    """Bytes that come free once these files and folders of its snapshots are gone, and with them the blobs
    that nothing leads to then. Only the names of revisions, of a few bytes each, are not counted."""
    places = [one for one in (cache.root / "snapshots").rglob("*") if one.is_symlink() or one.is_file()]
    leaving = {place for place in places if any(one == place or one in place.parents for one in going)}
    used = {place.resolve() for place in places if place.is_symlink() and place not in leaving}
    own = [place.lstat() for place in leaving if not place.is_symlink()]
    # without symbolic links, a blob and its place are one file
    links = Counter(about.st_ino for about in own)
    gone = {about.st_ino: about.st_size for about in own if about.st_nlink <= links[about.st_ino]}
    for blob in cache.blobs.glob("*"):
        about = blob.stat()
        alone = about.st_nlink - links[about.st_ino] <= 1 and blob.resolve() not in used
        if blob.name.endswith(PARTIAL) or (is_digest(blob.name) and alone):
            gone[about.st_ino] = about.st_size
    return sum(gone.values())
