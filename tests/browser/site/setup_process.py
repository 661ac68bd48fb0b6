"""`passerby site` as a process of its own, and the first run as a person goes through it, whatever the language."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

from tests.browser.site.steps import PATIENCE

PASSWORD = "nine small kim lanterns"
CONTROLLER = "City of Northby, 1 Market Square"


class SetupProcess:
    """It becomes `passerby watch` once the site is set up."""

    def __init__(self, config, port):
        program = [sys.executable, "-m", "passerby", "site", "-c", str(config), "--port", str(port), "--no-browser"]
        self.process = subprocess.Popen(program, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True).start()
        self.address = self._printed(r"https?://\S+token=\S+")

    def _printed(self, pattern):
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, "".join(self.lines))):
            assert time.monotonic() < end, self.lines
            assert self.process.poll() is None, self.lines
            time.sleep(0.1)
        return found[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def kill(self):
        """As a power cut ends it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self._ended()

    def stop(self):
        self.process.terminate()
        return self._ended()

    def _ended(self):
        code = self.process.wait(120)
        self.process.stderr.close()
        return code


def submit(page, last=False):
    forms = page.locator("main form button[type=submit]")
    (forms.last if last else forms.first).click()


def name_the_site(page, name):
    page.fill("#site-name", name)
    submit(page)
    page.wait_for_selector("#account-name")


def make_account(page, name, password):
    page.fill("#account-name", name)
    for field in page.locator("main input[type=password]").all():
        field.fill(password)
    submit(page)


def choose_disk(page):
    page.wait_for_selector(".choose")
    submit(page)
    page.wait_for_selector("section")


def add_camera(page, title, url, user, password):
    """By its whole address, after a test picture was looked at."""
    page.locator("section").last.locator("button").click()
    page.fill("#camera-title", title)
    page.fill("#camera-url", url)
    page.locator("input[autocomplete=off]").fill(user)
    page.locator("input[type=password]").fill(password)
    submit(page)
    page.wait_for_selector("figure.test img")


def answer_the_rest(page):
    """From the cameras, which are there, to the summary."""
    submit(page)
    page.wait_for_selector("fieldset input[type=checkbox]")
    submit(page)
    page.wait_for_selector("#days")
    submit(page)
    page.wait_for_selector("#controller")
    page.fill("#controller", CONTROLLER)
    for field, text in ((1, "privacy@northby.example"), (2, "The property of visitors")):
        page.locator("main form input").nth(field).fill(text)
    page.fill("textarea", "No bicycle is stolen")
    submit(page)
    page.wait_for_selector("input[name=access]")
    submit(page)
    page.wait_for_selector(".summary")


def log_in(page, name, password, purpose="a test of the pages"):
    page.wait_for_selector("main.enter input[type=password]")
    fields = page.locator("main.enter form input")
    for number, text in enumerate((name, password, purpose)):
        fields.nth(number).fill(text)
    page.keyboard.press("Enter")
