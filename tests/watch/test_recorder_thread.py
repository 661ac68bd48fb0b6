import threading

from passerby.core.errors import DiskFull
from passerby.watch.recorder_thread import BEHIND, Writing
from tests.watch.simulated import video


class Book:
    """Where frames are written, and which book of them; `broken` is raised for the frames in it."""

    def __init__(self):
        self.books, self.broken = [], {}
        self.go = threading.Event()
        self.go.set()

    def open(self, info):
        self.books.append([info.geometry.width])
        return self

    def write(self, frame, at):
        self.go.wait(10)
        if frame in self.broken:
            raise self.broken[frame]
        self.books[-1].append(frame)

    def flush(self):
        self.books[-1].append("flush")

    def close(self):
        self.books[-1].append("end")


def test_frames_of_another_size_go_into_another_book():
    book, small, large = Book(), video(320), video(640)
    writing = Writing(book.open)
    for info, frame in ((small, 1), (small, 2), (large, 3)):
        writing.write(info, frame, None)
    writing.close()
    assert [[320, 1, 2, "end"], [640, 3, "end"]] == book.books


def test_a_full_disk_ends_nothing_and_heals():
    book, info = Book(), video()
    book.broken = {2: DiskFull("no room")}
    writing = Writing(book.open)
    for frame in (1, 2, 3):
        writing.write(info, frame, None)
    writing.close()
    assert [[320, 1, 3, "end"]] == book.books
    assert (1, None) == (writing.dropped, writing.problem)


def test_a_disk_that_hangs_holds_nobody_up():
    book, info = Book(), video()
    book.go.clear()
    writing = Writing(book.open)
    for frame in range(BEHIND + 11):
        writing.write(info, frame, None)
    assert writing.dropped in (10, 11)
    book.go.set()
    writing.close()
    assert BEHIND + 11 == len(book.books[0]) - 2 + writing.dropped
