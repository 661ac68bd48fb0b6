"""The invariants that can be read off the source: who makes and knows which pictures, and what is never there.

Each check is a function from source text to violations, and is shown a violation first: a check that cannot fail
guards nothing.
"""

import ast
import configparser
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "passerby"
FILES = sorted(SOURCE.rglob("*.py"))

#: Files that may use temporary files: for model files, which show nobody, for results of programs under measure, for
#: what Ray writes of itself, and for films that were fetched as they are, encoded, into files without names.
TEMPORARY = {
    "cli/common/browser.py",
    "bench/scratch.py",
    "demo/portrait.py",
    "cluster/ray_cluster.py",
    "cluster/scratch.py",
    "detect/fetch.py",
    "detect/runtime.py",
}
#: Who may know raw frames: what reads, finds, covers and compares, and the pipelines that put these together.
RAW_ROOMS = {
    "source",
    "detect",
    "mask",
    "verify",
    "watch",
    "engine/analyse.py",
    "engine/render.py",
    "engine/still.py",
    "review/frames.py",
}
#: Rooms that never do, through whomever they import. The pages reach the editor, which reads the film: there, and in
#: what is above them, only their own imports count.
NEVER_RAW = {
    *(
        "track",
        "redaction_log",
        "counting",
        "documents",
        "config",
        "sink",
        "store",
        "uplink",
        "notice",
        "fleet",
        "setup",
        "service",
    )
}
NEVER_RAW_THEMSELVES = {"server", "cli", "jobs"}

#: Words of software that tells people apart. None of them names anything here.
FORBIDDEN_WORDS = re.compile(
    r"embed(der|ding)?s?|arcface|facenet|insightface|re_?id|reidentif\w*|recogni[sz]\w*|recognition|biometrics?|watch_?lists?"
    r"|enrol(l|ment|lment)?|gender|ethnicity|emotions?|unmask\w*"
)


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def lines(nodes: Iterator[ast.AST]) -> list[int]:
    return sorted({getattr(node, "lineno", 0) for node in nodes})


def made(source: str, name: str) -> list[int]:
    """Lines where `name` is used as more than a type: called, copied with changes, renamed, handed on."""
    tree = ast.parse(source)
    as_type: set[int] = set()
    for node in ast.walk(tree):
        types: list[ast.AST | None] = []
        match node:
            case ast.arg() | ast.AnnAssign():
                types = [node.annotation]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                types = [node.returns]
            case ast.Subscript():
                types = [node.slice]
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, second]):
                types = [second]
        as_type |= {id(inner) for outer in types if outer is not None for inner in ast.walk(outer)}

    def wrong() -> Iterator[ast.AST]:
        knows = any(
            isinstance(node, ast.ImportFrom) and name in {a.name for a in node.names} for node in ast.walk(tree)
        )
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=used) | ast.Attribute(attr=used) if used == name and id(node) not in as_type:
                    yield node
                case ast.ImportFrom(names=names) if any(a.name == name and a.asname not in (None, name) for a in names):
                    yield node
                case ast.Constant(value=str(text)) if text == name and id(node) not in as_type:
                    yield node  # getattr(module, "SafeFrame")
                case ast.Call(
                    func=ast.Name(id="replace") | ast.Attribute(attr="replace", value=ast.Name(id="dataclasses"))
                ):
                    if knows:
                        yield node
                case ast.Attribute(attr="__class__" | "__new__" | "__setattr__"):
                    if knows:
                        yield node

    return lines(wrong())


def imports(source: str, module: str, package: str = "passerby.room") -> list[int]:
    """Lines that import `module`, in any spelling, for a file in `package`."""

    def wrong() -> Iterator[ast.AST]:
        for node in ast.walk(ast.parse(source)):
            names: set[str] = set()
            match node:
                case ast.Import():
                    names = {alias.name for alias in node.names}
                case ast.ImportFrom():
                    parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                    origin = ".".join([*parts, *([node.module] if node.module else [])])
                    names = {origin} | {f"{origin}.{alias.name}" for alias in node.names}
                case ast.Constant(value=str(text)):
                    names = {text}
            if any(name == module or name.startswith(f"{module}.") for name in names):
                yield node

    return lines(wrong())


def forbidden_words(source: str) -> list[int]:
    """Lines where something is named by a word of recognition."""

    def wrong() -> Iterator[ast.AST]:
        for node in ast.walk(ast.parse(source)):
            names = [getattr(node, field, None) for field in ("id", "attr", "name", "arg", "asname", "module")]
            for name in filter(lambda value: isinstance(value, str), names):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name)).lower().replace(".", "_")
                if re.search(rf"(?<![a-z])(?:{FORBIDDEN_WORDS.pattern})(?![a-z])", words):
                    yield node

    return lines(wrong())


def files_of_memory(source: str) -> list[int]:
    """Lines that make pixels a file in passing: temporary files and shared memory."""
    named = [
        *imports(source, "tempfile"),
        *imports(source, "multiprocessing.shared_memory"),
        *imports(source, "multiprocessing.managers"),
        *imports(source, "mmap"),
    ]
    texts = lines(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"/dev/shm|/tmp\b", node.value)
    )
    return sorted({*named, *texts})


def offenders(check: Callable[[str], list[int]], allowed: Callable[[Path], bool]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in FILES
        if not allowed(path)
        for line in check(path.read_text(encoding="utf-8"))
    ]


def test_there_is_something_to_check():
    assert {"core", "source", "detect", "track", "mask", "sink", "store", "cli"} <= {room(path) for path in FILES}


def test_only_mask_makes_safe_frames():
    assert [] == offenders(lambda text: made(text, "SafeFrame"), lambda path: room(path) == "mask")


def test_only_source_makes_raw_frames():
    assert [] == offenders(lambda text: made(text, "RawFrame"), lambda path: room(path) == "source")


@pytest.mark.parametrize(
    "violation",
    [
        "from passerby.core.safe_frame import SafeFrame\nx = SafeFrame(p, 0, 0)",
        "import passerby.core.safe_frame as s\nx = s.SafeFrame(p, 0, 0)",
        "from passerby.core.safe_frame import SafeFrame as Other",
        "from passerby.core.safe_frame import SafeFrame\nmake = SafeFrame",
        "from passerby.core.safe_frame import SafeFrame\nx = replace(frame, av_frame=raw)",
        "from passerby.core.safe_frame import SafeFrame\nx = dataclasses.replace(frame, av_frame=raw)",
        "from passerby.core.safe_frame import SafeFrame\ndef f(x: SafeFrame): return x.__class__(raw, 0, 0)",
        "x = getattr(safe, 'SafeFrame')(raw, 0, 0)",
    ],
)
def test_making_a_safe_frame_is_seen(violation):
    assert made(violation, "SafeFrame")


@pytest.mark.parametrize(
    "honest",
    [
        "from passerby.core.safe_frame import SafeFrame\ndef f(x: SafeFrame) -> 'SafeFrame': return x",
        "from passerby.core.safe_frame import SafeFrame\nframes: list[SafeFrame] = []\nQ = Queue[SafeFrame]",
        "from passerby.core.safe_frame import SafeFrame\nassert isinstance(x, SafeFrame)",
        "text = 'a'.replace('a', 'b')",
    ],
)
def test_naming_the_type_is_no_violation(honest):
    assert [] == made(honest, "SafeFrame")


def test_raw_frames_are_known_to_few():
    allowed = RAW_ROOMS | {"core/raw_frame.py"}
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in FILES
        if room(path) not in allowed and path.relative_to(SOURCE).as_posix() not in allowed
        for line in imports(path.read_text(encoding="utf-8"), "passerby.core.raw_frame", f"passerby.{room(path)}")
    ]
    assert [] == found


@pytest.mark.parametrize(
    "violation",
    [
        "import passerby.core.raw_frame",
        "import passerby.core.raw_frame as r",
        "from passerby.core.raw_frame import RawFrame",
        "from passerby.core import box, raw_frame",
        "from ..core.raw_frame import RawFrame",
        "from ..core import raw_frame",
        "importlib.import_module('passerby.core.raw_frame')",
        "if TYPE_CHECKING:\n    from passerby.core.raw_frame import RawFrame",
    ],
)
def test_an_import_of_raw_frames_is_seen(violation):
    assert imports(violation, "passerby.core.raw_frame")


def test_other_imports_are_no_violation():
    assert [] == imports(
        "from passerby.core import box\nimport passerby.core.raw_frame_hide", "passerby.core.raw_frame"
    )


def test_core_itself_imports_nothing():
    """Import rules follow indirect imports: what its `__init__` took in, everybody would have."""
    assert "" == (SOURCE / "core" / "__init__.py").read_text(encoding="utf-8")


def test_pixels_never_become_files_in_passing():
    assert [] == offenders(files_of_memory, lambda path: path.relative_to(SOURCE).as_posix() in TEMPORARY)


def test_those_with_temporary_files_do_not_know_raw_frames():
    texts = [path.read_text(encoding="utf-8") for path in FILES if path.relative_to(SOURCE).as_posix() in TEMPORARY]
    assert [] == [line for text in texts for line in imports(text, "passerby.core.raw_frame")]


@pytest.mark.parametrize(
    "violation",
    [
        "import tempfile",
        "from tempfile import NamedTemporaryFile",
        "from multiprocessing import shared_memory",
        "from multiprocessing.shared_memory import SharedMemory",
        "import mmap",
        "path = Path('/dev/shm/frames')",
        "path = f'/tmp/{name}.png'",
    ],
)
def test_a_file_in_passing_is_seen(violation):
    assert files_of_memory(violation)


def test_nothing_is_named_after_recognition():
    assert [] == offenders(forbidden_words, lambda path: False)


@pytest.mark.parametrize(
    "violation",
    [
        "embedding = model(face)",
        "def face_embeddings(): ...",
        "class FaceRecogniser: ...",
        "import insightface.app",
        "from arcface import load",
        "f(reid=True)",
        "track.re_id = 4",
        "def f(gender): ...",
        "watchList = []",
    ],
)
def test_a_word_of_recognition_is_seen(violation):
    assert forbidden_words(violation)


def test_similar_words_are_no_violation():
    assert [] == forbidden_words("grid = pre_identity = area_id = mask = 1")


def contracts() -> dict[str, dict[str, list[str]]]:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    return {
        section.rpartition(":")[2]: {key: value.split() for key, value in config[section].items()}
        for section in config.sections()
        if ":contract:" in section
    }


def test_every_folder_has_its_layer():
    """`exhaustive` would say so too, when lint-imports is run; here for whoever runs the tests alone."""
    layers = [name for line in contracts()["layers"]["layers"] for name in line.split("|") if name]
    assert sorted({path.parent.name for path in SOURCE.glob("*/__init__.py")} | {"__main__"}) == sorted(layers)
    assert ["true"] == contracts()["layers"]["exhaustive"]


def test_raw_frames_are_forbidden_wherever_nothing_may_show_them():
    found = {key: value for key, value in contracts().items() if key.startswith("raw-")}
    assert all(value["forbidden_modules"] == ["passerby.core.raw_frame"] for value in found.values())
    indirect = {key for key, value in found.items() if value.get("allow_indirect_imports") == ["true"]}
    sources = {
        key: {name.removeprefix("passerby.") for name in value["source_modules"]} for key, value in found.items()
    }
    assert NEVER_RAW == set().union(*(sources[key] for key in found.keys() - indirect))
    assert NEVER_RAW_THEMSELVES == set().union(*(sources[key] for key in indirect))
