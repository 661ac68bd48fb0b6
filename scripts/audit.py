"""Known vulnerabilities in what the lock files name: `uv audit` (OSV) and `npm audit`.

What was looked at and accepted stands in scripts/audit_accepted.toml, with who and why. Anything else that is known
ends with exit code 1. Both ask a service on the network: where it does not answer, this says that nothing was checked,
and ends with 0, so that checks can be run without a network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ACCEPTED = ROOT / "scripts" / "audit_accepted.toml"
#: What the programs say when the network is the reason.
NETWORK_ERRORS = ("error sending request", "Request failed", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT")
#: Seconds for a service to answer.
TIMEOUT_S = 120


class Unreachable(Exception):
    """The service gave no answer that can be read."""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One that is known: its id and aliases, the package with its version, and a summary."""

    ids: tuple[str, ...]
    package: str
    summary: str


def accepted(text: str, today: date) -> frozenset[str]:
    """Ids that were accepted and are not to be looked at again by now. Raises ValueError for an entry that does not
    say who accepted it, why, and until when."""
    ids = set()
    for entry in tomllib.loads(text).get("accepted", ()):
        missing = [key for key in ("id", "package", "why", "who", "until") if not entry.get(key)]
        if missing:
            raise ValueError(f"audit_accepted.toml: an entry lacks {', '.join(missing)}")
        if entry["until"] >= today:
            ids.add(str(entry["id"]))
    return frozenset(ids)


def python_vulnerabilities() -> list[Vulnerability]:
    """In uv.lock. Raises Unreachable."""
    uv = subprocess.run([ROOT / "scripts" / "uv"], capture_output=True, text=True, check=True).stdout.strip()
    options = ["--locked", "--output-format", "json", "--preview-features", "audit-command,json-output"]
    return list(_of_uv(_json([uv, "audit", "--quiet", *options], ROOT)))


def web_vulnerabilities() -> list[Vulnerability]:
    """In web/package-lock.json. Raises Unreachable."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unreachable("npm is not installed")
    return list(_of_npm(_json([npm, "audit", "--json"], ROOT / "web")))


def _json(command: Sequence[str], folder: Path) -> dict[str, Any]:
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        document = json.loads(ran.stdout)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no answer within {TIMEOUT_S} s") from None
    except json.JSONDecodeError:
        said = ran.stderr.strip() or ran.stdout.strip() or "no answer"
        if not any(word in said for word in NETWORK_ERRORS):
            raise RuntimeError(f"{' '.join(map(str, command))}: {said}") from None  # called wrongly: that must not pass
        raise Unreachable(said.splitlines()[-1].strip()) from None
    if not isinstance(document, dict):
        raise Unreachable("an answer that is no object")
    return document


def _of_uv(document: dict[str, Any]) -> Iterator[Vulnerability]:
    found = document.get("vulnerabilities")
    if not isinstance(found, list):
        raise Unreachable("an answer without a list of vulnerabilities")
    for one in found:
        dependency = one.get("dependency", one)
        package = f"{dependency.get('name', '?')} {dependency.get('version', '?')}"
        ids = tuple(dict.fromkeys([str(one.get("id", "?")), *map(str, one.get("aliases") or ())]))
        yield Vulnerability(ids, package, str(one.get("summary") or one.get("description") or "").strip())


def _of_npm(document: dict[str, Any]) -> Iterator[Vulnerability]:
    found = document.get("vulnerabilities")
    if not isinstance(found, dict):
        raise Unreachable(str(document.get("message") or "an answer without vulnerabilities"))
    for package, one in found.items():
        for via in one.get("via", ()):
            if isinstance(via, dict):  # a name is a package that is listed itself
                advisory = str(via.get("url", "?")).rpartition("/")[2]
                yield Vulnerability((advisory,), f"{package} {one.get('range', '')}".strip(), str(via.get("title", "")))


def main() -> int:
    today = datetime.now(UTC).date()
    known = accepted(ACCEPTED.read_text(encoding="utf-8"), today)
    failed = False
    for name, search in (("uv.lock", python_vulnerabilities), ("web/package-lock.json", web_vulnerabilities)):
        try:
            found = search()
        except Unreachable as error:
            print(f"NOT CHECKED for known vulnerabilities: {name}. The service cannot be reached ({error}).")
            continue
        new = [one for one in found if not known.intersection(one.ids)]
        print(f"{name}: {len(new)} known vulnerabilities, and {len(found) - len(new)} that were accepted")
        for one in new:
            print(f"  {', '.join(one.ids)}: {one.package}: {one.summary}")
        failed = failed or bool(new)
    if failed:
        print("Update what is affected (scripts/lock, npm update), or say in scripts/audit_accepted.toml why not.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
