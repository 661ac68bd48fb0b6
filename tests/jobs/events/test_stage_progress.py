from passerby.jobs.events.stage_progress import StageProgress, StageReporter


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_progress_is_reported_about_once_a_second():
    clock, reported = Clock(), []
    reporter = StageReporter(reported.append, clock)
    reporter.start("a.mp4", "analyse", 100)
    for _ in range(32):
        clock.now += 0.125
        reporter.advance(2)
    reporter.finish()
    reporter.finish()  # without a stage
    assert [0, 16, 32, 48, 64, 64] == [stage.done for stage in reported]
    assert StageProgress("analyse", 64, 100, 16.0) == reported[-1]


def test_unknown_is_none():
    reported = []
    StageReporter(reported.append, Clock()).start("a.mp4", "render", None)
    assert [StageProgress("render", 0, None, None)] == reported
