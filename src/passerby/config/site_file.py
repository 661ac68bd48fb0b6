"""Reading `site.yaml`: environment variables are substituted, defaults applied, and errors reported by line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from passerby.config.address import CameraProtocol, contains_password
from passerby.config.invalid_value import invalid_text
from passerby.config.notifications.settings import MAIL_SECRET, NTFY_SECRET, NotificationSettings
from passerby.config.renamed_keys import RENAMED_KEYS, Location, find_renamed
from passerby.config.secrets.site_secrets import SECRET_FIELDS, VARIABLE, camera_secret, is_secret_field, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site, StatusSettings
from passerby.core.errors import UsageError

#: Environment variable with the address that the pages listen on where the file sets none: an image that publishes a
#: port needs 0.0.0.0; on the machine itself the same file serves this machine alone.
HOST_VARIABLE: Final = "PASSERBY_WEB_HOST"


#: What is told of a file that is no site.
_NO_SITE = "lists no cameras. Print a file to start with: passerby watch --example"
#: Stands for a secret that is not set, where it is not needed; long enough to be taken for one of any kind.
_NOT_SET = "*" * 16


def load_site(path: Path, environment: Mapping[str, str] | None = None, secrets: Sequence[str] = SECRET_FIELDS) -> Site:
    """The site that a file describes. Paths in it are relative to the folder of the file; `${NAME}` in a
    field for a secret is replaced by that environment variable, and refused elsewhere. `secrets` names the fields of
    which the caller needs the secret: a variable of another one may be missing.

    Raises UsageError with the line, what is wrong there, and what to do; never with the value of a variable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. Print one to start with: passerby watch --example") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {reason}. Check its name and permissions.") from None
    return parse_site(text, path, os.environ if environment is None else environment, secrets)


def parse_site(text: str, path: Path, environment: Mapping[str, str], secrets: Sequence[str] = SECRET_FIELDS) -> Site:
    """As `load_site`, from the text of a file that is, or would be, at `path`."""
    written = read_mapping(text, path, _NO_SITE)
    _refuse_renamed(written, path)
    _refuse_passwords(written, path)
    known = _Environment(path, written, environment, secrets)
    values: dict[str, Any] = {key: _filled(value, known, (key,)) for key, value in written.items()}
    defaults = values.get("defaults") or {}
    cameras = values.get("cameras") or {}
    if isinstance(cameras, dict) and isinstance(defaults, dict):
        values["cameras"] = {
            name: {**defaults, **camera} if isinstance(camera, dict) else camera for name, camera in cameras.items()
        }
    web = values.setdefault("web", {}) if HOST_VARIABLE in environment else None
    if isinstance(web, dict):
        web.setdefault("host", environment[HOST_VARIABLE])
    try:
        site = Site.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageError(_message(path, written, first)) from None
    return _with_stored_passwords(_resolve_paths(site, path.absolute().parent))


def status_port(path: Path) -> int:
    """The port of status that a file sets, whatever else is in it. Raises UsageError."""
    try:
        written = read_mapping(path.read_text(encoding="utf-8"), path, _NO_SITE)
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read. Check its name and permissions.") from None
    status = written.get("status")
    port = status.get("port") if isinstance(status, CommentedMap) else None
    return port if isinstance(port, int) else StatusSettings().port


def read_mapping(text: str, path: Path, otherwise: str) -> CommentedMap:
    """The mapping that a YAML text is. Raises UsageError with the line; where it is none, with `otherwise`."""
    try:
        written = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        location = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        problem = str(error.problem or "it is not YAML").splitlines()[0]
        raise UsageError(f"{location}: {problem}. Correct that line; indent with spaces, two a step.") from None
    except YAMLError as error:
        raise UsageError(f"{path} is not YAML: {str(error).splitlines()[0]}. Correct it there.") from None
    if not isinstance(written, CommentedMap):
        raise UsageError(f"{path} {otherwise}")
    return written


def _refuse_renamed(written: CommentedMap, path: Path) -> None:
    renamed = find_renamed(written, RENAMED_KEYS)
    if renamed is not None:
        at, new = renamed
        name = ".".join(str(part) for part in at)
        raise UsageError(f"{path}:{line_of(written, at)}: {name}: this setting is called {new} now. Rename it there.")


def _refuse_passwords(written: CommentedMap, path: Path) -> None:
    cameras = written.get("cameras")
    for name, camera in cameras.items() if isinstance(cameras, CommentedMap) else ():
        variable = re.sub(r"\W", "_", str(name)).upper()
        if isinstance(camera, CommentedMap):
            _refuse_password(camera, written, path, ("cameras", name), f"{variable}_PASSWORD")
            if isinstance(restream := camera.get("restream"), CommentedMap):
                at = ("cameras", name, "restream")
                _refuse_password(restream, written, path, at, f"{variable}_RESTREAM_PASSWORD")


def _refuse_password(login: CommentedMap, written: CommentedMap, path: Path, at: Location, variable: str) -> None:
    """`login` has an address and a password. `variable` is suggested to hold it."""
    for key in ("url", "password"):
        value = login.get(key)
        if not isinstance(value, str):
            continue
        if VARIABLE.sub("", value).strip() if key == "password" else contains_password(VARIABLE.sub("", value)):
            raise UsageError(
                f"{path}:{line_of(written, (*at, key))}: the file contains a password, which would end up in backups "
                f"and mail. Set it in the environment, and write password: ${{{variable}}} here."
            )


@dataclass(frozen=True, slots=True)
class _Environment:
    """What variables are replaced by. `needed`: patterns of the fields whose variables must be set."""

    path: Path
    written: CommentedMap
    values: Mapping[str, str]
    needed: Sequence[str]

    def fill(self, text: str, at: Location) -> str:
        """The text of a field with its variables replaced. Raises UsageError."""
        line = f"{self.path}:{line_of(self.written, at)}"
        if "${" in text and not is_secret_field(at):
            raise UsageError(
                f"{line}: {'.'.join(str(part) for part in at)}: ${{...}} is replaced in passwords and secrets only. "
                "Write the value itself here."
            )
        missing = [name for name in VARIABLE.findall(text) if name not in self.values]
        if missing and is_secret_field(at, self.needed):
            raise UsageError(
                f"{line}: the environment variable {missing[0]} is not set. Set it where passerby is started: "
                f"export {missing[0]}=..., or in the EnvironmentFile of the service."
            )
        return VARIABLE.sub(lambda match: self.values.get(match[1], _NOT_SET), text)


def _filled(value: object, environment: _Environment, at: Location) -> object:
    """Plain dicts and lists, with variables substituted in the fields for secrets."""
    if isinstance(value, CommentedMap):
        return {key: _filled(v, environment, (*at, key)) for key, v in value.items()}
    if isinstance(value, CommentedSeq):
        return [_filled(v, environment, (*at, n)) for n, v in enumerate(value)]
    return environment.fill(value, at) if isinstance(value, str) else value


def _message(path: Path, written: CommentedMap, error: ErrorDetails) -> str:
    at, kind = tuple(error["loc"]), error["type"]
    if at[:1] == ("cameras",) and len(at) > 2 and not _exists(written, at) and _exists(written, ("defaults", *at[2:3])):
        at = ("defaults", *at[2:])
    name = ".".join(str(part) for part in at) or "the file"
    if kind == "extra_forbidden":
        advice = "there is no such setting. Check its spelling; docs/ref/site.md lists all settings"
    elif kind == "missing":
        advice = "this setting is required. Add it; docs/ref/site.md describes it"
    else:
        advice = invalid_text(kind, error["msg"], error.get("ctx")).rstrip(".") + ". Correct it there"
    return f"{path}:{line_of(written, at)}: {name}: {advice}."


def _exists(written: object, at: Sequence[int | str]) -> bool:
    return len(list(_steps(written, at))) == len(at)


def _steps(written: object, at: Sequence[int | str]) -> Iterator[int]:
    """The line (from 1) of each step of a path, as far as it exists."""
    for part in at:
        if isinstance(written, CommentedMap) and part in written:
            yield written.lc.key(part)[0] + 1
        elif isinstance(written, CommentedSeq) and isinstance(part, int) and part < len(written):
            yield written.lc.item(part)[0] + 1
        else:
            return
        written = written[part]


def line_of(written: CommentedMap, at: Sequence[int | str]) -> int:
    """The line (from 1) of what is at a path, or of the nearest that is there."""
    return max(_steps(written, at), default=1)


def _with_stored_passwords(site: Site) -> Site:
    """Cameras with a user and no password in the file get the one that was entered on the pages, if there is one."""
    stored, found = StoredSecrets(Path(site.data)), {}
    for name, camera in site.cameras.items():
        if camera.user is not None and camera.password is None:
            password = stored.get(camera_secret(name), secret_host(camera.url))
            if password is not None:
                found[name] = camera.model_copy(update={"password": SecretStr(password)})
    site = site.model_copy(update={"cameras": site.cameras | found}) if found else site
    return site.model_copy(update={"notifications": _with_stored_secrets(site.notifications, stored)})


def _with_stored_secrets(settings: NotificationSettings, stored: StoredSecrets) -> NotificationSettings:
    """Mail server and ntfy likewise."""
    mail, ntfy = settings.mail, settings.ntfy
    if mail is not None and mail.user is not None and mail.password is None:
        password = stored.get(MAIL_SECRET, mail.endpoint)
        mail = mail if password is None else mail.model_copy(update={"password": SecretStr(password)})
    if ntfy is not None and ntfy.token is None:
        token = stored.get(NTFY_SECRET, secret_host(ntfy.server))
        ntfy = ntfy if token is None else ntfy.model_copy(update={"token": SecretStr(token)})
    return settings.model_copy(update={"mail": mail, "ntfy": ntfy})


def _resolve_paths(site: Site, folder: Path) -> Site:
    """Make relative paths absolute, from the folder of the file."""
    cameras = {
        name: camera.model_copy(update={"url": str(folder / camera.address().url)})
        if camera.address().protocol is CameraProtocol.FILE
        else camera
        for name, camera in site.cameras.items()
    }
    files = ("certificate", "key", "breached_passwords")
    absolute = {name: str(folder / path) for name in files if (path := getattr(site.web, name)) is not None}
    web = site.web.model_copy(update=absolute)
    uplink, fleet = site.uplink, site.uplink.fleet
    if fleet is not None:
        fleet = fleet.model_copy(update={"credentials": str(folder / fleet.credentials)})
        uplink = uplink.model_copy(update={"fleet": fleet})
    return site.model_copy(update={"data": str(folder / site.data), "cameras": cameras, "web": web, "uplink": uplink})
