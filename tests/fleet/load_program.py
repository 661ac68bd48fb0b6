"""Many simulated sites that send over MQTT, each with its own connection and certificate, in one process.

`load_program.py FOLDER SITES MINUTES`: for so many minutes, a health message a minute of each site, spread over it,
and a counts message of one of its cameras. `load_program.py FOLDER SITES drain`: all that a site sends in a day without
a connection, at once. A site lets go of a message when the fleet has acknowledged it, and sends it again after a minute
without. Prints what was sent, and how long it took until it was acknowledged, as JSON.
"""

import asyncio
import json
import logging
import resource
import ssl
import sys
import time
from pathlib import Path

import aiomqtt

from passerby.config.fleet.credentials import FleetCredentials
from passerby.documents.fleet_messages import CameraReport, parse_acknowledgement
from tests.fleet.messages import body, counts, health

CAMERAS, LINES = 8, 4
#: Messages of a site that wait for their acknowledgement at a time; seconds after which one is sent again.
WINDOW, RESEND_S = 50, 60.0
#: Connections that are opened at a time: each costs a handshake on both sides.
OPENING = 20
_cameras = tuple(CameraReport(camera=f"camera-{n}", up=True, covered={"late": 0.01}) for n in range(CAMERAS))
_cell = counts().cells[0]
_cells = tuple(_cell.model_copy(update={"location": f"line-{n}"}) for n in range(LINES))


class LoadSite:
    """One site. `due`: kind and message of what it sends, as it is asked for."""

    def __init__(self, credentials: FleetCredentials) -> None:
        self._credentials = credentials
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self.lags: list[float] = []
        self.resent = 0

    async def run(self, opening, ready, start, due) -> None:
        tls = ssl.create_default_context(cadata=self._credentials.authority)
        tls.load_cert_chain(self._credentials.path)
        host, port = self._credentials.mqtt
        client = aiomqtt.Client(
            host,
            port,
            identifier=self._credentials.site,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=tls,
            keepalive=120,
            timeout=120,
        )
        self._base = f"{self._credentials.prefix}/{self._credentials.site}"
        async with opening:
            await client.__aenter__()
            await client.subscribe(f"{self._base}/received", qos=1)
        listener = asyncio.create_task(self._listen(client))
        ready.release()
        await start.wait()
        tasks = []
        async for message in due:
            await self._window.acquire()
            tasks.append(asyncio.create_task(self._send(client, message)))
        await asyncio.gather(*tasks)
        listener.cancel()
        await client.__aexit__(None, None, None)

    async def _send(self, client, message) -> None:
        acknowledged, first = asyncio.get_running_loop().create_future(), time.monotonic()
        self._waiting[message.id] = acknowledged
        while not acknowledged.done():
            await client.publish(f"{self._base}/{message.kind}", body(message), qos=1)
            done, _ = await asyncio.wait([acknowledged], timeout=RESEND_S)
            self.resent += not done
        self.lags.append(time.monotonic() - first)
        self._window.release()

    async def _listen(self, client) -> None:
        async for message in client.messages:
            answer = parse_acknowledgement(bytes(message.payload))
            assert answer is not None
            assert not answer.refused, answer
            for id in answer.received:
                waiting = self._waiting.pop(id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)


async def each_minute(site: str, offset: float, minutes: int, hour: int):
    """A health message a minute, from `offset` seconds on, and a counts message of one camera after the other."""
    began = time.monotonic()
    for minute in range(minutes):
        await asyncio.sleep(max(0.0, began + offset + 60.0 * minute - time.monotonic()))
        yield health(site, number=minute + 1, sent=time.time(), cameras=_cameras)
        if minute < CAMERAS:
            yield counts(site, f"camera-{minute}", hour, cells=_cells)


async def a_day(site: str, hour: int):
    """What waits after a day without a connection."""
    for number in range(288):
        yield health(site, number=number + 1, sent=hour - 300 * (288 - number), cameras=_cameras)
    for back in range(24):
        for camera in range(CAMERAS):
            yield counts(site, f"camera-{camera}", hour - 3600 * back, cells=_cells)


async def main(folder: Path, number: int, how: str) -> None:
    hour = int(time.time()) // 3600 * 3600 - 7200
    names = [f"site-{n}" for n in range(number)]
    sites = [LoadSite(FleetCredentials.read(folder / "sites" / f"{name}.pem")) for name in names]
    opening, ready, start = asyncio.Semaphore(OPENING), asyncio.Semaphore(0), asyncio.Event()
    tasks = []
    for n, (name, site) in enumerate(zip(names, sites, strict=True)):
        due = a_day(name, hour) if how == "drain" else each_minute(name, 60.0 * n / number, int(how), hour)
        tasks.append(asyncio.create_task(site.run(opening, ready, start, due)))
    for _ in sites:
        await ready.acquire()
    print("connected", flush=True)
    began = time.monotonic()
    start.set()
    await asyncio.gather(*tasks)
    lags = sorted(lag for site in sites for lag in site.lags)
    found = {
        "messages": len(lags),
        "resent": sum(site.resent for site in sites),
        "seconds": time.monotonic() - began,
        "median_lag_s": lags[len(lags) // 2],
        "highest_lag_s": lags[-1],
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    logging.disable(logging.WARNING)  # paho's, of many messages on their way
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
