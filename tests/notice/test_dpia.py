"""The draft of the impact assessment: figures where they are known, open questions where a person must decide."""

from dataclasses import replace

from passerby.core.kinds import Kind
from passerby.notice.document import OpenQuestion, Table
from passerby.notice.dpia import RISKS, dpia
from passerby.notice.evidence import load_evidence
from tests.notice.texts import texts


def test_it_states_figures_and_leaves_judgements_open(facts, attestation):
    document = dpia(facts, load_evidence(), attestation)
    text = texts(document)
    assert f"{load_evidence().figure_text('found')} of the labelled faces" in text
    assert "No recording is older than its retention period." in text
    assert "<path d=" in text
    assert 7 == sum(isinstance(block, OpenQuestion) for block in document.blocks)


def hiding(facts, *kinds):
    """The same site, whose cameras hide these."""
    return replace(facts, cameras=tuple(replace(camera, hide=kinds) for camera in facts.cameras))


def drafted(facts, attestation):
    return texts(dpia(facts, load_evidence(), attestation))


def test_every_risk_has_a_mitigation_and_a_residual_risk(facts, attestation):
    document = dpia(facts, load_evidence(), attestation)
    (table,) = (block for block in document.blocks if isinstance(block, Table) and len(block.head) == 3)
    assert len(RISKS) == len(table.rows)
    assert all(cell and "{" not in cell for row in table.rows for cell in row)


def test_it_speaks_of_what_this_site_hides(facts, attestation):
    faces = drafted(hiding(facts, Kind.FACE), attestation)
    assert "labelled faces" in faces
    assert "plates" not in faces.partition("Risks to data subjects")[2]
    assert "this site does not do so" in faces
    persons = drafted(hiding(facts, Kind.PERSON, Kind.TEXT), attestation)
    assert "labelled faces" not in persons
    assert "There are no figures for" in persons
    assert "All cameras mask whole persons" in persons
    assert "does not do so" not in persons


def test_where_some_cameras_hide_whole_persons_it_says_so(facts, attestation):
    first, *others = hiding(facts, Kind.FACE).cameras
    assert others
    mixed = replace(facts, cameras=(replace(first, hide=(Kind.PERSON,)), *others))
    assert "Some cameras mask whole persons" in drafted(mixed, attestation)
