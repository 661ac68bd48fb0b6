import io

import pytest
from rich.console import Console

from passerby.jobs.progress_output import BarProgress, LineProgress, make_progress


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_log_gets_one_line_per_stage(capsys):
    clock = Clock()
    shown = make_progress(quiet=True, clock=clock)
    shown.start("a.mp4", "analyse", None)
    clock.now += 2
    shown.advance(50)
    shown.finish()
    assert ("", "a.mp4: analysing: 50 frames, 25.0 fps\n") == capsys.readouterr()


def test_sound_is_counted_in_seconds(capsys):
    clock = Clock()
    shown = make_progress(quiet=True, clock=clock)
    shown.start("a.mp4", "listen", 60)
    clock.now += 2
    shown.advance(60)
    shown.finish()
    assert ("", "a.mp4: listening: 60 s of sound, 30 times playback\n") == capsys.readouterr()


def test_brackets_in_a_name_are_no_markup():
    out = io.StringIO()
    shown = BarProgress(Console(file=out, force_terminal=True, width=100))
    shown.start("a[/b] [blink]c[/blink].mp4", "analyse", 2)
    shown.finish()
    assert "a[/b] [blink]c[/blink].mp4" in out.getvalue()


def test_off_a_terminal_it_is_lines():
    assert isinstance(make_progress(clock=Clock()), LineProgress)


@pytest.mark.parametrize("form", [LineProgress(Clock()), BarProgress(Console(file=io.StringIO()))])
def test_finishing_without_a_stage_prints_nothing(form, capsys):
    form.finish()
    assert ("", "") == capsys.readouterr()


@pytest.mark.parametrize("total", [40, None])
def test_a_terminal_gets_a_bar(total):
    screen = io.StringIO()
    shown = BarProgress(Console(file=screen, force_terminal=True, width=100))
    shown.start("a.mp4", "render", total)
    shown.advance(40)
    shown.finish()
    assert "a.mp4: rendering" in screen.getvalue()
    assert f"40/{total or '?'}" in screen.getvalue()
