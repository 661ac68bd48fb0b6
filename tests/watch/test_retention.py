"""The thread that expires recordings and counts, and the retention settings that it uses."""

from passerby.config.site_file import parse_site
from passerby.core.clock import SystemClock
from passerby.watch.retention import RetentionThread, retention_of
from tests.watch.child import SITE


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
