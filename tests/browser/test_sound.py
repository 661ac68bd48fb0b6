"""The sound of a file in the page: what happens to it is chosen, saved, undone, and found so in the release."""

import numpy as np
import pytest

from passerby.config.settings import Audio, VoiceFill
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.speech import SpeechSpan, detected_ranges
from passerby.source.video.audio import AudioReader
from passerby.source.video.file import VideoFile
from tests import clips
from tests.browser.steps import opened, saved, until
from tests.detect.speech.sounds import voice_at
from tests.plans import plan_for

SPOKEN, SECONDS = (2.0, 4.0), 6


@pytest.fixture
def spoken(tmp_path):
    """A clip in which somebody speaks, and a plan that says where."""
    clip = clips.write_clip(
        tmp_path / "yard.mp4",
        times=clips.constant(25 * SECONDS, step=clips.TIME_BASE.denominator // 25),
        prepare=lambda output, _: output.add_stream("aac", rate=16000, layout="mono"),
        finish=lambda output: clips.sound(output, output.streams.audio[0], voice_at(SPOKEN[0], seconds=SECONDS)[0]),
    )
    speech = (SpeechSpan(track=1, start=1.8, end=4.2, score=0.9, origin="silero-vad", channels=(1,)),)
    audio = detected_ranges(speech, VoiceFill.SILENCE)
    plan = plan_for(clip).model_copy(update={"speech": speech, "audio": audio}).sealed()
    path = clip.with_suffix(".plan.json")
    path.write_text(plan.to_json())
    return clip, path


def level(path, start, end):
    """Loudness of a file (RMS) from one second to another; 0 where it has no sound."""
    with VideoFile.open(path) as file:
        if not file.info.audio_tracks:
            return 0.0
        info = file.info.audio_tracks[0]
        with AudioReader(path, file.info, info) as reader:
            parts = [
                frame.to_ndarray()
                for time, frame in reader.frames()
                if start <= time * info.time_base and time * info.time_base + frame.samples / 16000 <= end
            ]
    return float(np.sqrt((np.concatenate(parts, axis=1) ** 2).mean()))


def exported(page, clip):
    page.click("#tab-export")
    page.click("#export-now")
    page.wait_for_selector("section.verdict[data-outdated=false]", timeout=120_000)
    return clip.with_name("yard.redacted.mp4")


def test_muting_a_part_keeps_the_rest_and_says_so_and_voices_can_be_removed(page, servers, spoken, models):
    clip, plan = spoken
    opened(page, servers.start(clip))
    # The first second is muted: the sound was to be removed, and the rest of it is kept now.
    for key in ("Home", "[", *["ArrowRight"] * 20, "]", "m"):
        page.keyboard.press(key)
    page.wait_for_selector("text=The rest of the sound is kept now")
    until(page, lambda: saved(plan).run_settings.audio is Audio.KEEP)
    out = exported(page, clip)
    assert level(out, 0.15, 0.65) < 1e-3
    assert level(out, 2.2, 3.8) > 0.01  # speech is marked, and stays
    page.keyboard.press("Control+z")
    until(page, lambda: saved(plan).run_settings.audio is Audio.REMOVE)

    # Voices are removed: chosen here, there after a reload, marked on the picture, and silent in the release.
    page.select_option("#sound-choice", "remove-voices")
    until(page, lambda: saved(plan).run_settings.audio is Audio.REMOVE_VOICES)
    page.reload()
    page.wait_for_selector("#sound-choice")
    assert "remove-voices" == page.input_value("#sound-choice")
    out = exported(page, clip)
    assert level(out, 2.0, 4.0) < 1e-3
    assert level(out, 0.3, 1.5) > 1e-3
    assert not Plan.load(plan).edited_by_hand
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=The sound is again: No sound")


def test_speech_is_marked_where_it_is(page, servers, spoken):
    clip, _ = spoken
    opened(page, servers.start(clip))
    page.keyboard.press("Home")
    assert 0 == page.locator(".banner >> text=speech").count()
    page.fill("#go-to", "3")
    page.press("#go-to", "Enter")
    page.wait_for_selector(".banner >> text=speech")
    page.click("#tab-ranges")
    page.wait_for_selector("ul.ranges >> text=speech")
