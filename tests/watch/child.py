"""Child processes for tests: they take a spec and print statuses, as the process of a camera does."""

import sys
import time

CAMERA = """
import json, os, sys, threading, time
spec = json.loads(sys.stdin.readline())
lock = threading.Lock()  # nothing is printed after the last status
def end():
    sys.stdin.read()
    lock.acquire()
    print(json.dumps({"state": "stopped"}), flush=True)
    os._exit(0)
threading.Thread(target=end, daemon=True).start()
for n in range(1000):
    with lock:
        print(json.dumps({"state": "live", "frames": n + 1, "problem": spec.get("password")}), flush=True)
    if SILENT: time.sleep(1000)
    time.sleep(0.05)
"""
#: One that sends a status 20 times a second, and one that hangs after the first.
RUNNING, HANGING = ((sys.executable, "-c", f"SILENT = {silent}\n{CAMERA}") for silent in (False, True))

SITE = """
cameras:
  a: {url: 'rtsp://h/a', user: me, password: '${SECRET}'}
  b: {url: 'rtsp://h/b'}
"""


def wait_until(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
