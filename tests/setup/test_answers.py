import re
from pathlib import Path

import pytest

from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.setup.answers import check_draft, draft_of, read_answers
from passerby.setup.draft import SetupDraft
from passerby.store.accounts.passwords import verify_password

SECRETS = {"ADMIN_PASSWORD": "nine small kim lanterns", "CAMERA_PASSWORD": "secret word"}
TEXT = """\
name: North hall
timezone: Europe/Berlin
account:
  name: Kim
  password: ${ADMIN_PASSWORD}
cameras:
  - display_name: Entrance, left
    url: rtsp://192.0.2.1/1
    user: cam
    password: ${CAMERA_PASSWORD}
  - display_name: Entrance left
    url: rtsp://192.0.2.2/1
retention:
  days: 3
  bytes: 200GB
"""


def read(folder, text=TEXT, secrets=None):
    path = folder / "answers.yaml"
    path.write_text(text)
    return read_answers(path, SECRETS if secrets is None else secrets)


def test_the_answers_make_a_draft_without_open_questions(tmp_path):
    draft = draft_of(read(tmp_path), tmp_path / "site.yaml")
    assert () == draft.open_steps
    assert ("kim", True) == (draft.account.name, draft.account.initial)
    assert verify_password(draft.account.password_hash, SECRETS["ADMIN_PASSWORD"])
    assert ["entrance-left", "entrance-left-2"] == [camera.name for camera in draft.cameras]
    assert (3, 200_000_000_000) == (draft.retention.days, draft.retention.bytes)
    assert (Kind.FACE, Kind.PLATE) == draft.hide
    assert str(tmp_path / "data") == draft.data
    stored = StoredSecrets(tmp_path / "data")
    assert "secret word" == stored.get(camera_secret("entrance-left"), secret_host("rtsp://192.0.2.1/1"))
    assert "secret word" not in draft.model_dump_json()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: North hall\n", "", r"answers\.yaml:1: name: is required"),
        ("days: 3", "days: none", r"answers\.yaml:14: retention\.days: must be a number"),
        ("user: cam", "usr: cam", r"answers\.yaml:9: cameras\.0\.usr: is not known here"),
        ("${CAMERA_PASSWORD}", "secret", r"answers\.yaml:10: cameras\.0\.password: a password does not belong"),
        ("${CAMERA_PASSWORD}", "${OTHER}", r"answers\.yaml:10: .*OTHER is not set"),
        ("rtsp://192.0.2.1", "rtsp://cam:word@192.0.2.1", r"answers\.yaml:8: .*contains a password"),
        ("name: North", "name: [North", r"answers\.yaml:2: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, said):
    with pytest.raises(UsageError, match=said) as told:
        read(tmp_path, TEXT.replace(old, new))
    assert "secret word" not in str(told.value)


def test_no_answers_at_all(tmp_path):
    with pytest.raises(UsageError, match="holds no answers"):
        read(tmp_path, "- a\n")
    with pytest.raises(UsageError, match="cannot be read"):
        read_answers(tmp_path / "none.yaml", {})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Europe/Berlin", "Europe/Nowhere", "not a time zone"),
        ("    user: cam\n", "", "Entrance, left: a password is set, but no user"),
        ("rtsp://192.0.2.2", "gopher://192.0.2.2", "gopher:// is not a supported"),
        ("name: Kim", "name: K m", "not a valid account name"),
    ],
)
def test_what_does_not_fit_makes_no_folder(tmp_path, old, new, said):
    with pytest.raises(UsageError, match=said):
        draft_of(read(tmp_path, TEXT.replace(old, new)), tmp_path / "site.yaml")
    assert not (tmp_path / "data").exists()


def test_a_first_password_that_is_easy_to_guess(tmp_path):
    """The name of the site is guessed first of all."""
    answers = read(tmp_path, secrets=SECRETS | {"ADMIN_PASSWORD": "northhall1234"})
    with pytest.raises(UsageError, match="easy to guess"):
        draft_of(answers, tmp_path / "site.yaml")


def test_a_draft_that_is_not_whole_is_checked_too():
    check_draft(SetupDraft(name="North hall"))
    with pytest.raises(UsageError, match="not a time zone"):
        check_draft(SetupDraft(name="North hall", timezone="Mars/Base"))


def test_the_file_in_the_guide_makes_a_site(tmp_path):
    guide = Path(__file__).parents[2] / "docs" / "guide" / "site.md"
    (text,) = [block for block in re.findall(r"```yaml\n(.*?)```", guide.read_text(), re.DOTALL) if "account:" in block]
    answers = read(tmp_path, text, SECRETS | {"ENTRANCE_PASSWORD": "word"})
    draft = draft_of(answers.model_copy(update={"data": "data"}), tmp_path / "site.yaml")
    assert ((), True) == (draft.open_steps, draft.network)
