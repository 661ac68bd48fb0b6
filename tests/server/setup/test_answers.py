"""The questions, one after the other, and what is made of the answers."""

import pytest

from passerby.config.site_file import load_site
from passerby.setup.draft import SetupStep
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from tests.server.setup.fixtures import serve

PASSWORD = "nine small kim lanterns"
NOTICE = {"controller": "City of Northby", "contact": "a@b.example", "purposes": ["Order"], "basis": "consent"}


def answer_all(served, folder):
    served.put("site", name=" North hall ", timezone="Europe/Berlin")
    served.put("account", name="Kim", password=PASSWORD)
    served.put("disk", folder=str(folder))
    served.post("cameras", url="rtsp://192.0.2.1/1", display_name="Entrance")
    served.client.put("/api/setup/cameras")
    served.put("hide", hide=["face"])
    served.put("retention", days=3)
    served.put("notice", notice=NOTICE)
    return served.put("access", network=False)


def test_each_answer_closes_its_question_and_the_last_makes_the_site(served, tmp_path):
    assert [step.value for step in SetupStep] == served.client.get("/api/setup").json()["open_steps"]
    done = answer_all(served, tmp_path / "data").json()
    assert ([], "North hall", "kim", str(tmp_path / "data")) == tuple(
        done[key] for key in ("open_steps", "name", "account", "folder")
    )
    assert PASSWORD not in str(done)
    assert [] == served.finished
    assert {"addresses": []} == served.client.post("/api/setup/finish").json()
    assert [True] == served.finished
    site = load_site(served.context.config, {})
    assert ("North hall", "Entrance", ("face",)) == (
        site.name,
        site.cameras["entrance"].display_name,
        site.cameras["entrance"].hide,
    )
    with Database.open(tmp_path / "data") as database:
        assert Accounts(database).authenticate("kim", PASSWORD) is not None


def test_it_goes_on_where_it_was_interrupted(served, tmp_path):
    served.put("site", name="North hall", timezone="Europe/Berlin")
    served.put("account", name="kim", password=PASSWORD)
    again = serve(tmp_path).log_in()
    found = again.client.get("/api/setup").json()
    assert ("disk", "North hall", "kim") == (found["open_steps"][0], found["name"], found["account"])
    assert not any(PASSWORD in path.read_text() for path in (tmp_path / "box").iterdir())


def test_an_open_question_keeps_the_site_from_being_made(served, tmp_path):
    answer_all(served, tmp_path / "data")
    served.client.delete("/api/setup/cameras/entrance")
    answer = served.client.post("/api/setup/finish")
    assert (422, []) == (answer.status_code, served.finished)
    assert "cameras" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("site", {"name": "  ", "timezone": "UTC"}, "name of the site"),
        ("site", {"name": "North hall", "timezone": "Mars/Base"}, "time zone"),
        ("account", {"name": "K m", "password": PASSWORD}, "account name"),
        ("account", {"name": "kim", "password": "northhall1234"}, "easy to guess"),
        ("account", {"name": "kim", "password": "short"}, "12 to"),
        ("disk", {"folder": "data"}, "begins with /"),
        ("disk", {"folder": "/proc/data"}, "cannot be initialised"),
        ("hide", {"hide": []}, "at least 1"),
        ("hide", {"hide": ["vehicle"]}, "cannot hide vehicle"),
        ("retention", {"days": 0}, "more than 0"),
        ("notice", {"notice": {**NOTICE, "basis": "public_task"}}, "which law"),
    ],
)
def test_what_is_not_an_answer_says_what_to_do(served, question, answer, said):
    served.put("site", name="North hall", timezone="UTC")
    refused = served.put(question, **answer)
    assert refused.status_code in (409, 422)
    assert said in refused.json()["detail"]
    assert PASSWORD not in refused.text


def test_a_notice_can_be_left_for_later(served):
    assert "notice" not in served.put("notice", notice=None).json()["open_steps"]


def test_passwords_of_cameras_go_along_to_another_disk(served, tmp_path):
    served.put("disk", folder=str(tmp_path / "one"))
    served.post("cameras", url="rtsp://192.0.2.1/1", user="cam", password="secret word")
    moved = served.put("disk", folder=str(tmp_path / "two")).json()
    assert [True] == [camera["password_stored"] for camera in moved["cameras"]]


def test_from_another_device_the_pages_stay_open_to_it(tmp_path):
    served = serve(tmp_path, on_network=True).log_in()
    answer_all(served, tmp_path / "data")
    assert {"addresses": ["https://box:8443/"]} == served.client.post("/api/setup/finish").json()
    assert "0.0.0.0" == load_site(served.context.config, {}).web.host
