"""Technical measures: each with the tests that verify it, and its latest figure."""

from passerby.notice.document import Table
from passerby.notice.evidence import load_evidence
from passerby.notice.security_measures import security_measures
from tests.notice.texts import texts


def test_measures_name_their_tests(facts, attestation):
    evidence = load_evidence()
    (table,) = (block for block in security_measures(facts, evidence, attestation).blocks if isinstance(block, Table))
    assert len(evidence.measures) == len(table.rows)
    for measure, row in zip(evidence.measures, table.rows, strict=True):
        assert all(test in row[1] for test in measure.tests)
        assert (measure.figure is None) == (row[2] == "pass or fail")


def test_a_flawed_audit_log_is_stated(facts, attestation):
    flawed = attestation.model_copy(update={"log": attestation.log.model_copy(update={"flaws": ("changed",)})})
    assert "The log is flawed: changed" in texts(security_measures(facts, load_evidence(), flawed))
    assert "The log is flawed" not in texts(security_measures(facts, load_evidence(), attestation))
