"""Reading `site.yaml`: the environment's secrets put in, defaults spread, and each error with its line and remedy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from passerby.config.address import Way, holds_password
from passerby.config.site import Site, StatusSettings
from passerby.core.errors import UsageError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

Location = tuple[int | str, ...]


def load_site(path: Path, environment: Mapping[str, str] | None = None) -> Site:
    """The site that a file describes. Paths in it are relative to the file's folder; `${NAME}` in any text stands for a
    variable of the environment.

    Raises UsageError with the line, what is wrong there, and what to do; never with the value of a variable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. Print one to begin with: passerby watch --example") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {reason}. Check its name and your rights to it.") from None
    return parse_site(text, path, os.environ if environment is None else environment)


def parse_site(text: str, path: Path, environment: Mapping[str, str]) -> Site:
    """As load_site, of the text of a file that lies, or would lie, at `path`."""
    written = _yaml(text, path)
    _no_passwords(written, path)
    values: dict[str, Any] = {key: _filled(value, path, environment, written, (key,)) for key, value in written.items()}
    defaults = values.get("defaults") or {}
    cameras = values.get("cameras") or {}
    if isinstance(cameras, dict) and isinstance(defaults, dict):
        values["cameras"] = {
            name: {**defaults, **camera} if isinstance(camera, dict) else camera for name, camera in cameras.items()
        }
    try:
        site = Site.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageError(_told(path, written, first["loc"], first["type"], first["msg"])) from None
    return _placed(site, path.absolute().parent)


def status_port(path: Path) -> int:
    """The port that a file names for status, whatever else is in it. Raises UsageError."""
    try:
        written = _yaml(path.read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read. Check its name and your rights to it.") from None
    status = written.get("status")
    port = status.get("port") if isinstance(status, CommentedMap) else None
    return port if isinstance(port, int) else StatusSettings().port


def _yaml(text: str, path: Path) -> CommentedMap:
    try:
        written = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        problem = str(error.problem or "it is not YAML").splitlines()[0]
        raise UsageError(f"{where}: {problem}. Correct that line; indent with spaces, two a step.") from None
    except YAMLError as error:
        raise UsageError(f"{path} is not YAML: {str(error).splitlines()[0]}. Correct it there.") from None
    if not isinstance(written, CommentedMap):
        raise UsageError(f"{path} names no cameras. Print a file to begin with: passerby watch --example")
    return written


def _no_passwords(written: CommentedMap, path: Path) -> None:
    cameras = written.get("cameras")
    for name, camera in cameras.items() if isinstance(cameras, CommentedMap) else ():
        for key in ("url", "password") if isinstance(camera, CommentedMap) else ():
            value = camera.get(key)
            if not isinstance(value, str):
                continue
            bare = _VARIABLE.sub("", value)
            if bare.strip() if key == "password" else holds_password(bare):
                variable = re.sub(r"\W", "_", str(name)).upper() + "_PASSWORD"
                raise UsageError(
                    f"{path}:{_line(written, ('cameras', name, key))}: a password stands in the file, where backups "
                    f"and mail will copy it. Put it into the environment, and write password: ${{{variable}}} here."
                )


def _filled(value: object, path: Path, environment: Mapping[str, str], whole: CommentedMap, at: Location) -> object:
    """Plain dicts and lists, with variables put in."""
    if isinstance(value, CommentedMap):
        return {key: _filled(v, path, environment, whole, (*at, key)) for key, v in value.items()}
    if isinstance(value, CommentedSeq):
        return [_filled(v, path, environment, whole, (*at, n)) for n, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in environment:
            raise UsageError(
                f"{path}:{_line(whole, at)}: the environment has no variable {name}. Set it where passerby is started: "
                f"export {name}=..., or in the EnvironmentFile of the service."
            )
    return _VARIABLE.sub(lambda match: environment[match[1]], value)


def _told(path: Path, written: CommentedMap, where: Sequence[int | str], kind: str, message: str) -> str:
    at = tuple(where)
    if at[:1] == ("cameras",) and len(at) > 2 and not _stands(written, at) and _stands(written, ("defaults", *at[2:3])):
        at = ("defaults", *at[2:])
    name = ".".join(str(part) for part in at) or "the file"
    if kind == "extra_forbidden":
        what = "there is no such setting. Look for a slip of the pen; docs/ref/site.md lists them all"
    elif kind == "missing":
        what = "it is missing. Add it; docs/ref/site.md says what it takes"
    else:
        what = message.removeprefix("Value error, ").rstrip(".") + ". Correct it there"
    return f"{path}:{_line(written, at)}: {name}: {what}."


def _stands(written: object, at: Sequence[int | str]) -> bool:
    return len(list(_steps(written, at))) == len(at)


def _steps(written: object, at: Sequence[int | str]) -> Iterator[int]:
    """The line of each step on the way, as far as the way goes, from 1."""
    for part in at:
        if isinstance(written, CommentedMap) and part in written:
            yield written.lc.key(part)[0] + 1
        elif isinstance(written, CommentedSeq) and isinstance(part, int) and part < len(written):
            yield written.lc.item(part)[0] + 1
        else:
            return
        written = written[part]


def _line(written: CommentedMap, at: Sequence[int | str]) -> int:
    return max(_steps(written, at), default=1)


def _placed(site: Site, folder: Path) -> Site:
    """Relative paths made absolute, from the file's folder."""
    cameras = {
        name: camera.model_copy(update={"url": str(folder / camera.address().url)})
        if camera.address().way is Way.FILE
        else camera
        for name, camera in site.cameras.items()
    }
    files = ("certificate", "key", "stolen")
    own = {name: str(folder / path) for name in files if (path := getattr(site.pages, name)) is not None}
    pages = site.pages.model_copy(update=own)
    return site.model_copy(update={"data": str(folder / site.data), "cameras": cameras, "pages": pages})
