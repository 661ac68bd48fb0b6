"""The reference pages that are made from the program itself. tests/test_docs.py fails when they are out of date."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from passerby.cli.app import app
from passerby.config.counting_config import (
    Counting,
    CrossingRule,
    CrowdRule,
    Hours,
    Line,
    LostRule,
    PresenceRule,
    SightRule,
    Timetable,
    Zone,
)
from passerby.config.notice import NoticeSettings
from passerby.config.roles import RIGHTS, Right, Role
from passerby.config.settings import Settings
from passerby.config.site import CameraSettings, Defaults, Keep, Site, StatusSettings
from passerby.config.uplink import Metrics, Mqtt, UplinkSettings, Webhook
from passerby.config.web import Oidc, PagesSettings, Proxy
from passerby.core.kinds import HIDEABLE
from passerby.documents.plan import Plan
from passerby.documents.recording_report import RecordingReport
from passerby.documents.report import Report
from passerby.documents.status import SiteStatus
from passerby.documents.verification_report import SignedProof
from passerby.server.site.rights import rights_of

FOLDER = Path(__file__).parent.parent / "docs" / "ref"
MADE = "<!-- Made by `make docs`. Change the program, not this page. -->\n"

EXITS = """
## Exit codes

| code | meaning |
| --- | --- |
| 0 | done and clean; a folder with files skipped as unsupported included |
| 1 | an error; of several files, at least one failed |
| 2 | usage: the command line makes no sense |
| 3 | done, but something needs a person: a possible leak, frames that could not be decoded |
| 130 | stopped with Ctrl+C |

Messages go to standard error. `--debug`, before or after the command, adds where in the program an error arose.
"""


def cli() -> str:
    """docs/ref/cli.md"""
    return MADE + "\n# Command line\n" + "".join(_commands(typer.main.get_command(app), "passerby")) + EXITS


def _commands(command: Any, name: str) -> Iterator[str]:  # typer hides the classes of its commands
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and "--help" not in p.opts]
    usage = " ".join([name, *(_argument(p) for p in arguments)])
    yield f"\n## `{usage}`\n\n{' '.join((command.help or '').split())}\n"
    if options:
        yield "\n| option | meaning | default |\n| --- | --- | --- |\n"
    for option in options:
        names = ", ".join(f"`{spelling}`" for spelling in [*option.opts, *option.secondary_opts])
        yield f"| {names} | {_cell(option.help or '')}{_choices(option)} | {_default(option)} |\n"
    for child in getattr(command, "list_commands", lambda context: [])(None):
        yield from _commands(command.get_command(None, child), f"{name} {child}")


def _argument(parameter: Any) -> str:
    name = parameter.name.upper().rstrip("S") if parameter.nargs == -1 else parameter.name.upper()
    name += "..." if parameter.nargs == -1 else ""
    return name if parameter.required else f"[{name}]"


def _choices(option: Any) -> str:
    kind = option.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return ""
    return f" One of {', '.join(f'`{choice.value}`' for choice in kind)}."


def _default(option: Any) -> str:
    value = option.default
    if value is None or value is False or callable(value) or value == [] or option.required:
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


def settings() -> str:
    """docs/ref/settings.md"""
    rows = (_row(name, field) for name, field in Settings.model_fields.items())
    return (
        MADE
        + "\n# Settings\n\nWhat decides how a result looks. The command line, the plan and the report speak of these.\n"
        + "\n| field | values | default | meaning |\n| --- | --- | --- | --- |\n"
        + "".join(rows)
    )


def _row(name: str, field: FieldInfo) -> str:
    schema = Settings.model_json_schema()
    # Not every kind can be hidden: a validator says so, which the schema cannot.
    hideable = {"Kind": {"enum": [kind.value for kind in HIDEABLE]}}
    values = _values(schema["properties"][name], schema.get("$defs", {}) | hideable)
    default = json.dumps(field.get_default(call_default_factory=True, validated_data={}))
    return (
        f"| `{name}` | {values} | {'' if default == 'null' else f'`{default}`'} | {_cell(field.description or '')} |\n"
    )


def _values(schema: dict[str, Any], named: dict[str, Any]) -> str:
    """A JSON schema of one field in a few words."""
    if "$ref" in schema:
        return _values(named[schema["$ref"].rpartition("/")[2]], named)
    if "anyOf" in schema:
        return " or ".join(_values(one, named) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "prefixItems" in schema:
        return "`[x, y]`"
    if schema.get("type") == "array":
        if schema["items"].get("type") == "array":
            return f"list of {_values(schema['items'], named).removeprefix('any of ')} lists"
        return f"any of {_values(schema['items'], named)}"
    if "oneOf" in schema:
        return "object"
    if "minimum" in schema and "maximum" not in schema:
        return f"{schema['minimum']} or more"
    limits = [str(schema[key]) for key in ("minimum", "maximum") if key in schema]
    return " to ".join(limits) or str(schema.get("type", ""))


def site() -> str:
    """docs/ref/site.md"""
    parts = [
        ("The file", Site, "One file describes a site. `passerby watch --example` prints one to begin with."),
        ("`keep`", Keep, "How long recordings stay. Whatever comes first counts; the oldest go first."),
        ("`status`", StatusSettings, "Where the state of the site can be asked for, on this machine alone."),
        ("`defaults`", Defaults, "What holds for every camera that does not say otherwise."),
        ("A camera", CameraSettings, "Below `cameras`, by its name. All of `defaults` can be said here too, and:"),
        ("`counting`", Counting, f"Of a camera: {GUIDE}"),
        ("A zone", Zone, "Of `zones`."),
        ("A line", Line, "Of `lines`. Seen from its first point to its last, `forward` is from its left to its right."),
        ("A rule", PresenceRule, "Of `rules`, of kind `presence`: somebody is in a zone."),
        ("A rule of kind `crossing`", CrossingRule, "A line is crossed."),
        ("A rule of kind `crowd`", CrowdRule, "More are in a zone than it may hold."),
        ("A rule of kind `covered`, `moved` or `dark`", SightRule, "The camera no longer shows what it should."),
        ("A rule of kind `lost`", LostRule, "No picture comes."),
        ("A timetable", Timetable, "Of `timetables`."),
        ("Hours", Hours, "Of a timetable. Those that end before they begin go on into the next morning."),
        ("`pages`", PagesSettings, "The pages, and who reaches them: see [the guide](../guide/site.md)."),
        ("`proxy`", Proxy, "Of `pages`: what stands in front, and does TLS."),
        ("`oidc`", Oidc, "Of `pages`: another site that says who somebody is (OpenID Connect)."),
        ("`uplink`", UplinkSettings, f"Where counts and events go: {GUIDE}"),
        ("`mqtt`", Mqtt, "A broker."),
        ("A webhook", Webhook, "Of `webhooks`: an address that is posted to, signed."),
        ("`prometheus`", Metrics, "Where Prometheus can fetch the newest counts."),
        ("`notice`", NoticeSettings, "What people may know: see [the guide](../guide/notice.md)."),
    ]
    return MADE + "\n# `site.yaml`\n" + SITE + "".join(_part(*part) for part in parts)


GUIDE = "see [the guide](../guide/counts.md)."
SITE = """
Positions are shares of the displayed picture, from 0 (left, top) to 1 (right, bottom). `${NAME}` in any text stands for
a variable of the environment; passwords may stand nowhere else. Paths are relative to the file. Errors name the line.
"""


def _part(title: str, model: type[BaseModel], says: str) -> str:
    schema = model.model_json_schema()
    hideable = {"Kind": {"enum": [kind.value for kind in HIDEABLE]}}
    known = set(Defaults.model_fields) if model is CameraSettings else set()
    text = f"\n## {title}\n\n{says}\n\n| field | values | default | meaning |\n| --- | --- | --- | --- |\n"
    for name, field in model.model_fields.items():
        if name in known:
            continue
        values = _values(schema["properties"][name], schema.get("$defs", {}) | hideable)
        default = "" if field.is_required() else json.dumps(schema["properties"][name].get("default"))
        shown = "" if default in ("", "null") or default.startswith("{") else f"`{default}`"
        text += f"| `{name}` | {values} | {shown} | {_cell(field.description or '')} |\n"
    return text


def roles() -> str:
    """docs/ref/roles.md"""
    site_interface = runpy.run_path(str(Path(__file__).with_name("openapi.py")))["site_interface"]
    app, _ = site_interface()
    text = MADE + ROLES + "\n| right | " + " | ".join(role.value for role in Role) + " | what it is |\n"
    text += "| --- |" + " --- |" * (len(Role) + 1) + "\n"
    for right, says in MEANING.items():
        marks = " | ".join("yes" if right in RIGHTS[role] else "" for role in Role)
        text += f"| `{right.value}` | {marks} | {says} |\n"
    text += "\n## Addresses\n\n| | address | right | " + " | ".join(role.value for role in Role) + " |\n"
    text += "| --- | --- | --- |" + " --- |" * len(Role) + "\n"
    for (method, path), right in sorted(rights_of(app).items(), key=lambda one: (one[0][1], one[0][0])):
        marks = " | ".join("yes" if right is None or right in RIGHTS[role] else "" for role in Role)
        text += f"| {method} | `{path}` | {'everybody' if right is None else f'`{right.value}`'} | {marks} |\n"
    return text


ROLES = """
# Roles

Who may ask the pages of a site for what. `tests/server/site/test_roles.py` tries each address as each role, and as
somebody who is not logged in. [What roles are for](../guide/site.md).
"""
MEANING = {
    Right.ENTER: "to be logged in, and to have one's own password, second factor and sessions in hand",
    Right.STATE: "how the site is; no pictures",
    Right.LOOK: "live pictures, recordings, events, counts: masked",
    Right.HANDLE: "to mark events, to ask for clips and to decide on those of others",
    Right.CHANGE: "zones, cameras, settings",
    Right.PEOPLE: "accounts and sessions of others; those of auditors only with an auditor",
    Right.KNOW: "who has an account, and for how long recordings stay; who may change settings may lower the ceiling",
    Right.AUDIT: "the log",
    Right.CEILING: "to set the ceiling, and to agree to changes of auditors",
}


def site_schema() -> str:
    """docs/ref/site.schema.json"""
    return json.dumps(Site.model_json_schema(), indent=1) + "\n"


def status_schema() -> str:
    """docs/ref/status.schema.json"""
    return json.dumps(SiteStatus.model_json_schema(), indent=1) + "\n"


def plan_schema() -> str:
    """docs/ref/plan.schema.json"""
    return json.dumps(Plan.model_json_schema(), indent=1) + "\n"


def report_schema() -> str:
    """docs/ref/report.schema.json"""
    return json.dumps(Report.model_json_schema(), indent=1) + "\n"


def verify_schema() -> str:
    """docs/ref/verify.schema.json"""
    return json.dumps(SignedProof.model_json_schema(), indent=1) + "\n"


def recording_schema() -> str:
    """docs/ref/recording.schema.json"""
    return json.dumps(RecordingReport.model_json_schema(), indent=1) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {
    "cli.md": cli,
    "settings.md": settings,
    "plan.schema.json": plan_schema,
    "report.schema.json": report_schema,
    "verify.schema.json": verify_schema,
    "recording.schema.json": recording_schema,
    "roles.md": roles,
    "site.md": site,
    "site.schema.json": site_schema,
    "status.schema.json": status_schema,
}

if __name__ == "__main__":
    for page, make in PAGES.items():
        FOLDER.joinpath(page).write_text(make(), encoding="utf-8")
        print(f"docs/ref/{page}")
