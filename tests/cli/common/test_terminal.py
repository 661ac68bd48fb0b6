import io

import pytest
from rich.table import Table

from passerby.cli.app import main
from passerby.cli.common.terminal import Terminal, echo

#: Moves up a line, clears it, and sets the title of the window; a C1 control; and turns the text around.
EVIL = "gate\x1b[1A\x1b[2K\x1b]0;x\x07\x9b31m\u202eresu"


def test_nothing_of_a_name_is_obeyed(capsys):
    echo(f"a\tb\n{EVIL}")
    out = capsys.readouterr().out
    assert out.startswith("a\tb\ngate?[1A?[2K?]0;x??31m?resu")


def test_tables_neither(capsys):
    out = io.StringIO()
    table = Table("name")
    table.add_row(EVIL)
    Terminal(file=out, width=100).print(table)
    Terminal(file=out, width=100, markup=False).print(EVIL)
    assert 2 == out.getvalue().count("gate?[1A?[2K?]0;x??31m?resu")
    assert not set("\x1b\x9b\x07\u202e").intersection(out.getvalue())


@pytest.mark.parametrize("name", ["a[/b]", "[link=https://evil.example]x[/link]", "[blink]x", ":warning:"])
def test_brackets_in_a_name_are_no_markup(name):
    """A purpose that somebody states on the pages must not end the command that lists it."""
    out = io.StringIO()
    table = Table("name")
    table.add_row(name)
    console = Terminal(file=out, width=100, force_terminal=True, color_system=None)
    console.print(table)
    console.print(name)
    assert 2 == out.getvalue().count(name)
    assert "\x1b]8" not in out.getvalue()


def test_the_message_that_a_file_is_missing_neither(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["redact", str(tmp_path / EVIL)])
    err = capsys.readouterr().err
    assert "There is no file" in err
    assert not set("\x1b\x9b\x07\u202e").intersection(err)
