"""Home Assistant's own code, to be asked whether it takes what it is told.

It wants a newer Python than passerby does. Pyodide is one, as a package of npm that Node runs: with it, and the wheels
of Home Assistant and of what its MQTT integration checks with, its own functions judge. Fetched when it is needed, from
the package indexes that the machine uses anyway, at the versions named here; nothing of it is part of passerby.
"""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HOME_ASSISTANT = "homeassistant==2026.11.0"
#: What its checks are made with. Modules in C are left out of these: each has a way without, or is stood in for.
WHEELS = (
    "probatio==0.13.0",
    "Jinja2==3.1.6",
    "MarkupSafe==3.0.4",
    "PyYAML==6.0.3",
    "annotatedyaml==1.0.2",
    "attrs==26.1.0",
    "awesomeversion==25.8.0",
    "certifi",
    "idna==3.20",
    "multidict==7.2.1",
    "propcache==0.5.4",
    "python-slugify==9.2.0",
    "text-unidecode==1.3",
    "typing-extensions==4.16.0",
    "voluptuous==0.16.0",
    "voluptuous-serialize==2.7.0",
    "yarl==1.25.1",
)
PYODIDE, PYTHON = "pyodide@314.0.7", "3.14.2"
#: Of its thousand integrations, those that take part.
INTEGRATIONS = ("mqtt", "sensor", "binary_sensor", "image", "event")
HERE = Path(__file__).parent


def fetched(folder):
    """Everything that is needed, in a folder. Skips where it cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Home Assistant's own code is run by Node, and there is none: install Node 20.19 or newer, and npm")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    pip += ["--python-version", PYTHON, "--dest", str(wheels)]
    for command in ([*pip, HOME_ASSISTANT, *WHEELS], ["npm", "pack", "--silent", PYODIDE]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            pytest.skip(f"it cannot be fetched here: {' '.join(command[:4])}: {done.stderr[-300:]}")
    shutil.unpack_archive(next(folder.glob("pyodide-*.tgz")), folder, filter="data")
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "site", [name for name in archive.namelist() if wanted(name)])
    return folder


def wanted(name):
    where = name.split("/")
    if where[:2] == ["homeassistant", "components"] and len(where) > 3:
        return where[2] in INTEGRATIONS and name.endswith(".py")
    return name.endswith((".py", ".json", ".pem"))


def judged(folder, devices, messages):
    """What Home Assistant makes of each of `devices` (a list of topic and payload): None when it takes it, with what
    its entities then show of `messages` (by topic); and why it does not."""
    (folder / "job").mkdir(exist_ok=True)
    (folder / "job" / "told.json").write_text(json.dumps({"devices": devices, "messages": messages}))
    command = ["node", str(HERE / "homeassistant.mjs"), str(folder), str(HERE / "homeassistant_inside.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads((folder / "job" / "judged.json").read_text())
