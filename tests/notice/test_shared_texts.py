"""Texts that several documents share."""

from passerby.core.kinds import Kind
from passerby.notice.shared_texts import kinds_masked_everywhere, legal_basis, notice_rows, retention_text


def test_masking_whole_persons_masks_their_faces(site):
    """One camera masks faces and plates, the other persons and plates."""
    assert (Kind.FACE, Kind.PLATE) == kinds_masked_everywhere(site)


def test_the_legal_basis_states_the_interest(site, facts):
    assert legal_basis(site.notice, facts.translator()).endswith("\nProperty of pupils")


def test_retention_in_days_or_by_space(site, facts):
    tr = facts.translator()
    assert retention_text(site, tr).startswith("14 days")
    unlimited = site.model_copy(update={"retention": site.retention.model_copy(update={"days": None})})
    assert "No number of days is set" in retention_text(unlimited, tr)


def test_what_is_not_configured_is_stated_as_none(facts):
    rows = dict(notice_rows(facts, facts.translator()))
    assert ("None.", "None.") == (rows["Recipients of recordings"], rows["Transfers outside the EU"])
