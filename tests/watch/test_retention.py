"""The thread that expires recordings and counts, and the retention settings that it uses."""

from passerby.config.site_file import parse_site
from passerby.core.clock import SystemClock
from passerby.store.administration.disk_history import DiskHistory
from passerby.watch import retention
from passerby.watch.retention import RetentionThread, retention_of
from tests.watch.child import SITE, wait_until


def test_the_settings_of_the_site_become_the_policy(site):
    policy = retention_of(site)
    assert (site.retention.days, site.retention.bytes) == (policy.days, policy.max_bytes)
    assert site.retention.min_free == policy.min_free_bytes


def test_a_changed_site_changes_the_policy(site, tmp_path):
    thread = RetentionThread(site, SystemClock())
    changed = parse_site(SITE + "retention: {days: 3}\n", tmp_path / "site.yaml", {"SECRET": "hunter2"})
    thread.apply(changed)
    assert 3 == thread._recordings.retention.policy.days
    thread.close()


def test_the_status_is_empty_once_it_is_closed(site):
    thread = RetentionThread(site, SystemClock())
    assert thread.status()
    assert "problem" not in thread.status()
    thread.close()
    assert {} == thread.status()


def test_how_full_the_disk_is_is_noted(site, monkeypatch):
    monkeypatch.setattr(retention, "EXPIRY_INTERVAL_S", 0.05)
    thread = RetentionThread(site, SystemClock())
    history = DiskHistory(thread._recordings.database)
    wait_until(lambda: history.between(0, 1e11))
    thread.close()
