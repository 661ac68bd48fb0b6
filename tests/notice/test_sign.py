"""The sign: what is on it can be read, by people and by telephones."""

import xml.etree.ElementTree as ElementTree

import cv2
import numpy as np
import pypdfium2
import pytest

from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.notice.sign import HIGH, MARGIN, WIDE, sign, sign_pdf, sign_svg
from passerby.notice.site_facts import facts

URL = "https://school.example.org/notice"


def made(site, clock, **changed):
    notice = site.notice.model_copy(update=changed)
    return sign(facts(site.model_copy(update={"notice": notice}), clock.now(), None, None))


def read(picture):
    """What a telephone reads in a picture."""
    return cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(picture))[0]


def test_a_telephone_finds_the_page_on_the_paper(site, clock):
    document = pypdfium2.PdfDocument(sign_pdf(made(site, clock)))
    assert 1 == len(document)
    assert URL == read(document[0].render(scale=2).to_numpy()[:, :, :3])
    text = document[0].get_textpage().get_text_range()
    for said in ("Cameras", "Example School", "privacy@example.org", "Nobody <b>falls</b>", "14 days", URL):
        assert said in text.replace("\r\n", " ")


def test_the_longest_address_and_texts_fit_on_one_page(site, clock):
    url = "https://school.example.org/" + "n" * 93
    one = made(site, clock, url=url, controller="Example School " * 38, purposes=("Bicycles are not stolen " * 6,) * 4)
    document = pypdfium2.PdfDocument(sign_pdf(one))
    assert 1 == len(document)
    assert url == read(document[0].render(scale=2).to_numpy()[:, :, :3])


@pytest.mark.parametrize("words", [1, 38], ids=["short", "as long as can be"])
def test_the_svg_is_whole_and_keeps_to_the_page(site, clock, words):
    purposes = ("Bicycles are not stolen " * 6,) * words
    tree = ElementTree.fromstring(
        sign_svg(made(site, clock, controller="Example School " * words, purposes=purposes[:8]))
    )
    texts = list(tree.iter("{http://www.w3.org/2000/svg}text"))
    assert {"Cameras", URL} <= {element.text for element in texts}
    assert all(MARGIN <= int(element.get("y")) <= HIGH - MARGIN for element in texts)
    assert (f"0 0 {WIDE} {HIGH}", "210mm") == (tree.get("viewBox"), tree.get("width"))


def test_what_is_hidden_everywhere_is_said(site, clock):
    assert "Faces are painted over before anything is stored." == made(site, clock).lead
    cameras = {name: camera.model_copy(update={"hide": (Kind.PLATE,)}) for name, camera in site.cameras.items()}
    other = site.model_copy(update={"cameras": cameras})
    assert "Painted over before anything is stored: number plates." == made(other, clock).lead


def test_without_an_address_it_says_what_to_do(site, clock):
    with pytest.raises(UsageError, match="under notice, at which url"):
        made(site, clock, url=None)
