import fcntl
import hashlib

from passerby.cases.earlier_release import clear_earlier, packed_before
from passerby.verify.report.signing import load_key, sign_case, sign_copies, to_json
from tests.verify.factories import example_case_report


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def left(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_what_is_released_and_what_belongs_to_the_case_stays(tmp_path):
    kept = ["a.redacted.mp4", "a.redacted.mp4.report.json", "b.redacted.mp4", "b.redacted.mp4.verification/report.json"]
    mine = ["notes.txt", "sub/letter.pdf"]
    gone = [
        "c.redacted.mp4",
        "c.redacted.mp4.verification/report.json",
        "x/d.redacted.mp4",
        "b.redacted.mp4.part",
        "zip.part",
    ]
    write(tmp_path, *kept, *mine, *gone)
    clear_earlier(tmp_path, {}, packed=set(kept[:2]), outputs={"a.redacted.mp4", "b.redacted.mp4"})
    assert sorted([*kept, *mine, "sub", "b.redacted.mp4.verification"]) == left(tmp_path)


def test_what_was_released_before_and_is_not_now_is_removed_unless_it_was_changed(tmp_path):
    write(tmp_path, "a.redacted.mp4", "b.redacted.mp4")
    before = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("a.redacted.mp4", "b.redacted.mp4")}
    (tmp_path / "b.redacted.mp4").write_bytes(b"exported again since")
    clear_earlier(tmp_path, before, packed=(), outputs=set(before))
    assert ["b.redacted.mp4"] == left(tmp_path)


def test_what_another_run_is_writing_stays(tmp_path):
    write(tmp_path, "a.redacted.mp4.part")
    with (tmp_path / "a.redacted.mp4.part").open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        clear_earlier(tmp_path, {}, packed=(), outputs=())
    assert ["a.redacted.mp4.part"] == left(tmp_path)


def test_the_report_says_what_was_released_and_names_nothing_outside(tmp_path):
    assert {} == packed_before(tmp_path / "case-report.json")
    report = example_case_report({"a.redacted.mp4": b"x", "../b.mp4": b"x", "/c.mp4": b"x"})
    (tmp_path / "case-report.json").write_text(to_json(sign_case(report, load_key(tmp_path / "key"))))
    assert ["a.redacted.mp4"] == list(packed_before(tmp_path / "case-report.json"))


def test_a_copy_of_an_earlier_report_does_not_stay_beside_a_new_one(tmp_path):
    """Without Typst, no PDF is made: that of the release before says what is not so."""
    key = load_key(tmp_path / "config")
    signed = sign_copies(
        sign_case(example_case_report({"a.redacted.mp4": b"x"}), key), {"case-report.pdf": b"case-report.pdf"}, key
    )
    write(tmp_path / "release", "case-report.pdf", "case-report.html")
    (tmp_path / "release" / "case-report.json").write_text(to_json(signed))
    before = packed_before(tmp_path / "release" / "case-report.json")
    clear_earlier(tmp_path / "release", before, packed={"case-report.html", "case-report.json"}, outputs=set())
    assert ["case-report.html", "case-report.json"] == left(tmp_path / "release")
