"""Every text that the server tells has a code, and a translation with the same values in it."""

import ast
import re
import time
from pathlib import Path
from string import Formatter

import av
import pytest

from passerby.config.address import parse_address
from passerby.config.notice import Language
from passerby.server.site.errors.catalogue import OTHER, describe, describe_field, language_of, texts
from passerby.source.camera.open import camera_error

SOURCE = Path(__file__).parents[4] / "src" / "passerby"
#: Where errors come from that people see on the pages of a site.
ROOMS = (
    *("server/site", "server/guard.py", "server/login_throttle.py", "server/rate_limit.py", "server/live/routes.py"),
    *("store/accounts", "store/audit/log.py", "store/counts/validations.py", "store/counts/events_and_counts.py"),
    *(
        "store/administration",
        "store/notifications",
        "store/database.py",
        "store/recordings/retention_limit.py",
        "store/recordings/index.py",
    ),
    *("store/recordings/part.py", "config/site_edit.py", "config/site_file.py", "config/address.py"),
    *("config/secrets", "config/notifications", "config/site.py", "config/counting_config.py", "config/restream.py"),
    *("config/public_holidays.py", "source/camera/capture.py", "source/camera/open.py", "source/camera/hls.py"),
    "source/camera/ptz.py",
)
#: What is raised with a text for people.
RAISED = {
    *("HTTPException", "UsageError", "StoreError", "DiskFull", "OutputError", "ConfigConflict", "InputRequired"),
    *("ValueError", "_reject", "__init__", "CameraLost", "LoginRefused"),
}
#: Texts that no page shows: faults of passerby, answers of an identity provider, settings that only the file has.
INTERNAL = (
    "{} {}",  # of HLS, by status: those of open.py
    "{} {}. {}",  # a problem of a camera and its remedy: test_each_problem_of_a_camera
    *("cannot be changed: {}", "not a JSON object", "another issuer", "not encrypted"),
    *(
        "there is more than one place named {} under occupancy",
        "notice.views refers to camera {}, which does not exist",
    ),
    "occupancy {} refers to timetable {}, which does not exist",
    "occupancy {} refers to line {} of camera {}, which does not count {}",
)


def template_of(node):
    """The text of an argument with {} for each value in it; None where it is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            left, right = template_of(left), template_of(right)
            return None if left is None or right is None else left + right
    return None


def raised_in(text):
    """Templates of the sentences that are raised in a source."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in RAISED:
            for given in node.args:
                for one in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                    template = template_of(one)
                    if template and " " in template:
                        yield template


def sources():
    for room in ROOMS:
        path = SOURCE / room
        yield from sorted(path.rglob("*.py")) if path.is_dir() else (path,)


def plain(template):
    """A template of the catalogue, in the form of `template_of`."""
    return "".join(literal + ("{}" if name is not None else "") for literal, name, _, _ in Formatter().parse(template))


KNOWN = {plain(text) for section in texts(Language.EN).values() for text in section.values()}


def without_code(templates):
    return sorted({template for template in templates if template not in KNOWN and template not in INTERNAL})


def test_every_text_in_the_source_has_a_code():
    found = {template for path in sources() for template in raised_in(path.read_text(encoding="utf-8"))}
    assert len(found) > 100
    assert [] == without_code(found)


def test_a_text_without_a_code_is_seen():
    source = 'raise HTTPException(404, f"There is no bicycle {name} here.")\nraise UsageError("A " "new one.")'
    assert ["A new one.", "There is no bicycle {} here."] == without_code(raised_in(source))


@pytest.mark.parametrize("section", ["errors", "parts"])
def test_every_code_has_a_translation_with_the_same_values(section):
    english, german = texts(Language.EN)[section], texts(Language.DE)[section]
    assert set(english) == set(german)
    for code, text in german.items():
        names = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (english[code], text)]
        assert names[1] <= names[0], code
        assert names[0] - names[1] <= {"rule", "reason"}, code
        assert text != english[code] or code == "database_failed"


@pytest.mark.parametrize("code", texts(Language.EN)["errors"])
def test_each_text_is_recognised_by_its_own_code(code):
    """With values such as they are; not by that of another one that looks like it."""
    template = texts(Language.EN)["errors"][code]
    values = {name: "5" for _, name, _, _ in Formatter().parse(template) if name} | {
        "path": "/srv/site.yaml", "name": "yard", "camera": "yard", "reason": "disk error", "field": "cameras.yard.url",
        "place": "/srv/site.yaml:7", "folder": "/srv", "scheme": "ftp",
    }  # fmt: skip
    english = template.format(**values)
    told = describe(english, Language.DE)
    assert (code, describe(english, Language.EN)) == (told.code, describe(english, Language.EN))
    assert english == describe(english, Language.EN).text
    assert "{" not in told.text.replace("${", "")


@pytest.mark.parametrize(
    "error",
    [
        *(av.HTTPUnauthorizedError(1, "x"), av.HTTPForbiddenError(1, "x"), av.HTTPNotFoundError(1, "x")),
        *(ConnectionRefusedError(), FileNotFoundError(), PermissionError(), TimeoutError(), EOFError()),
        *(av.InvalidDataError(1, "x"), OSError(113, "No route to host"), ValueError("x")),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("url", ["rtsp://192.0.2.1/a", "http://192.0.2.1/a"])
def test_each_problem_of_a_camera(error, url):
    english = str(camera_error(parse_address(url), error))
    told = describe(english, Language.DE)
    assert told.code.startswith("camera_")
    assert told.text.startswith("192.0.2.1") or "192.0.2.1" in told.text
    assert not re.search(r"\b(Check|the|Reconnecting|Open)\b", told.text)


def test_values_are_translated_where_they_are_words():
    assert "Über diesen Antrag ist schon entschieden: genehmigt." == _german("This request is already approved.")
    assert "Die Rolle Betrachter hat dieses Recht nicht: Zonen, Kameras und Einstellungen ändern." == _german(
        "The role viewer does not have this right: edit_config."
    )
    no_area = "zone door has no area: give its vertices in order, around the zone"
    assert "Zone door hat keine Fläche: geben Sie ihre Ecken der Reihe nach an. " in _german(
        f"/s/site.yaml:4: cameras.yard.counting: {no_area}. Correct it there."
    )


def _german(english):
    return describe(english, Language.DE).text


def test_what_has_no_code_is_told_as_it_is():
    told = describe("Something that nobody has thought of.", Language.DE)
    assert (OTHER, "Something that nobody has thought of.") == (told.code, told.text)


def test_a_field_of_a_request():
    assert "Max fps must be 0.5 or more." == describe_field("Max fps", "must be 0.5 or more", Language.EN)
    assert "Die Zahl der Bilder je Sekunde muss 0.5 oder mehr sein." == describe_field(
        "Max fps", "must be 0.5 or more", Language.DE
    )
    assert "Bicycle fehlt." == describe_field("Bicycle", "is required", Language.DE)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("en;q=0.4, de;q=0.9", "de"),
        ("fr, de;q=0.1", "de"),
        ("en-GB, de", "en"),
        ("de;q=x, en", "en"),
        (";;,,", "en"),
    ],
)
def test_the_language_that_is_wanted(header, language):
    assert language == language_of(header).value


@pytest.mark.parametrize("hostile", [":" * 900, ": a" * 300, "a:1: b: " * 110, "There is no camera " * 50])
def test_a_hostile_text_takes_no_time(hostile):
    begun = time.process_time()
    describe(hostile, Language.DE)
    assert time.process_time() - begun < 2
    assert re.search("camera|:", hostile)
