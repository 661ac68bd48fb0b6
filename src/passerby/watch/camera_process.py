"""One camera's process, as the supervisor handles it: started, monitored, and restarted when it dies or hangs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from pydantic import ValidationError

from passerby.core.backoff import Backoff
from passerby.documents.status import CameraHealth, CameraState, CameraStatus
from passerby.watch.retention import retention_of
from passerby.watch.worker_main import DRAIN_TIMEOUT_S
from passerby.watch.worker_spec import WorkerSpec

#: Seconds without a status line after which a process is considered hung. Loading models on a busy machine takes long,
#: but does not stop the status lines.
HEARTBEAT_TIMEOUT_S = 60.0
#: Seconds for a process to end once it is asked to, before it is killed.
STOP_TIMEOUT_S = DRAIN_TIMEOUT_S + 12.0
#: Seconds: the first pause before a process is restarted, the longest, and how long one must have run for the pauses to
#: start over.
FIRST_RESTART_S, MAX_RESTART_S, STABLE_S = 0.5, 30.0, 20.0

COMMAND = (sys.executable, "-m", "passerby.watch.worker_main")


class CameraProcess:
    """The process of one camera, across restarts. Not thread-safe."""

    def __init__(
        self,
        spec: WorkerSpec,
        command: Sequence[str] = COMMAND,
        on_live_pipe: Callable[[Connection], object] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_live_pipe` is called with the receiving end of a new pipe for live parts at each start of the process."""
        self._spec, self._command, self._on_live_pipe, self._now = spec, command, on_live_pipe, now
        self._backoff = Backoff(FIRST_RESTART_S, MAX_RESTART_S, STABLE_S)
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._status = CameraStatus()
        self._heartbeat_at = self._started_at = self._restart_at = now()
        self._end_reason: str | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id; None while no process runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, for the first time or again. When the operating system refuses, `poll` tries again."""
        self._started_at = self._heartbeat_at = self._now()
        self._status = CameraStatus()
        try:
            self._spawn()
        except (OSError, RuntimeError) as error:  # no descriptors, no memory, no processes; RuntimeError: no threads
            process, self._process = self._process, None
            if process is not None:
                process.kill()
                process.wait()
                _close_pipes(process)
            self._end_reason = f"Its process could not be started ({error})"
            self._restart_at = self._now() + self._backoff.next_s()

    def _spawn(self) -> None:
        with ExitStack() as opened:
            # The spec goes in through a pipe: everybody on the machine can read a command line.
            receiver, sender = (None, None) if self._on_live_pipe is None else Pipe(duplex=False)
            spec = self._spec if sender is None else self._spec.model_copy(update={"live_fd": sender.fileno()})
            if sender is not None and receiver is not None:
                opened.enter_context(sender)
                opened.push(receiver)
            # Its own session, so that Ctrl+C stops the cameras in order and not all at once.
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
                pass_fds=() if sender is None else (sender.fileno(),),
            )
            self._listener = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
            self._listener.start()
            if sender is not None and receiver is not None and self._on_live_pipe is not None:
                self._on_live_pipe(receiver)  # it closes the receiver in the end
                opened.pop_all()
                sender.close()
        assert self._process.stdin is not None
        with suppress(OSError):  # it died at once, which `poll` will notice
            self._process.stdin.write(spec.model_dump_json() + "\n")
            self._process.stdin.flush()

    def poll(self) -> None:
        """Restart the process when it has died or hung. Call about every half second."""
        process, now = self._process, self._now()
        if process is None:
            if now >= self._restart_at:
                self.restarts += 1
                self.start()
            return
        code = process.poll()
        if code is None and now - self._heartbeat_at > HEARTBEAT_TIMEOUT_S:
            process.kill()
            process.wait()
            self._on_exit(f"Its process sent no status for {HEARTBEAT_TIMEOUT_S:.0f} s and was killed")
        elif code is not None:
            self._on_exit(f"Its process died ({_exit_text(code)})")

    def change_retention(self, spec: WorkerSpec) -> None:
        """Use the retention of `spec`, which differs in nothing else, from now on."""
        self._spec = spec
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):  # it died, and the next one gets the new spec
                self._process.stdin.write(retention_of(spec.site).model_dump_json() + "\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        """Ask the process to end. `join` waits for it."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def join(self, timeout: float = STOP_TIMEOUT_S) -> None:
        """Wait for the process to end, and kill it after `timeout` seconds."""
        process = self._process
        if process is None:
            return
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.join(5)
        _close_pipes(process)

    def health(self) -> CameraHealth:
        """The last status of the process, or why there is no process."""
        health = self._status.model_dump() | {"restarts": self.restarts}
        if self._process is None and self._end_reason is not None:  # before its first start it is connecting
            health |= {"state": CameraState.LOST, "problem": f"{self._end_reason}. It will be restarted.", "fps": 0.0}
        return CameraHealth.model_validate(health)

    def _on_exit(self, reason: str) -> None:
        process, self._process, self._end_reason = self._process, None, reason
        if process is not None:
            if self._listener is not None:
                self._listener.join(5)
            _close_pipes(process)
        self._restart_at = self._now() + self._backoff.next_s(self._now() - self._started_at)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with suppress(ValueError, OSError):  # it was closed
            for line in process.stdout:
                if process is not self._process:
                    return
                with suppress(ValidationError, json.JSONDecodeError):
                    self._status = CameraStatus.model_validate_json(line)
                    self._heartbeat_at = self._now()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


def _exit_text(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
