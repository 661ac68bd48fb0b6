"""The page that recipients open: it confirms what is genuine and refuses what is not, without a network."""

import hashlib
import json

import pytest

from passerby.verify.report.agency import Agency
from passerby.verify.report.files import report_files
from passerby.verify.report.signing import load_key, sign, sign_case, sign_copies, to_json
from tests.verify.factories import example_case_report, example_report

FILM = b"a film" * 5000


@pytest.fixture
def received(tmp_path):
    """What a recipient gets: film, report, copies and the page; and the fingerprint, on paper."""
    key = load_key(tmp_path / "key")
    # Names that sort differently by code point and by UTF-16, and numbers in every form.
    odd = example_report(
        hashlib.sha256(FILM).hexdigest(), not_claimed=('\U0001f600 \ufb33 \u20ac " \\ \u2028', "x" * 99)
    )
    _, content = report_files(odd, key, Agency("Records <b>"))
    (tmp_path / "yard.redacted.mp4").write_bytes(FILM)
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path, key.fingerprint


@pytest.fixture
def page(browser, received):
    context = browser.new_context(offline=True)
    page = context.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((received[0] / "check.html").as_uri())
    yield page
    assert [] == errors
    assert {(received[0] / "check.html").as_uri()} >= set(requests)
    context.close()


ALL = ("yard.redacted.mp4", "report.json", "report.html", "report.csv", "report.pdf")


def result(page, received, *names, key=None):
    """(tone, headline) once these files and a fingerprint are given."""
    folder, fingerprint = received
    page.fill("#key", fingerprint if key is None else key)
    page.set_input_files("#files", [folder / name for name in names])
    page.wait_for_timeout(300)  # the files are read in the background
    page.wait_for_selector("#result:not(:has(progress))")
    return page.evaluate("document.body.dataset.result"), page.inner_text("#result h2")


def test_what_is_genuine_is_confirmed(page, received):
    assert ("open", "Nothing was checked yet") == (
        page.evaluate("document.body.dataset.result"),
        page.inner_text("#result h2"),
    )
    assert ("good", "Genuine and unchanged") == result(page, received, *ALL)
    assert 6 == page.locator("#lines li.good").count()
    table = page.inner_text("#report table")
    for words in ("Shown on purpose", "Muted", "Cut out", "(2.500 s taken out)", "J. <Doe>", "FOIA (b)(6)"):
        assert words in table
    assert "Records <b>" in page.inner_text("#report")


def test_a_fingerprint_may_be_typed_with_spaces_and_capitals(page, received):
    spaced = " ".join(received[1][n : n + 4] for n in range(0, 64, 4)).upper()
    assert ("good", "Genuine and unchanged") == result(page, received, *ALL, key=spaced)


def test_without_a_fingerprint_it_is_not_known_by_whom(page, received):
    assert ("open", "Unchanged, but by whom is not known") == result(page, received, *ALL, key="")


def test_another_key_is_refused(page, received):
    assert ("bad", "Somebody else signed this report") == result(page, received, *ALL, key="0" * 64)
    assert "" == page.inner_text("#report")


@pytest.mark.parametrize("name", ["yard.redacted.mp4", "report.html", "report.csv", "report.pdf"])
def test_one_changed_byte_is_found(page, received, name):
    path = received[0] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert ("bad", "Not everything is genuine") == result(page, received, *ALL)
    assert name in page.inner_text("#result")


def change(received, edit):
    path = received[0] / "report.json"
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda d: d["report"].update(verdict="passed"), id="another verdict"),
        pytest.param(lambda d: d["report"]["release"]["redaction_log"].pop(1), id="a line less"),
        pytest.param(lambda d: d["copies"]["files"].update({"report.csv": "0" * 64}), id="another copy"),
        pytest.param(lambda d: d["signature"].update(value="00" * 64), id="no signature"),
        pytest.param(lambda d: d["signature"].update(public_key="zz"), id="no key"),
        pytest.param(lambda d: d["signature"].update(fingerprint="0" * 64), id="another fingerprint"),
        pytest.param(lambda d: d.update(extra={"verdict": "passed"}), id="a field more"),
        pytest.param(lambda d: d["copies"].update(note="genuine"), id="a field more beside the copies"),
    ],
)
def test_a_changed_report_is_refused_and_nothing_of_it_is_shown(page, received, edit):
    change(received, edit)
    assert ("bad", "The report was changed") == result(page, received, *ALL)
    assert "" == page.inner_text("#report")


def test_a_field_that_is_said_twice_is_refused(page, received):
    """Of two the browser reads the last, and another reader the first."""
    path = received[0] / "report.json"
    path.write_text(path.read_text().replace('"report":', '"report": {"verdict": "passed"}, "report":', 1))
    assert ("bad", "The report was changed") == result(page, received, *ALL)


@pytest.mark.parametrize(
    "name", ["case-report.html", "case-report.pdf", "exemption-log.csv", "yard.redacted.mp4.report.json"]
)
def test_what_the_report_on_a_case_vouches_for_is_without_it_neither_genuine_nor_forged(page, received, name):
    (received[0] / name).write_text("anything")
    assert ("open", "File and report are genuine") == result(page, received, *ALL, name)
    assert f"{name} is not signed" in page.inner_text("#lines")
    (received[0] / "other.mp4").write_bytes(b"another film")
    assert ("bad", "Not everything is genuine") == result(page, received, *ALL, name, "other.mp4")


def test_what_is_missing_is_said(page, received):
    assert ("open", "report.json is missing") == result(page, received, "yard.redacted.mp4")
    page.reload()
    assert ("open", "The released file is missing") == result(page, received, "report.json")
    assert ("good", "Genuine and unchanged") == result(page, received, "yard.redacted.mp4")  # one after the other


def test_large_files_are_hashed_in_pieces(page, received):
    """The same hash as that of the browser, whatever the pieces are."""
    sizes = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003]
    same = page.evaluate(
        """async (sizes) => Promise.all(sizes.map(async (size) => {
            const bytes = new Uint8Array(size).map((_, n) => n * 7 + size), hash = new Sha256();
            for (let n = 0; n < size; n += 17) hash.update(bytes.subarray(n, Math.min(size, n + 17)));
            return hash.digest() === await sha256(bytes);
        }))""",
        sizes,
    )
    assert [True] * len(sizes) == same
    expected = hashlib.sha256(FILM).hexdigest()
    piecewise = "async (bytes) => hashInPieces(new File([new Uint8Array(bytes)], 'x'), () => {})"
    assert expected == page.evaluate(piecewise, list(FILM))


VERIFICATION = "yard.redacted.mp4.verification"


@pytest.fixture
def release(received):
    """The unpacked release of a case: film and reports, the reports on the case beside them, and their paths."""
    folder, _ = received
    key = load_key(folder / "key")
    content = {"yard.redacted.mp4": FILM, "yard.redacted.mp4.report.json": b"{}"}
    (folder / VERIFICATION).mkdir()
    for name in ("report.json", "report.html", "report.csv", "report.pdf", "check.html"):
        (folder / name).rename(folder / VERIFICATION / name)
        content[f"{VERIFICATION}/{name}"] = (folder / VERIFICATION / name).read_bytes()
    (folder / "check.html").write_bytes(content[f"{VERIFICATION}/check.html"])
    signed = sign_case(example_case_report(content), key)
    copies = {"case-report.html": b"<p>the report", "exemption-log.csv": b"file,item"}
    content |= copies | {"case-report.json": to_json(sign_copies(signed, copies, key)).encode()}
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return list(content)


def test_all_of_a_case_is_genuine(page, received, release):
    assert ("good", "Genuine and unchanged") == result(page, received, *release)
    assert f"All {len(release) - 3} files" in page.inner_text("#result")
    shown = page.inner_text("#report")
    for words in (
        "24-17 <b>",
        "J. Roe",
        "A. Lee",
        "Review needed (2)",
        "broken.mp4",
        "cannot be opened",
        "b(6)",
        "Face 1",
    ):
        assert words in shown


def test_a_part_of_a_case_is_genuine_and_the_rest_named(page, received, release):
    assert ("good", "What you gave is genuine and unchanged") == result(
        page, received, "case-report.json", "yard.redacted.mp4", "exemption-log.csv"
    )
    assert "report.pdf" in page.inner_text("#lines li.open")
    assert ("open", "Unchanged, but by whom is not known") == result(page, received, *release, key="")
    page.reload()
    assert ("open", "The released file is missing") == result(page, received, "case-report.json", "case-report.html")


@pytest.mark.parametrize(
    "name",
    [
        "case-report.html",
        "exemption-log.csv",
        "yard.redacted.mp4.report.json",
        "yard.redacted.mp4",
        f"{VERIFICATION}/report.pdf",
    ],
)
def test_one_changed_byte_of_a_case_is_found(page, received, release, name):
    path = received[0] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert ("bad", "Not everything is genuine") == result(page, received, *release)
    assert path.name in page.inner_text("#result")


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda d: d["report"]["withheld"].pop(), id="a line less"),
        pytest.param(lambda d: d["report"]["files"][0].update(verdict="clean"), id="another verdict"),
        pytest.param(lambda d: d["report"]["package"].pop(), id="a file less"),
        pytest.param(lambda d: d["copies"]["files"].update({"case-report.html": "0" * 64}), id="another copy"),
        pytest.param(lambda d: d.update(extra=1), id="a field more"),
    ],
)
def test_a_changed_report_on_a_case_is_refused(page, received, release, edit):
    path = received[0] / "case-report.json"
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    assert ("bad", "The report was changed") == result(page, received, *release)
    assert "" == page.inner_text("#report")


def test_an_earlier_report_on_a_file_of_the_case_is_none_of_this_release(page, received, release):
    earlier = sign(example_report(hashlib.sha256(FILM).hexdigest()), load_key(received[0] / "key"))
    (received[0] / VERIFICATION / "report.json").write_text(to_json(earlier))
    assert ("bad", "Not everything is genuine") == result(page, received, *release)
    assert "not for this release" in page.inner_text("#lines")


def test_reports_that_different_people_signed_do_not_belong_together(page, received, release):
    other = sign(example_report(hashlib.sha256(FILM).hexdigest()), load_key(received[0] / "other"))
    (received[0] / VERIFICATION / "report.json").write_text(to_json(other))
    assert ("bad", "Somebody else signed this report") == result(page, received, *release)
    assert ("bad", "The reports were signed with different keys") == result(page, received, *release, key="")


def test_a_case_report_that_lost_its_signature_is_not_genuine(page, received, release):
    path = received[0] / "case-report.json"
    path.write_text(json.dumps(json.loads(path.read_text())["report"]))
    names = ("yard.redacted.mp4", f"{VERIFICATION}/report.json", "case-report.json")
    assert ("bad", "Not everything is genuine") == result(page, received, *names)
