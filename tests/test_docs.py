"""The docs say what the program does: nothing missing, nothing stale, no link that leads nowhere."""

import configparser
import json
import re
import runpy
from pathlib import Path

import pytest
import typer

from passerby.cli.app import app
from passerby.config.settings import Settings
from passerby.documents.plan import Plan
from passerby.documents.recording_report import RecordingReport

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "ref"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MADE = runpy.run_path(str(ROOT / "scripts" / "reference.py"))["PAGES"]


def commands(command, name):
    yield name, command
    for child in getattr(command, "list_commands", lambda context: [])(None):
        yield from commands(command.get_command(None, child), f"{name} {child}")


def properties(schema):
    """Names of all fields in a JSON schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)


def broken(text, folder):
    """Relative links and pictures in `text` that lead to nothing below `folder`."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    return [target for target in local if not (folder / target).exists()]


@pytest.mark.parametrize("page", sorted(MADE))
def test_what_is_made_is_up_to_date(page):
    assert MADE[page]() == (REFERENCE / page).read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize(("name", "command"), list(commands(typer.main.get_command(app), "passerby")))
def test_every_command_and_option_is_described(name, command):
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## `{name}")[2].partition("\n## ")[0]
    assert command.help
    assert section
    options = [option for option in command.params if option.param_type_name == "option"]
    spelled = {spelling for option in options for spelling in option.opts} - {"-h", "--help"}
    assert set() == {spelling for spelling in spelled if f"`{spelling}`" not in section}
    assert set() == {option.name for option in options if not option.help}


def test_every_setting_is_described():
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert set() == {name for name in Settings.model_fields if f"| `{name}` |" not in text}
    assert set() == {name for name, field in Settings.model_fields.items() if not field.description}


def test_every_field_of_the_plan_is_explained():
    text = (REFERENCE / "plan.md").read_text(encoding="utf-8")
    own = set(properties(Plan.model_json_schema())) - set(Settings.model_fields)
    assert own
    assert set() == {name for name in own if f"`{name}`" not in text}


def test_every_field_of_the_report_of_a_recording_is_explained():
    text = (REFERENCE / "recording.md").read_text(encoding="utf-8")
    assert set() == {name for name in properties(RecordingReport.model_json_schema()) if f"`{name}`" not in text}


def test_the_example_in_the_plans_page_is_a_plan():
    text = (REFERENCE / "plan.md").read_text(encoding="utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert json.loads(example).keys() == Plan.model_validate_json(example).model_dump(exclude_none=True).keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    assert [] == broken(page.read_text(encoding="utf-8"), page.parent)


def test_a_link_that_leads_nowhere_is_seen():
    text = "[a](README.md#x) [b](https://example.org/x) ![c](gone.png) [d](#here)"
    assert ["gone.png"] == broken(text, ROOT)


def test_the_map_is_that_of_the_import_rules():
    """docs/design/architecture.md lists the folders in the layers of .importlinter, top to bottom."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    layers = config["importlinter:contract:layers"]["layers"].strip().splitlines()
    expected = [sorted(name.strip() for name in line.split("|")) for line in layers]
    rows = re.findall(
        r"^\| (\d+) \| `(\w+)` \|", (ROOT / "docs/design/architecture.md").read_text(encoding="utf-8"), re.M
    )
    found = [sorted(name for layer, name in rows if layer == number) for number in dict.fromkeys(n for n, _ in rows)]
    assert expected == found


CODE_NAMED = re.compile(r"`((?:[a-z_0-9]+/)+[a-z_0-9]+\.(?:py|ts|tsx|toml))(?::(\w+))?`")


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/design/*.md")), ids=lambda page: page.name)
def test_code_that_a_design_page_names_is_there(page):
    """`folder/file.py` or `folder/file.py:name`, from the top, or below any folder of the source or of the pages."""
    files = [path for top in ("src/passerby", "web/src", "tests") for path in (ROOT / top).rglob("*") if path.is_file()]
    wrong = []
    for file, name in CODE_NAMED.findall(page.read_text(encoding="utf-8")):
        path = next((p for p in [ROOT / file, *files] if p.is_file() and p.as_posix().endswith(f"/{file}")), None)
        if path is None or (name and not re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))):
            wrong.append(f"{file}:{name}")
    assert [] == wrong
