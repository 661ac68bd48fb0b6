"""The data protection pack: every document as HTML and PDF, with the same title, readable by screen readers."""

import re

import pypdfium2

from passerby.config.notice import Language
from passerby.notice.data_protection_pack import data_protection_pack
from passerby.notice.dpia import dpia
from passerby.notice.evidence import load_evidence
from passerby.notice.retention_statement import retention_statement
from passerby.notice.ropa import ropa
from passerby.notice.site_facts import site_facts
from passerby.store.recordings.retention_attestation import RetentionAttestation

NAMES = ("ropa", "dpia", "security-measures", "retention")


def test_every_document_is_there_as_html_and_pdf(facts, attestation):
    files = dict(data_protection_pack(facts, attestation))
    assert {*(f"{name}.{kind}" for name in NAMES for kind in ("html", "pdf")), "retention.json"} == set(files)
    assert attestation == RetentionAttestation.model_validate_json(files["retention.json"])
    for name in NAMES:
        page = files[f"{name}.html"].decode()
        title = re.search(r"<h1>(.+?)</h1>", page)[1]
        content = files[f"{name}.pdf"]
        assert b"pdfuaid:part" in content or b"<pdfuaid" in content  # the PDF declares that it is accessible
        document = pypdfium2.PdfDocument(content)
        text = " ".join(page.get_textpage().get_text_range() for page in document)
        assert title in " ".join(text.split())
        assert title == document.get_metadata_dict()["Title"]
        author = "Example School"
        assert author in content.decode("latin-1") or author in text or name == "security-measures"


def test_another_language(site, clock, attestation):
    german = site.notice.model_copy(update={"languages": (Language.DE,)})
    facts = site_facts(site.model_copy(update={"notice": german}), clock.now(), None, None)
    documents = (ropa(facts), dpia(facts, load_evidence(), attestation), retention_statement(facts, attestation))
    assert {Language.DE} == {document.language for document in documents}
    assert "Verzeichnis von Verarbeitungstätigkeiten" == documents[0].title
