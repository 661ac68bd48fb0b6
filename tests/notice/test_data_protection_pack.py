"""The data protection pack: it says what is so, asks what only a person can say, and is a file that can be read."""

import re

import pypdfium2
import pytest

from passerby.config.notice import Language
from passerby.core.errors import OutputError
from passerby.notice import pdf as setting
from passerby.notice.data_protection_pack import pack
from passerby.notice.document import Document, Heading, Open, Paragraph, Table
from passerby.notice.dpia import impact
from passerby.notice.evidence import proofs
from passerby.notice.pdf import pdf
from passerby.notice.retention_statement import retained
from passerby.notice.ropa import record
from passerby.notice.security_measures import measures
from passerby.notice.site_facts import Stored, facts
from passerby.notice.view_outline import Outline
from passerby.store.recordings.retention import Retention
from passerby.store.recordings.retention_attestation import Statement, Verdict, statement
from tests.notice.scenes import recorded
from tests.store.footage import DAY

NAMES = ("record", "impact", "measures", "retention")
LINES = Outline(480, 270, (((10, 10), (200, 10), (200, 100)),), 6, 0)


def texts(document):
    """All that stands in a document."""

    def of(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            for one in value:
                yield from of(one)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                yield from of(getattr(value, name))

    return "\n".join(of(document))


@pytest.fixture
def known(site, clock):
    return facts(site, clock.now(), Stored(), None, {"yard": LINES})


@pytest.fixture
def stated(recordings, clock):
    recorded(recordings, clock)
    clock.go(1)
    return statement(recordings.database, Retention(days=14), "first", clock.now())


def test_all_of_it_is_there_twice_and_can_be_read(known, stated):
    files = dict(pack(known, stated))
    assert {*(f"{name}.{kind}" for name in NAMES for kind in ("html", "pdf")), "retention.json"} == set(files)
    assert stated == Statement.model_validate_json(files["retention.json"])
    for name in NAMES:
        page = files[f"{name}.html"].decode()
        title = re.search(r"<h1>(.+?)</h1>", page)[1]
        content = files[f"{name}.pdf"]
        assert b"pdfuaid:part" in content or b"<pdfuaid" in content  # for screen readers, says the file of itself
        document = pypdfium2.PdfDocument(content)
        said = " ".join(page.get_textpage().get_text_range() for page in document)
        assert title in " ".join(said.split())
        assert title == document.get_metadata_dict()["Title"]
        assert "Example School" in content.decode("latin-1") or "Example School" in said or name == "measures"


def test_the_record_has_every_point_of_the_article(known):
    document = record(known)
    headings = [block.text[:2] for block in document.blocks if isinstance(block, Heading)]
    assert ["a.", "b.", "c.", "d.", "e.", "f.", "g."] == headings
    said = texts(document)
    for expected in ("Bicycles are not stolen", "people", "14 days", "Property of pupils", "Nothing."):
        assert expected in said


def test_what_is_sent_elsewhere_is_told_without_its_secrets(site, clock):
    uplink = {"webhooks": [{"name": "x", "url": "https://hook.example/k3y", "secret": "0123456789abcdef"}]}
    changed = site.model_copy(update={"uplink": type(site.uplink).model_validate(uplink)})
    said = texts(record(facts(changed, clock.now(), None, None)))
    assert "events, counts to hook.example (webhook)" in said
    assert "k3y" not in said
    assert "0123456789abcdef" not in said


def test_the_draft_tells_figures_and_asks_what_it_cannot_weigh(known, stated):
    document = impact(known, proofs(), stated)
    said = texts(document)
    assert f"{proofs().shown('found')} of the labelled faces" in said
    assert "Nothing is older than it may be." in said
    assert "<path d=" in said
    assert 7 == sum(isinstance(block, Open) for block in document.blocks)


def test_measures_name_their_tests(known, stated):
    (table,) = (block for block in measures(known, proofs(), stated).blocks if isinstance(block, Table))
    assert len(proofs().proof) == len(table.rows)
    for proof, row in zip(proofs().proof, table.rows, strict=True):
        assert all(test in row[1] for test in proof.tests)
        assert (proof.figure is None) == (row[2] == "holds or fails")
    flawed = stated.model_copy(update={"log": stated.log.model_copy(update={"flaws": ("changed",)})})
    assert "Something is wrong with it: changed" in texts(measures(known, proofs(), flawed))


def test_the_statement_for_people(known, recordings, clock, stated):
    said = texts(retained(known, stated))
    assert "Nothing is older than it may be." in said
    assert "Nothing so far." in said
    clock.go(15 * DAY)
    late = statement(recordings.database, Retention(days=14), "first", clock.now())
    assert Verdict.BROKEN == late.verdict
    said = texts(retained(known, late))
    assert "This does not hold as it should." in said
    assert "Old ones go only while passerby watch runs" in said
    recordings.keeper.retention = Retention(days=14, free=0)
    recordings.expire(clock.now())
    said = texts(retained(known, statement(recordings.database, Retention(days=14), "first", clock.now())))
    assert "its time was over" in said
    assert "not in the log yet" in said
    assert "Nothing is recorded." in said


def test_another_language(site, clock, stated):
    german = site.notice.model_copy(update={"languages": (Language.DE,)})
    there = facts(site.model_copy(update={"notice": german}), clock.now(), None, None)
    for document in (record(there), impact(there, proofs(), stated), retained(there, stated)):
        assert Language.DE is document.language
    assert "Verzeichnis von Verarbeitungstätigkeiten" == record(there).title


def test_texts_are_no_commands_to_the_typesetter():
    wild = '#panic("x") $x$ *a* _b_ \\ @c <d> `e` ~ "'
    document = Document(Language.EN, wild, wild, (Paragraph(wild), Table((wild,), ((wild,),), (1,)), Open(wild)))
    (page,) = pypdfium2.PdfDocument(pdf(document, wild, wild))
    assert 6 <= " ".join(page.get_textpage().get_text_range().split()).count('#panic("x") $x$ *a* ')


def test_a_document_that_cannot_be_set_says_so(monkeypatch):
    monkeypatch.setattr(setting, "STANDARDS", ["a-1a", "a-4"])  # no file can be both
    with pytest.raises(OutputError, match="The HTML files say the same"):
        pdf(Document(Language.EN, "k", "t", ()), "a", "b")
