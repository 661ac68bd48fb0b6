import asyncio
import inspect
import threading

import pytest

from passerby import AsyncRedactor, Redactor, Settings
from tests import clips

FACE = Settings(hide={"face"})


@pytest.mark.parametrize("name", ["redact", "analyse", "verify", "detect", "mask", "mask_frames"])
def test_every_method_is_there_with_the_same_parameters(name):
    theirs = set(inspect.signature(getattr(Redactor, name)).parameters) - {"cancel", "suffix"}
    assert theirs == set(inspect.signature(getattr(AsyncRedactor, name)).parameters)


def test_files_are_redacted_while_the_loop_goes_on(fixed_face, clip, tmp_path):
    async def run():
        ticks, redactor = 0, AsyncRedactor(FACE)
        task = asyncio.ensure_future(redactor.redact(clip, tmp_path / "a.mp4"))
        while not task.done():
            ticks += 1
            await asyncio.sleep(0.01)
        return ticks, (await task).output.frames, len((await redactor.analyse(clip)).tracks(0))

    ticks, frames, tracks = asyncio.run(run())
    assert (clips.FRAMES, 1) == (frames, tracks)
    assert ticks > 1


def test_cancelling_the_task_ends_the_run_and_leaves_nothing(fixed_face, clip, tmp_path):
    reached = threading.Event()
    redactor = Redactor(FACE, on_frame=lambda progress: reached.set() if progress.stage == "render" else None)

    async def run():
        task = asyncio.ensure_future(AsyncRedactor(redactor).redact(clip, tmp_path / "a.mp4"))
        await asyncio.to_thread(reached.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert ["clip.mp4"] == [path.name for path in tmp_path.iterdir()]


def test_frames_come_one_by_one(fixed_face, clip):
    pictures = [picture for _, picture in clips.decoded(clip)]

    async def run(limit):
        masked = []
        async for picture in AsyncRedactor(FACE).mask_frames(pictures, fps=25):
            masked.append(picture)
            if len(masked) == limit:
                break
        return masked

    assert len(pictures) == len(asyncio.run(run(None)))
    assert 2 == len(asyncio.run(run(2)))
