"""How the pages change what a site is: written down, written into its file, and made to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import HTTPException

from passerby.config.site import Site
from passerby.config.site_edit import SiteText
from passerby.server.site.config_file import SiteFile
from passerby.server.site.context import Place
from passerby.server.site.principal import Visitor
from passerby.store.audit.log import Deed
from passerby.store.recordings.retention_limit import read_ceiling


def changed(
    place: Place,
    file: SiteFile,
    who: Visitor,
    revision: str,
    said: Mapping[str, Any],
    edit: Callable[[SiteText, Site], None],
) -> Site:
    """Change the file with `edit`. `said` is what the log says of it. Raises Outdated, UsageError, and HTTPException
    for recordings that would stay for longer than the ceiling allows."""

    def before(site: Site) -> None:
        ceiling = read_ceiling(place.database)
        longer = site.keep.days is None or (ceiling.days is not None and site.keep.days > ceiling.days)
        if ceiling.days is not None and longer and site.keep.days != place.site.keep.days:
            raise HTTPException(
                403, f"Recordings may stay for {ceiling.days:g} days at most. Ask an auditor to raise that ceiling."
            )
        place.note(who, Deed.CHANGED, said)

    site = file.change(revision, edit, before)
    if place.apply is not None:
        place.apply(site)
    return site
