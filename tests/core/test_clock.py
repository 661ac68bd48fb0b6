"""The machine's clock, and how far it is believed."""

import ctypes

from passerby.core.clock import SystemClock, boot_id


class Kernel:
    """A library whose adjtimex gives a known answer."""

    def __init__(self, answer):
        self._answer = answer

    def adjtimex(self, _):
        return self._answer


def trusted(answer, monkeypatch, believed=False):
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Kernel(answer))
    return SystemClock(believed).now().trusted


def test_monotonic_time_increases():
    clock = SystemClock()
    moments = [clock.now().monotonic for _ in range(100)]
    assert sorted(moments) == moments
    assert moments[0] < moments[-1]


def test_it_is_trusted_when_the_kernel_reports_that_it_is_synchronised(monkeypatch):
    answers = {0: True, 1: True, 5: False, -1: False}  # kept; a leap second is due; not kept; not allowed to ask
    assert answers == {answer: trusted(answer, monkeypatch) for answer in answers}


def test_it_can_be_believed_without_a_network(monkeypatch):
    assert trusted(5, monkeypatch, believed=True)


def test_the_real_kernel_answers():
    assert ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) in range(6)


def test_a_run_has_one_name():
    assert boot_id() == boot_id()
    assert len(boot_id()) == 36
