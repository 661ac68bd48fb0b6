"""The library for programs on asyncio: the work is done in threads, and cancelling a task ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from functools import partial
from os import PathLike
from typing import TypeVar

from passerby.config.settings import Settings
from passerby.core.errors import PasserbyError
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.documents.verification_report import VerificationReport
from passerby.library.cancellation import Cancellation
from passerby.library.pictures import Found, Maskable
from passerby.library.redactor import DEFAULT_DELAY_S, Redactor
from passerby.library.streams import Source
from passerby.source.memory import Picture

_Result = TypeVar("_Result")
_END = object()


class AsyncRedactor:
    """A Redactor whose methods are awaited. Cancelling the task that awaits one ends the run, and leaves nothing."""

    def __init__(self, redactor: Redactor | Settings | None = None) -> None:
        """Works with a redactor that exists, or makes one for the settings."""
        self.redactor = redactor if isinstance(redactor, Redactor) else Redactor(redactor)

    async def redact(
        self,
        source: Source,
        output: Source,
        *,
        plan: Plan | None = None,
        save_plan: str | PathLike[str] | None = None,
        save_report: str | PathLike[str] | None = None,
        force: bool = False,
        verify: bool = True,
    ) -> Report:
        """As `Redactor.redact`."""
        return await _in_thread(
            partial(
                self.redactor.redact,
                source,
                output,
                plan=plan,
                save_plan=save_plan,
                save_report=save_report,
                force=force,
                verify=verify,
            )
        )

    async def analyse(self, source: Source) -> Plan:
        """As `Redactor.analyse`."""
        return await _in_thread(partial(self.redactor.analyse, source))

    async def verify(
        self,
        file: str | PathLike[str],
        *,
        plan: str | PathLike[str] | None = None,
        original: str | PathLike[str] | None = None,
    ) -> VerificationReport:
        """As `Redactor.verify`."""
        return await _in_thread(partial(self.redactor.verify, file, plan=plan, original=original))

    async def detect(self, image: Picture, *, array_format: str = "rgb24") -> list[Found]:
        """As `Redactor.detect`."""
        return await asyncio.to_thread(self.redactor.detect, image, array_format=array_format)

    async def mask(
        self, image: Picture, regions: Iterable[Maskable] | None = None, *, array_format: str = "rgb24"
    ) -> Picture:
        """As `Redactor.mask`."""
        return await asyncio.to_thread(self.redactor.mask, image, regions, array_format=array_format)

    async def mask_frames(
        self,
        frames: Sequence[Picture] | Iterable[Picture],
        *,
        fps: float | Fraction,
        array_format: str = "rgb24",
        delay: float = DEFAULT_DELAY_S,
    ) -> AsyncIterator[Picture]:
        """As `Redactor.mask_frames`. A generator of frames is run in the thread, too."""
        cancel, loop = Cancellation(), asyncio.get_running_loop()
        masked = self.redactor.mask_frames(frames, fps=fps, array_format=array_format, delay=delay, cancel=cancel)
        with ThreadPoolExecutor(1, thread_name_prefix="passerby-async") as thread:
            try:
                while (picture := await loop.run_in_executor(thread, next, masked, _END)) is not _END:
                    yield picture  # type: ignore[misc]  # it is not the end
            finally:
                cancel.cancel()
                await asyncio.shield(loop.run_in_executor(thread, masked.close))  # type: ignore[attr-defined]  # a generator


async def _in_thread(call: Callable[..., _Result]) -> _Result:
    """The result of a call that takes `cancel`. When the task is cancelled the call is ended, and its end awaited."""
    cancel = Cancellation()
    running = asyncio.ensure_future(asyncio.to_thread(call, cancel=cancel))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancel.cancel()
        with suppress(PasserbyError):
            await running
        raise
