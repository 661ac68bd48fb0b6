"""The whole program with a camera of every protocol that can be served locally: each is recorded masked."""

import json
import threading
import time
from itertools import cycle

import av
import cv2
import pytest

from passerby.store.data_folder import DataFolder
from tests.cameras.servers import folder_handler, free_port, http_server, mjpeg_handler, rtsp_server, write_units
from tests.cameras.watch_process import SIZE, WatchProcess, count_canaries, masked_frames, recordings, walking_person

PASSWORD = "p:/@ hunter2"
SITE = """
status: {{port: {port}}}
defaults: {{hide: [face]}}
cameras:
  tcp: {{url: '{rtsp}'}}
  udp: {{url: '{rtsp}', transport: udp}}
  digest: {{url: '{closed}', user: admin, password: '${{GATE_PASSWORD}}'}}
  mjpeg: {{url: '{mjpeg}/video', user: admin, password: '${{GATE_PASSWORD}}'}}
  hls: {{url: '{hls}/live.m3u8'}}
  video: {{url: video.mp4}}
"""


def add_stream(out):
    stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "tune": "zerolatency", "g": "10"})
    stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
    return stream


def serve_hls(folder, pictures, over):
    """HLS in real time: files of one second, the oldest deleted."""
    options = {"hls_time": "1", "hls_list_size": "5", "hls_flags": "delete_segments"}
    started = time.monotonic()
    with av.open(str(folder / "live.m3u8"), "w", format="hls", options=options) as out:
        stream = add_stream(out)
        for n, picture in enumerate(cycle(pictures)):
            if over.wait(max(0.0, started + n / 10 - time.monotonic())):
                return
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))


@pytest.mark.soak
def test_each_kind_of_camera_is_recorded_masked(models, tmp_path):
    pictures = list(walking_person())
    units = write_units(pictures, tmp_path / "units")
    (tmp_path / "hls").mkdir()
    DataFolder.create(tmp_path / "data").close()
    with av.open(str(tmp_path / "video.mp4"), "w") as out:
        stream = add_stream(out)
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    jpegs = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures]
    over, requests, config = threading.Event(), [], tmp_path / "site.yaml"
    threading.Thread(target=serve_hls, args=(tmp_path / "hls", pictures, over), daemon=True).start()
    with (
        rtsp_server(units) as rtsp,
        rtsp_server(units, login=("admin", PASSWORD)) as closed,
        http_server(mjpeg_handler(jpegs, requests=requests, closed=True)) as mjpeg,
        http_server(folder_handler(tmp_path / "hls")) as hls,
    ):
        config.write_text(
            SITE.format(port=free_port(), rtsp=rtsp.url(), closed=closed.url(), mjpeg=mjpeg, hls=hls), encoding="utf-8"
        )
        watching = WatchProcess(config, GATE_PASSWORD=PASSWORD)
        end = time.monotonic() + 900
        while not all(
            masked_frames(c) > 20 and c["recording"]["stored"] > 3
            for c in watching.cameras().values() or ({"recording": {"stored": 0}},)
        ):
            assert time.monotonic() < end, watching.cameras()
            time.sleep(1)
        status = watching.site_status()
        assert 0 == watching.stop()
        over.set()
    assert {"live"} == {camera["state"] for camera in status["cameras"].values()}
    assert any("Authorization" in head for head in requests)
    assert "hunter2" not in json.dumps(status) + "".join(watching.log_lines)
    for name in status["cameras"]:
        found = [count_canaries(path) for path in recordings(tmp_path / "data" / "recordings" / name)]
        assert 0 == sum(seen for seen, _, _ in found), name
        assert 10 < sum(shown for _, shown, _ in found), name
