"""The sound of a file in the page: what happens to it is chosen, saved, undone, and found so in the release."""

import itertools
import wave
from io import BytesIO

import numpy as np
import pytest

from passerby.config.settings import Audio, Settings, VoiceFill
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.speech import SpeechSpan, detected_ranges
from passerby.source.video.audio import AudioReader
from passerby.source.video.file import VideoFile
from tests import clips
from tests.browser.steps import opened, saved, until
from tests.plans import plan_for
from tests.sound_clips import with_sound, with_voice

SPOKEN, SECONDS = (2.0, 4.0), 6
#: A flash and a beep at the same time, a second before the end; sampled for each frame of the screen: the clock of the
#: sound, which frame is shown, and how bright its middle is.
FLASH_FRAME, FLASH_FRAMES = 60, 5
WATCH = """() => {
    window.seen = [];
    const watch = () => {
        const canvas = document.querySelector('.frame-canvas canvas');
        const [red] = canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
        const sound = document.querySelector('#sound');
        if (!sound.paused) window.seen.push([sound.currentTime, Number(canvas.dataset.frame || -1), red]);
        requestAnimationFrame(watch);
    };
    watch();
}"""


@pytest.fixture
def spoken(tmp_path):
    """A clip in which somebody speaks, and a plan that says where."""
    clip = with_voice(tmp_path / "yard.mp4", SPOKEN[0], SECONDS)
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


@pytest.fixture
def flashing(tmp_path, monkeypatch):
    """A clip with a flash, and a beep with it; the sound is to be kept."""
    seen = clips.drawing
    flash = range(FLASH_FRAME, FLASH_FRAME + FLASH_FRAMES)
    monkeypatch.setattr(clips, "drawing", lambda n, size: seen(n, size) // 4 + 190 * (n in flash))
    moments = np.arange(16000 * 4) / 16000
    beep = (
        0.5 * np.sin(2 * np.pi * 800 * moments) * ((moments >= FLASH_FRAME / 25) & (moments < FLASH_FRAME / 25 + 0.2))
    )
    clip = with_sound(tmp_path / "yard.mp4", beep)
    path = clip.with_suffix(".plan.json")
    path.write_text(plan_for(clip, settings=Settings(audio=Audio.KEEP)).to_json())
    return clip, path


def played(page):
    """What the page plays, from -1 to 1, and samples a second."""
    answer = page.request.get(page.evaluate("() => document.querySelector('#sound').src"))
    with wave.open(BytesIO(answer.body())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()


def test_sound_is_heard_in_sync_with_the_picture(page, servers, flashing):
    opened(page, servers.start(flashing[0]))
    assert "false" == page.get_attribute("#sound-on", "aria-pressed")
    assert page.evaluate("() => !document.querySelector('#sound').hasAttribute('src')")
    page.keyboard.press("a")
    page.wait_for_selector("#sound-on[aria-pressed=true]")
    page.evaluate(WATCH)
    page.keyboard.press("Space")
    page.wait_for_selector('.frame-canvas canvas[data-frame="99"]')
    seen = page.evaluate("() => window.seen")

    # The beep begins where the flash does.
    sound, rate = played(page)
    begins = float(np.argmax(np.abs(sound) > 0.1)) / rate
    assert begins == pytest.approx(FLASH_FRAME / 25, abs=0.02)
    bright = {frame for _, frame, red in seen if red > 180}
    assert bright
    assert bright <= set(range(FLASH_FRAME, FLASH_FRAME + FLASH_FRAMES))
    assert not any(red > 180 for _, frame, red in seen if frame < FLASH_FRAME)
    # And each frame is shown when its sound is heard: `late` by how much, in seconds of the sound.
    changes = [after for before, after in itertools.pairwise(seen) if before[1] != after[1] > 0]
    late = [at - frame / 25 for at, frame, _ in changes]
    assert len(late) > 20
    assert -0.005 <= np.median(late) <= 0.02, late

    # The picture goes elsewhere: so does the sound. Paused, both stop; and twice as fast is twice as fast for both.
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press(">")
    page.keyboard.press("Space")
    page.wait_for_function("() => Number(document.querySelector('.frame-canvas canvas').dataset.frame) > 20")
    assert 4 == page.evaluate("() => document.querySelector('#sound').playbackRate")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('#sound').paused")
    page.keyboard.press("Home")
    page.wait_for_selector('.frame-canvas canvas[data-frame="0"]')
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.querySelector('#sound').paused")
    assert page.evaluate("() => document.querySelector('#sound').currentTime") < 1.5


def test_what_is_heard_is_what_is_released(page, servers, flashing):
    opened(page, servers.start(flashing[0]))
    page.keyboard.press("a")
    page.wait_for_selector("#sound-on[aria-pressed=true]")
    assert np.abs(played(page)[0]).max() > 0.1
    for key in ("Home", "[", *["ArrowRight"] * 99, "]", "m"):
        page.keyboard.press(key)
    until(page, lambda: saved(flashing[1]).audio)
    page.wait_for_function("() => document.querySelector('#sound').src.includes('released')")
    until(page, lambda: not np.abs(played(page)[0]).max())
    page.keyboard.press("v")
    page.wait_for_function("() => document.querySelector('#sound').src.includes('original')")
    assert np.abs(played(page)[0]).max() > 0.1
    page.keyboard.press("v")
    page.keyboard.press("Control+z")
    until(page, lambda: np.abs(played(page)[0]).max() > 0.1)


#: How high the waveform is at some positions of the timeline, in pixels of the page: what is as blue as its bars.
HEIGHTS = """(positions) => {
    const canvas = document.querySelector('.rows canvas');
    const scale = canvas.width / canvas.clientWidth;
    const probe = document.createElement('canvas').getContext('2d');
    probe.fillStyle = getComputedStyle(canvas).getPropertyValue('--accent').trim();
    probe.fillRect(0, 0, 1, 1);
    const wanted = probe.getImageData(0, 0, 1, 1).data;
    return positions.map((x) => {
        const { data } = canvas.getContext('2d').getImageData(x * scale, 20 * scale, 1, 32 * scale);
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
            if ([0, 1, 2].every((side) => Math.abs(data[at + side] - wanted[side]) < 40)) count += 1;
        return count / scale;
    });
}"""


def x_of(page, seconds):
    """Where a time is on the timeline, in pixels from its left edge: the last frame is at the right one."""
    return 112 + seconds / (SECONDS - 1 / 25) * (page.locator(".rows").bounding_box()["width"] - 112)


def test_the_waveform_shows_where_it_is_loud(page, servers, spoken):
    opened(page, servers.start(spoken[0]))
    page.wait_for_selector(".rows[data-waveform='32']")
    page.click("#tab-export")
    page.select_option("#sound-choice", "keep")
    until(page, lambda: saved(spoken[1]).run_settings.audio is Audio.KEEP)
    page.keyboard.press("Home")
    loud = [x_of(page, at) for at in (2.1, 2.4, 3.0, 3.5)]
    quiet = [x_of(page, at) for at in (0.6, 1.2, 4.6, 5.4)]
    until(page, lambda: np.mean(page.evaluate(HEIGHTS, loud)) > 3 * max(page.evaluate(HEIGHTS, quiet)) > 0, 20)


def drag(page, start, end, *, shift=False):
    """Over the waveform, from one second to another."""
    rows = page.locator(".rows").bounding_box()
    y = rows["y"] + 20 + 16
    page.mouse.move(rows["x"] + x_of(page, start), y)
    if shift:
        page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(rows["x"] + x_of(page, (start + end) / 2), y)
    page.mouse.move(rows["x"] + x_of(page, end), y)
    page.mouse.up()
    page.keyboard.up("Shift")


def test_a_word_is_muted_by_dragging_over_it(page, servers, spoken, models):
    clip, plan = spoken
    opened(page, servers.start(clip))
    page.wait_for_selector(".rows[data-waveform='32']")
    drag(page, 2.0, 2.5)
    page.wait_for_selector("text=The rest of the sound is kept now")
    until(page, lambda: saved(plan).run_settings.audio is Audio.KEEP, 20)
    drag(page, 2.5, 3.0)  # its end goes on
    until(
        page, lambda: [3.0] == [pytest.approx(span.end, abs=0.02) for span in saved(plan).audio if not span.origin], 20
    )
    muted = saved(plan).audio[-1]
    assert ("mute", pytest.approx(2.0, abs=0.02), "J. Doe") == (muted.action, muted.start, muted.by)
    drag(page, 4.6, 5.0, shift=True)
    until(page, lambda: "bleep" == saved(plan).audio[-1].action, 20)
    page.keyboard.press("Control+z")
    until(page, lambda: muted == saved(plan).audio[-1], 20)
    page.click("#tab-ranges")
    page.fill("ul.ranges input >> nth=-1", "b(6)")
    page.press("ul.ranges input >> nth=-1", "Enter")
    until(page, lambda: muted.model_copy(update={"reason": "b(6)"}) == saved(plan).audio[-1], 20)

    out = exported(page, clip)
    assert level(out, 2.1, 2.9) < 1e-3
    for start, end in ((1.0, 1.9), (3.1, 3.9), (4.5, 5.5)):
        assert level(out, start, end) == pytest.approx(level(clip, start, end), rel=0.2)


def go_to(page, seconds):
    page.fill("#go-to", str(seconds))
    page.press("#go-to", "Enter")
    page.locator("#go-to").blur()


def test_edges_of_a_range_are_moved_by_key_and_a_detected_one_gets_a_reason(page, servers, spoken):
    clip, plan = spoken
    opened(page, servers.start(clip))
    page.click("#tab-ranges")
    page.wait_for_selector("ul.ranges >> text=90 %")
    page.fill("ul.ranges input", "b(6)")
    page.press("ul.ranges input", "Enter")
    until(page, lambda: ["b(6)"] == [span.reason for span in saved(plan).audio], 20)
    assert ["silero-vad"] == [span.origin for span in saved(plan).audio]
    go_to(page, 1)
    page.keyboard.press("{")
    until(page, lambda: [pytest.approx(1.0, abs=0.01)] == [span.start for span in saved(plan).audio], 20)
    go_to(page, 5)
    page.keyboard.press("}")
    until(page, lambda: [pytest.approx(5.04, abs=0.01)] == [span.end for span in saved(plan).audio], 20)
    moved = saved(plan).audio[0]
    assert ("b(6)", None, "J. Doe") == (moved.reason, moved.origin, moved.by)
    page.keyboard.press("{")
    until(page, lambda: [pytest.approx(5.0, abs=0.01)] == [span.start for span in saved(plan).audio], 20)
    go_to(page, 1)
    page.keyboard.press("}")
    page.wait_for_selector("text=The range would end before it starts")


def test_what_is_cut_is_skipped_when_it_plays(page, servers, flashing):
    clip, plan = flashing
    opened(page, servers.start(clip))
    for key in ("Home", *["ArrowRight"] * 10, "[", *["ArrowRight"] * 69, "]", "Shift+X"):
        page.keyboard.press(key)
    until(page, lambda: [pytest.approx(0.4)] == [span.start for span in saved(plan).trim], 20)
    for sound in (False, True):
        if sound:
            page.keyboard.press("a")
            page.wait_for_selector("#sound-on[aria-pressed=true]")
        page.keyboard.press("Home")
        page.wait_for_selector('.frame-canvas canvas[data-frame="0"]')
        page.evaluate(WATCH if sound else WATCH.replace("if (!sound.paused)", ""))
        page.keyboard.press("Space")
        page.wait_for_selector('.frame-canvas canvas[data-frame="99"]')
        seen = page.evaluate("() => window.seen")
        frames = {frame for _, frame, _ in seen if frame >= 0}
        assert not {frame for frame in frames if 10 < frame < 80}, frames
        assert {frame for frame in frames if frame < 10}
        assert not any(red > 180 for _, _, red in seen)


def test_one_of_several_audio_tracks_is_heard(page, servers, tmp_path):
    moments = np.arange(16000 * 2) / 16000
    clip = with_sound(tmp_path / "yard.mkv", *(0.3 * np.sin(2 * np.pi * pitch * moments) for pitch in (300, 2000)))
    clip.with_suffix(".plan.json").write_text(plan_for(clip, settings=Settings(audio=Audio.KEEP)).to_json())
    opened(page, servers.start(clip))
    page.keyboard.press("a")
    page.select_option("#sound-track", label="Track 2")
    page.wait_for_function("() => document.querySelector('#sound').src.includes('track=2')")
    sound, rate = played(page)
    spectrum = np.abs(np.fft.rfft(sound[rate // 2 : 3 * rate // 2]))
    assert 2000 == int(np.argmax(spectrum))
    assert spectrum[300] < 0.05 * spectrum.max()
