"""A clip that was redacted by a plan, with its report beside it, and what a verification says about it."""

from passerby import redact
from passerby.core.kinds import Kind
from tests.plans import permanent_track, plan_for
from tests.white_patch import PATCH

FACE = permanent_track(1, PATCH, Kind.FACE)


def release(source, *tracks, name="yard.redacted.mp4", settings=None, **kept):
    """(released file, plan file) with the report beside."""
    plan = plan_for(source, *tracks, settings=settings, **kept)
    out, plan_file = source.with_name(name), source.with_name("yard.plan.json")
    report = redact(source, out, plan=plan, verify=False, force=True)
    out.with_name(f"{out.stem}.report.json").write_text(report.to_json())
    plan_file.write_text(plan.to_json())
    return out, plan_file


def outcomes(report):
    return {check.check: check.outcome for check in report.checks}


def found(report):
    return sorted({one.check for one in report.findings})
