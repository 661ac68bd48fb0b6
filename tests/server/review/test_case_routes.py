"""The interface of cases, without a browser."""

import shutil

import pytest
from starlette.testclient import TestClient

from passerby.cases.folder_browser import FolderBrowser
from passerby.jobs.output_names import is_media
from passerby.server.auth import SessionAuth
from passerby.server.review.app import review_app
from tests.cases.fixtures import DETAILS, NUMBER, add_clip
from tests.server.fixtures import HEADERS, HOST, PORT, TOKEN


class Office:
    """A server with a start page, and somebody who is logged in."""

    def __init__(self, cases, root, host=HOST):
        app = review_app(
            cases.library, SessionAuth(token=TOKEN), host, PORT, cases=cases, browser=FolderBrowser(root, is_media)
        )
        self.client = TestClient(app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
        self.headers = HEADERS | {"host": f"{host}:{PORT}"}
        self.client.get(f"/?token={TOKEN}", headers={"host": self.headers["host"]})

    def get(self, path, **how):
        return self.client.get(f"/api{path}", headers=self.headers, **how)

    def post(self, path, body=None, **how):
        return self.client.post(f"/api{path}", json=body, headers=self.headers, **how)


@pytest.fixture
def office(cases, tmp_path, clip):
    add_clip(clip, tmp_path / "films", "yard.mp4")
    return Office(cases, tmp_path)


def created(office, *paths):
    return office.post("/cases", {"details": DETAILS.model_dump(), "paths": list(paths)})


def test_a_case_is_made_from_files_of_this_machine(office, cases):
    assert {"cases": True, "case": None, "may_browse": True} == office.get("/start").json()
    assert ["yard.mp4"] == [file["name"] for file in office.get("/folders?path=films").json()["files"]]
    case = created(office, "films/yard.mp4").json()
    assert (NUMBER, ["yard.mp4"]) == (case["details"]["number"], [row["file"]["name"] for row in case["files"]])
    (summary,) = office.get("/cases").json()
    assert (case["id"], 1, 0) == (summary["id"], summary["files"], summary["reviewed"])


def test_a_case_can_be_changed_and_files_added_and_removed(office):
    case = created(office).json()
    path = f"/cases/{case['id']}"
    request = {"details": DETAILS.model_dump() | {"officer": "B. Poe"}, "seen": DETAILS.model_dump()}
    changed = office.post(f"{path}/details", request).json()
    assert "B. Poe" == changed["details"]["officer"]
    rows = office.post(f"{path}/files", {"paths": ["films"]}).json()["files"]
    assert ["yard.mp4"] == [row["file"]["name"] for row in rows]
    assert [] == office.post(f"{path}/remove", {"file": rows[0]["file"]["id"]}).json()["files"]
    assert "release_nothing" == office.post(f"{path}/release").json()["error"]["code"]


def test_names_that_cannot_be_used_are_told_and_the_others_added(office, clip, tmp_path):
    for name in (".DS_Store", "._yard.mp4", "tur\u202ened.mp4", "caf\udce9.mp4"):
        shutil.copy(clip, tmp_path / "films" / name)
    case = created(office, "films").json()
    assert ["yard.mp4"] == [row["file"]["name"] for row in case["files"]]
    refused = [("caf\ufffd.mp4", "not_text"), ("tur<U+202E>ned.mp4", "hidden_characters")]
    told = case["left_out"]
    assert (2, refused) == (told["hidden"], sorted((one["name"], one["reason"]) for one in told["refused"]))
    assert told == office.get(f"/cases/{case['id']}").json()["left_out"]  # after a reload too


def test_a_case_that_cannot_be_made_is_not_there(office, clip, tmp_path):
    shutil.copy(clip, tmp_path / "films" / "tur\u202ened.mp4")
    answer = created(office, "films/tur\u202ened.mp4")
    assert (409, "CaseError") == (answer.status_code, answer.json()["error"]["code"])
    assert [] == office.get("/cases").json()


def test_a_folder_is_opened_as_a_case(office):
    case = office.post("/cases/open", {"path": "films"}).json()
    assert ("films", ["yard.mp4"]) == (case["folder"], [row["file"]["name"] for row in case["files"]])
    assert case["id"] == office.get(f"/cases/{case['id']}").json()["id"]


def test_a_dropped_file_is_copied_into_the_case(office, clip, cases):
    case = created(office).json()
    data, half = clip.read_bytes(), clip.stat().st_size // 2
    path = f"/api/cases/{case['id']}/upload?name=dropped.mp4"
    headers = office.headers | {"content-type": "application/octet-stream"}
    office.client.post(f"{path}&offset=0", content=data[:half], headers=headers)
    answer = office.client.post(f"{path}&offset={half}&last=true", content=data[half:], headers=headers)
    assert ["dropped.mp4"] == [row["file"]["name"] for row in answer.json()["files"]]
    assert data == (cases.folder / NUMBER / "dropped.mp4").read_bytes()
    wrong = office.client.post(f"/api/cases/{case['id']}/upload?name=..%2Fx", content=b"1", headers=headers)
    assert "invalid_name" == wrong.json()["error"]["code"]


@pytest.mark.parametrize("path", ["../..", "/etc", "films/../../.."])
def test_no_path_leads_out_of_the_root(office, path):
    for answer in (
        office.get("/folders", params={"path": path}),
        office.post("/cases/open", {"path": path}),
        created(office, path),
    ):
        assert (404, "no_folder") == (answer.status_code, answer.json()["error"]["code"])


def test_other_machines_are_not_shown_what_lies_on_this_one(cases, tmp_path, clip):
    add_clip(clip, tmp_path / "films", "yard.mp4")
    office = Office(cases, tmp_path, host="192.0.2.7")
    assert office.get("/start").json()["may_browse"] is False
    for answer in (
        office.get("/folders"),
        office.post("/cases/open", {"path": "films"}),
        created(office, "films/yard.mp4"),
    ):
        assert (403, "folders_forbidden") == (answer.status_code, answer.json()["error"]["code"])
    assert 200 == created(office).status_code


@pytest.mark.parametrize(("host", "with_folders"), [(HOST, True), ("192.0.2.7", False)])
def test_other_machines_are_not_told_where_files_lie(cases, case, tmp_path, host, with_folders):
    for entry in case.case.files:
        (case.folder / entry.source).unlink()
    opened = cases.open_folder(case.folder)
    for item in opened.items():
        item.file.prepare()
    (cases.folder / "damaged").mkdir(parents=True)
    (cases.folder / "damaged" / "passerby-case.json").write_text("{")
    office = Office(cases, tmp_path, host=host)
    answers = [office.get(f"/cases/{opened.id}"), office.get("/files"), office.get("/cases")]
    answers.append(office.post("/cases", {"details": {"number": "damaged"}}))
    answers.append(office.get("/files/0/masked/0/0"))
    for answer in answers:
        assert (str(tmp_path) in answer.text) is with_folders, answer.text
    assert "a.mp4" in answers[0].json()["files"][0]["file"]["error"]["message"]


def test_reasons_are_kept_and_the_one_used_last_is_first(office, cases):
    list_of_two = [{"code": "b(6)", "default_for": ["face"]}, {"code": "b(5)"}]
    assert ["b(6)", "b(5)"] == [
        one["code"] for one in office.post("/reasons", {"reasons": list_of_two, "seen": []}).json()["reasons"]
    ]
    twice = office.post("/reasons", {"reasons": [{"code": "b(6)"}, {"code": "b(6)"}], "seen": list_of_two})
    assert (409, "reasons_twice") == (twice.status_code, twice.json()["error"]["code"])
    case = created(office, "films/yard.mp4").json()
    id = case["files"][0]["file"]["id"]
    cases.library.items[id].file.prepare()
    assert 200 == office.post(f"/files/{id}/edit", {"op": "set_reason", "track": 1, "reason": "b(5)"}).status_code
    assert ["b(5)"] == office.get("/reasons").json()["recent"]


def test_there_is_no_case_where_single_files_are_reviewed(review):
    assert {"cases": False, "case": None, "may_browse": False} == review.client.get(
        "/api/start", headers=HEADERS
    ).json()
    assert 404 == review.client.get("/api/cases", headers=HEADERS).status_code
    assert 404 == review.client.get("/api/cases/0", headers=HEADERS).status_code
    assert 403 == review.client.get("/api/folders", headers=HEADERS).status_code
    assert [] == review.client.get("/api/reasons", headers=HEADERS).json()["reasons"]


def test_a_page_does_not_overwrite_what_another_has_changed(office):
    case = created(office).json()
    path, before = f"/cases/{case['id']}", DETAILS.model_dump()
    theirs = before | {"requestor": "P. Poe"}
    assert 200 == office.post(f"{path}/details", {"details": theirs, "seen": before}).status_code
    mine = office.post(f"{path}/details", {"details": before | {"officer": "B. Poe"}, "seen": before})
    assert (409, "details_changed") == (mine.status_code, mine.json()["error"]["code"])
    assert theirs == office.get(path).json()["details"]
    assert 200 == office.post("/reasons", {"reasons": [{"code": "b(6)"}], "seen": []}).status_code
    mine = office.post("/reasons", {"reasons": [{"code": "b(5)"}], "seen": []})
    assert (409, "reasons_changed") == (mine.status_code, mine.json()["error"]["code"])
    assert ["b(6)"] == [one["code"] for one in office.get("/reasons").json()["reasons"]]
