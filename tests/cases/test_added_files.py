from pathlib import Path

import pytest

from passerby.cases.added_files import is_hidden, name_fault, shown_name

#: Names that people have, in whatever language: marks of direction and joiners belong to some.
NAMES = [
    "yard.mp4",
    "M\u00fcller, 3. M\u00e4rz.jpg",
    "\u0634\u0627\u0631\u0639\u200f 5.mp4",
    "\u200eWhatsApp Image.jpg",
    "\U0001f469\u200d\U0001f692.jpg",
    "\u76e3\u8996\u30ab\u30e1\u30e9.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_language_can_be_added(name):
    assert name_fault(Path("/films") / name) is None
    assert name == shown_name(name)


@pytest.mark.parametrize("char", ["\u202a", "\u202e", "\u2066", "\u2069", "\0", "\n", "\x1b", "\x7f", "\u2028"])
def test_what_cannot_be_seen_is_named_by_its_code(char):
    assert "hidden_characters" == name_fault(Path(f"/films/a{char}b.mp4"))
    assert f"a<U+{ord(char):04X}>b" == shown_name(f"a{char}b")


def test_what_is_no_text_can_be_shown_all_the_same():
    assert "not_text" == name_fault(Path("/films/caf\udce9.mp4"))
    assert "not_text" == name_fault(Path("/caf\udce9/a.mp4"))
    shown_name("caf\udce9").encode()


def test_hidden_is_what_the_file_manager_hides():
    folder = Path("/films")
    assert [True, True, True, False] == [
        is_hidden(folder / name, folder) for name in ("._a.mp4", ".x/a.mp4", "THUMBS.DB", "a.b.mp4")
    ]
    assert is_hidden(folder / ".a.mp4", folder / ".a.mp4")
