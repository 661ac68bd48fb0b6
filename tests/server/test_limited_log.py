"""A log that repeats itself."""

import io
import logging

import pytest

from passerby.server.limited_log import MAX_CHARS, MAX_LINES, PERIOD_S, LimitedLogHandler, LineLimit, limit_logger


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def written(limit, lines):
    return [line for line in (limit.admit(line, line) for line in lines) if line is not None]


def test_a_line_that_repeats_itself_is_cut_short(clock):
    limit = LineLimit(clock)
    assert MAX_LINES == len(written(limit, ["again"] * 1000))
    assert ["another"] == written(limit, ["another"])
    clock.now += PERIOD_S
    assert [f"again (and {1000 - MAX_LINES} more like this before)", "again"] == written(limit, ["again"] * 2)


def test_what_a_request_or_a_camera_says_is_not_obeyed_by_the_terminal():
    out, logger = io.StringIO(), logging.Logger("x")
    handler = LimitedLogHandler()
    handler.stream = out
    logger.addHandler(handler)
    logger.warning("GET %s", "/\x1b[2K\x9b\u202e")
    assert "GET /?[2K??\n" == out.getvalue()


def test_lines_that_differ_each_time_are_limited_too(clock):
    limit = LineLimit(clock)
    lines = written(limit, [f"{n} {'x' * 100}" for n in range(20_000)])
    assert 0 < sum(map(len, lines)) <= MAX_CHARS
    clock.now += PERIOD_S
    assert written(limit, ["once more"])[0].endswith(f"({20_000 - len(lines)} other lines were left out)")


def test_a_traceback_counts_with_its_line(clock):
    handler, stream = LimitedLogHandler(LineLimit(clock)), io.StringIO()
    handler.setStream(stream)
    logger = logging.Logger("tests")
    logger.addHandler(handler)
    for n in range(1000):
        try:
            raise OSError(24, "Too many open files")
        except OSError:
            logger.exception("accept failed %d", n)
    assert MAX_LINES == stream.getvalue().count("Traceback")


def test_what_a_library_has_set_up_is_replaced():
    logger = logging.Logger("tests", logging.DEBUG)
    logger.addHandler(logging.StreamHandler())
    limit_logger(logger)
    (handler,) = logger.handlers
    assert (LimitedLogHandler, logging.WARNING, False) == (type(handler), logger.level, logger.propagate)
    below = logging.Logger("below")
    below.parent = logger
    limit_logger(below)
    assert [] == below.handlers
