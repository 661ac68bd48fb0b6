import os
import signal
import time

from passerby.jobs.process import PARENT_SIGNALS, WorkerProcess


def echo(word, pipe, parent):
    pipe.send((word, pipe.recv(), parent))


def wait_forever(pipe, parent):
    time.sleep(3600)


def test_a_process_gets_its_arguments_a_pipe_and_the_id_of_its_parent():
    worker = WorkerProcess.start(echo, "hello")
    worker.pipe.send(17)
    assert ("hello", 17, os.getpid()) == worker.pipe.recv()
    worker.process.join()
    assert not worker.responded


def test_the_end_of_a_process_is_noticed_at_its_pipe():
    worker = WorkerProcess.start(wait_forever)
    worker.process.kill()
    assert worker.pipe.poll(30)
    worker.kill()


def test_killing_twice_does_nothing_more():
    worker = WorkerProcess.start(wait_forever)
    worker.kill()
    worker.kill()
    assert not worker.process.is_alive()


def test_signals_of_the_group_are_left_to_the_parent():
    worker = WorkerProcess.start(wait_forever)
    for number in PARENT_SIGNALS:
        os.kill(worker.process.pid, number)
    assert not worker.pipe.poll(1)
    assert worker.process.is_alive()
    worker.kill()
    assert set() == signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(PARENT_SIGNALS)  # here they arrive
