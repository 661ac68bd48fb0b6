"""Files of a case: dropped, refused, tried again, and changed all at once."""

import shutil

from passerby.documents.plan import Plan
from tests.browser.case_steps import NUMBER, begin
from tests.browser.steps import until


def test_a_dropped_file_is_copied_into_the_case(page, servers, eleven, tmp_path, models):
    begin(page, servers.start("--cases", tmp_path / "cases", "--root", tmp_path))
    page.keyboard.type(NUMBER)
    page.click("text=Create case")
    page.wait_for_selector("text=This case has no files yet")
    photo = (eleven / "photo-0.jpg").read_bytes()
    page.evaluate(
        """([bytes]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.jpg'));
            const zone = document.querySelector('.drop-zone');
            zone.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
        }""",
        [list(photo)],
    )
    page.wait_for_selector("td:has-text('dropped.jpg')")
    assert photo == (tmp_path / "cases" / NUMBER / "dropped.jpg").read_bytes()


def test_one_bad_name_does_not_keep_the_others_out(page, servers, eleven, tmp_path, models):
    folder = tmp_path / "films"
    folder.mkdir()
    photo = (eleven / "photo-0.jpg").read_bytes()
    for name in ("good.jpg", ".DS_Store", "._good.jpg", "turned\u202egpj.jpg", "x" * 240 + ".jpg"):
        (folder / name).write_bytes(photo)
    with open(bytes(folder) + b"/caf\xe9.jpg", "wb") as file:
        file.write(photo)
    begin(page, servers.start("--cases", tmp_path / "cases", "--root", tmp_path))
    page.keyboard.type("\u4e8b" * 100)
    page.click("text=Add files or folders")
    page.click(".folder-list >> text=films")
    page.click("text=Add this whole folder")
    page.click("text=Create case")
    page.wait_for_selector("text=2 hidden files were left out.")
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    note = page.inner_text("section.note")
    assert "turned<U+202E>gpj.jpg: its name holds characters that cannot be seen" in note
    assert "caf\ufffd.jpg: its name, or that of its folder, holds bytes that are no letters" in note
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.evaluate(
        """([bytes]) => {
            const transfer = new DataTransfer();
            for (const name of ['first.jpg', '.DS_Store', 'tur\u202ened.jpg', 'a:b?.jpg', 'last.jpg'])
                transfer.items.add(new File([new Uint8Array(bytes)], name));
            const drop = new DragEvent('drop', { dataTransfer: transfer, bubbles: true });
            document.querySelector('.drop-zone').dispatchEvent(drop);
        }""",
        [list(photo)],
    )
    page.wait_for_selector("td:has-text('last.jpg')")
    for name in ("first.jpg", "a_b_.jpg"):
        assert page.locator(f"td:has-text('{name}')").count()
    page.wait_for_selector("text=1 hidden file was left out.")
    assert "The name holds characters that cannot be seen" in page.inner_text("section.note")


def test_a_file_that_failed_is_tried_again(page, servers, eleven, tmp_path, models):
    for suffix in (".mp4", ".plan.json"):
        shutil.copy(eleven / f"film-0{suffix}", tmp_path)
    film = tmp_path / "film-0.mp4"
    whole = film.read_bytes()
    film.write_bytes(whole[:600])
    page.goto(servers.start(tmp_path, "--cases", tmp_path / "cases").address)
    page.wait_for_selector("tr.state-failed")
    film.write_bytes(whole)  # another copy of the file was put there
    page.click("button.retry")
    page.wait_for_selector("tr.state-to_check")
    assert 0 == page.locator("button.retry").count()


def test_a_type_in_all_files_is_undone_in_one_step(page, servers, eleven, tmp_path, models):
    for name in ("film-0", "film-1"):
        for suffix in (".mp4", ".plan.json"):
            shutil.copy(eleven / f"{name}{suffix}", tmp_path)
    page.goto(servers.start(tmp_path, "--cases", tmp_path / "cases").address)
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    page.click("button:has-text('Show in all files')")
    page.wait_for_selector("text=2 items changed.")
    page.click("button:has-text('Undo in all files')")
    page.wait_for_selector("text=Undone: 2 items are as they were.")
    for name in ("film-0", "film-1"):
        tracks = Plan.load(tmp_path / f"{name}.plan.json").tracks(0)
        assert [False, False] == [bool(track.visible) for track in tracks]
