"""The sign: people and phones can read it."""

import xml.etree.ElementTree as ElementTree

import cv2
import numpy as np
import pypdfium2
import pytest

from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.notice.sign import MARGIN, PAGE_HEIGHT, PAGE_WIDTH, make_sign, sign_pdf, sign_svg
from passerby.notice.site_facts import site_facts

URL = "https://school.example.org/notice"


def sign_for(site, clock, **changed):
    notice = site.notice.model_copy(update=changed)
    return make_sign(site_facts(site.model_copy(update={"notice": notice}), clock.now(), None, None))


def read(picture):
    """What a phone reads in a picture."""
    return cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(picture))[0]


def test_the_printed_qr_code_can_be_read(site, clock):
    document = pypdfium2.PdfDocument(sign_pdf(sign_for(site, clock)))
    assert 1 == len(document)
    assert URL == read(document[0].render(scale=2).to_numpy()[:, :, :3])
    text = document[0].get_textpage().get_text_range()
    for expected in ("Cameras", "Example School", "privacy@example.org", "Nobody <b>falls</b>", "14 days", URL):
        assert expected in text.replace("\r\n", " ")


def test_the_longest_address_and_texts_fit_on_one_page(site, clock):
    url = "https://school.example.org/" + "n" * 93
    one = sign_for(
        site, clock, url=url, controller="Example School " * 38, purposes=("Bicycles are not stolen " * 6,) * 4
    )
    document = pypdfium2.PdfDocument(sign_pdf(one))
    assert 1 == len(document)
    assert url == read(document[0].render(scale=2).to_numpy()[:, :, :3])


@pytest.mark.parametrize("words", [1, 38], ids=["short", "as long as can be"])
def test_the_svg_keeps_to_the_page(site, clock, words):
    purposes = ("Bicycles are not stolen " * 6,) * words
    tree = ElementTree.fromstring(
        sign_svg(sign_for(site, clock, controller="Example School " * words, purposes=purposes[:8]))
    )
    texts = list(tree.iter("{http://www.w3.org/2000/svg}text"))
    assert {"Cameras", URL} <= {element.text for element in texts}
    assert all(MARGIN <= int(element.get("y")) <= PAGE_HEIGHT - MARGIN for element in texts)
    assert (f"0 0 {PAGE_WIDTH} {PAGE_HEIGHT}", "210mm") == (tree.get("viewBox"), tree.get("width"))


def test_the_lead_names_what_is_masked_at_every_camera(site, clock):
    assert "Faces are masked before anything is stored." == sign_for(site, clock).lead
    cameras = {name: camera.model_copy(update={"hide": (Kind.PLATE,)}) for name, camera in site.cameras.items()}
    other = site.model_copy(update={"cameras": cameras})
    assert "Masked before anything is stored: number plates." == sign_for(other, clock).lead


def test_a_missing_address_is_refused_with_advice(site, clock):
    with pytest.raises(UsageError, match=r"Set notice\.url"):
        sign_for(site, clock, url=None)
