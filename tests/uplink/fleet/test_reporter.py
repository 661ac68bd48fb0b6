"""What a site does for its fleet while it runs, and when."""

import threading

from passerby.core.clock import Moment
from passerby.core.errors import StoreError
from passerby.documents.fleet_messages import AttestedRetention
from passerby.uplink.fleet.reporter import ATTEST_INTERVAL_S, FIRST_REPORT_S, PUBLISH_INTERVAL_S, FleetReporter
from tests.uplink.broker import until


class Clock:
    def __init__(self):
        self.at = 100.0

    def now(self):
        return Moment(self.at, 1.8e9 + self.at, True)


class Parts:
    """In place of a HealthReporter and a Publisher."""

    def __init__(self):
        self.reports, self.published, self.retention, self.error = [], [], None, None

    def report(self, status, now):
        if self.error:
            raise self.error
        self.reports.append((status, now.monotonic))

    def publish_due(self, now):
        self.published.append(now.monotonic)


def test_each_has_its_interval():
    clock, parts = Clock(), Parts()
    reporter = FleetReporter(parts, parts, 60.0, lambda: None, clock)
    for _ in range(700):
        reporter.poll(lambda: "fine")
        clock.at += 1
    assert [100 + FIRST_REPORT_S + 60 * n for n in range(12)] == [at for _, at in parts.reports]
    assert [100.0, 100 + PUBLISH_INTERVAL_S, 100 + 2 * PUBLISH_INTERVAL_S] == parts.published
    reporter.close()


def test_what_fails_is_reported_and_done_again(caplog):
    clock, parts = Clock(), Parts()
    reporter = FleetReporter(parts, None, 60.0, lambda: None, clock)
    parts.error = StoreError("The disk is full.")
    clock.at += FIRST_REPORT_S
    reporter.poll(lambda: "fine")
    assert "The disk is full." in caplog.text
    parts.error = None
    clock.at += 60
    reporter.poll(lambda: "fine")
    assert 1 == len(parts.reports)
    reporter.close()


def test_attestations_take_their_time_beside_it():
    clock, parts, gate = Clock(), Parts(), threading.Event()
    made = AttestedRetention(created=1.0, verdict="compliant", overdue=0, sha256="b" * 64)
    calls = []

    def attest():
        calls.append(clock.at)
        gate.wait(10)
        return made

    reporter = FleetReporter(parts, None, 60.0, attest, clock)
    reporter.poll(lambda: "fine")
    assert parts.retention is None
    gate.set()
    until(lambda: parts.retention is made, 10)
    until(lambda: reporter._attesting is None, 10)
    clock.at += ATTEST_INTERVAL_S - 1
    reporter.poll(lambda: "fine")
    clock.at += 1
    reporter.poll(lambda: "fine")
    until(lambda: 2 == len(calls), 10)
    reporter.close()
