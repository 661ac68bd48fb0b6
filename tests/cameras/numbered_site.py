"""A site with one camera whose frames carry their number (numbered.py): `passerby watch`, its recordings, its masked
stream and its live page, and when each frame appears where."""

import json
import threading
import time
from contextlib import contextmanager
from itertools import chain

import av

from passerby.store.data_folder import DataFolder
from tests.cameras.numbered import LEAK, NUMBER_REGION, RATE, detail_left, empty_hall, number_of
from tests.cameras.restream_server import RestreamServer
from tests.cameras.servers import free_port, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, masked_frames

#: A viewer that reads ahead of what it shows would be measured, and not the stream.
AT_ONCE = {"rtsp_transport": "tcp", "fflags": "nobuffer", "probesize": "100000", "analyzeduration": "0"}
#: Seconds of an empty hall after what is compared, so that its end has come out before the film starts over.
TAIL_S = 6


class Compared:
    """What came out, frame by frame, against what went in."""

    def __init__(self, pictures=(), boxes=()):
        self._pictures, self._boxes = pictures, boxes
        self.frames, self.faces, self.leaks, self.black = 0, 0, [], 0
        #: When each number was seen first, monotonic seconds.
        self.seen_at = {}

    def add(self, shown):
        self.frames += 1
        number = number_of(shown)
        if number is None:
            self.black += bool((shown < 40).mean() > 0.95)
            return
        self.seen_at.setdefault(int(number), time.monotonic())
        if number < len(self._boxes) and (box := self._boxes[number]) is not None:
            self.faces += 1
            if detail_left(self._pictures[number], shown, box) > LEAK:
                self.leaks.append(number)

    def add_file(self, path):
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                self.add(frame.to_ndarray(format="bgr24"))


class Viewer:
    """A client that takes an RTSP stream, as a recorder of the site would, until it is stopped."""

    def __init__(self, url, compared):
        self.opened, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(url, compared), daemon=True)
        self._thread.start()

    def _run(self, url, compared):
        with av.open(url, options=AT_ONCE, timeout=20) as container:
            self.opened.set()
            for frame in container.decode(video=0):
                if self._stopped.is_set():
                    return
                compared.add(frame.to_ndarray(format="bgr24"))

    def stop(self):
        self._stopped.set()
        self._thread.join(10)


class NumberedSite:
    """A site that shows an empty hall until `play`."""

    def __init__(self, folder, rate, camera, server, watching):
        self.data, self.watching = folder / "data", watching
        self._folder, self._rate, self._camera, self._server = folder, rate, camera, server

    def watch(self, sent, streamed):
        """Viewers of what the camera sends, and of the masked stream; they have been opened."""
        viewers = Viewer(self._camera.url(), sent), Viewer(self._server.url("/gate", login=True), streamed)
        assert all(viewer.opened.wait(60) for viewer in viewers)
        return viewers

    def play(self, pictures):
        """From now on the camera sends these, once: no number comes twice."""
        film = chain(pictures, [empty_hall()] * (TAIL_S * self._rate))
        self._camera.command(f"play 0 {write_units(film, self._folder / 'film', rate=self._rate, every=self._rate)}")


@contextmanager
def numbered_site(folder, rate=RATE, more=(), **environment):
    """A `NumberedSite` whose camera `gate` delivers pictures to its masked stream; `more` cameras see the same."""
    hall = write_units([empty_hall()] * rate, folder / "hall", rate=rate, every=rate)
    with rtsp_server(hall) as camera, RestreamServer() as server:
        path = write_site(folder, camera.url(), server.url("/in/gate"), rate, more)
        watching = WatchProcess(path, GATE_RESTREAM_PASSWORD=server.password, **environment)
        try:
            if environment:  # of slow models no frame may be masked
                watching.wait_until(lambda s: s.get("output_frames", 0) > 5)
            else:
                watching.wait_until(lambda s: masked_frames(s) > 5 and s["restream"]["state"] == "live")
            yield NumberedSite(folder, rate, camera, server, watching)
        finally:
            code = watching.stop()
        assert 0 == code


def write_site(folder, url, restream, rate, more=()):
    DataFolder.create(folder / "data").close()
    path = folder / "site.yaml"
    rest = f"    hide: [face]\n    max_fps: {rate}\n    keep_regions: {json.dumps([NUMBER_REGION])}\n"
    published = f"    restream: {{url: {restream}, user: passerby, password: '${{GATE_RESTREAM_PASSWORD}}'}}\n"
    path.write_text(
        f"status: {{port: {free_port()}}}\ncameras:\n  gate:\n    url: {url}\n{rest}{published}"
        + "".join(f"  {name}:\n    url: {url}\n{rest}" for name in more),
        encoding="utf-8",
    )
    return path


def delays(sent, shown_at):
    """Seconds from camera to viewer of each frame that both have seen, by number; `shown_at` by number."""
    return {number: shown_at[number] - at for number, at in sent.seen_at.items() if number in shown_at}
