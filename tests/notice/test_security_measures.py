"""Technical measures: each with the tests that verify it, and its latest figure."""

from passerby.core.kinds import Kind
from passerby.notice.document import Table
from passerby.notice.evidence import load_evidence
from passerby.notice.security_measures import security_measures
from tests.notice.texts import texts


def test_measures_name_their_tests(facts, attestation):
    evidence = load_evidence()
    (table,) = (block for block in security_measures(facts, evidence, attestation).blocks if isinstance(block, Table))
    said = evidence.of_site(facts.site)
    assert len(said) == len(table.rows)
    for measure, row in zip(said, table.rows, strict=True):
        assert all(test in row[1] for test in measure.tests)
        assert (measure.figure is None) == (row[2] == "pass or fail")


def test_figures_are_those_of_the_frame_rates_of_the_site(facts):
    def said(**changes):
        cameras = {name: camera.model_copy(update=changes) for name, camera in facts.site.cameras.items()}
        measures = load_evidence().of_site(facts.site.model_copy(update={"cameras": cameras}))
        return [one.measure for one in measures if one.measure.startswith("live_")]

    assert ["live_faces_5"] == said(max_fps=5.0, hide=(Kind.FACE,))
    assert ["live_faces_10"] == said(max_fps=10.0, hide=(Kind.FACE, Kind.PLATE))
    assert [] == said(max_fps=25.0, hide=(Kind.FACE,)) == said(max_fps=10.0, hide=(Kind.PLATE,))


def test_a_flawed_audit_log_is_stated(facts, attestation):
    flawed = attestation.model_copy(update={"log": attestation.log.model_copy(update={"flaws": ("changed",)})})
    assert "The log is flawed: changed" in texts(security_measures(facts, load_evidence(), flawed))
    assert "The log is flawed" not in texts(security_measures(facts, load_evidence(), attestation))
