"""The retention statement: compliant, violated, and after the deletion."""

from passerby.notice.catalogue import load_texts
from passerby.notice.retention_statement import VERDICT_KEYS, retention_statement
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.retention_attestation import RetentionVerdict, attest_retention
from tests.notice.texts import texts
from tests.store.footage import DAY

POLICY = RetentionPolicy(days=14)


def test_a_new_recording_is_compliant(facts, attestation):
    text = texts(retention_statement(facts, attestation))
    assert "No recording is older than its retention period." in text
    assert "None so far." in text


def test_an_old_recording_is_a_violation_until_it_is_deleted(facts, recordings, clock, attestation):
    clock.go(15 * DAY)
    late = attest_retention(recordings.database, POLICY, "first", clock.now())
    assert RetentionVerdict.VIOLATED == late.verdict
    text = texts(retention_statement(facts, late))
    assert "The retention requirements are not met or cannot be verified." in text
    assert "deleted only while passerby watch is running" in text
    recordings.retention.policy = RetentionPolicy(days=14, min_free_bytes=0)
    recordings.expire(clock.now())
    text = texts(retention_statement(facts, attest_retention(recordings.database, POLICY, "first", clock.now())))
    assert "retention period expired" in text
    assert "not in the audit log yet" in text
    assert "Nothing is recorded." in text


def test_every_verdict_has_a_text(facts):
    assert set(RetentionVerdict) == set(VERDICT_KEYS)
    assert {f"retention.{key}" for key in VERDICT_KEYS.values()} <= set(load_texts(facts.notice.languages[0]))
