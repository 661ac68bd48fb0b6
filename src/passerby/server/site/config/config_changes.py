"""Changes of `site.yaml` from the web interface: written to the audit log, then to the file, then put into effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import HTTPException

from passerby.config.site import Site
from passerby.config.site_edit import SiteText
from passerby.server.site.auth.principal import Principal
from passerby.server.site.config.site_file import SecretChange, SiteFile
from passerby.server.site.context import SiteContext
from passerby.store.audit.log import AuditAction
from passerby.store.recordings.retention_limit import read_retention_limit


def apply_change(
    context: SiteContext,
    file: SiteFile,
    principal: Principal,
    revision: str,
    details: Mapping[str, Any],
    edit: Callable[[SiteText, Site], None],
    passwords: Mapping[str, str | None] = MappingProxyType({}),
    secrets: Callable[[Site], Sequence[SecretChange]] = lambda _: (),
) -> Site:
    """Change the file with `edit`. `details` go into the audit log; `passwords` of cameras and `secrets`
    of the new site are stored.

    Raises ConfigConflict, UsageError, and HTTPException for a retention beyond the retention limit."""

    def before_write(site: Site) -> None:
        require_limit(context, site)
        context.audit(principal, AuditAction.CHANGED, details)

    site = file.change(revision, edit, before_write, passwords, secrets)
    if context.apply is not None:
        context.apply(site)
    return site


def require_limit(context: SiteContext, site: Site) -> None:
    """Raises HTTPException for a retention beyond the retention limit, unless it was that before."""
    limit, days = read_retention_limit(context.database).days, site.retention.days
    if limit is not None and (days is None or days > limit) and days != context.site.retention.days:
        raise HTTPException(
            403, f"Recordings may be kept for {limit:g} days at most. Ask an auditor to raise the retention limit."
        )
