"""The draft of the impact assessment: figures where they are known, open questions where a person must decide."""

from passerby.notice.document import OpenQuestion
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


def test_every_risk_has_a_mitigation_and_a_residual_risk(facts, attestation):
    tr = facts.translator()
    text = texts(dpia(facts, load_evidence(), attestation))
    for risk in RISKS:
        assert tr(f"dpia.{risk}") in text
        assert tr(f"dpia.{risk}_mitigation") in text
