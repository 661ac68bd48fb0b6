"""`fleet.toml`."""

import pytest

from passerby.config.fleet.settings import database_address, load_fleet
from passerby.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "passerby fleet init"),
        ("name = ", "Correct it there"),
        ("colour = 1", "colour: Extra inputs"),
        ('[mqtt]\nhost = "x"\nprefix = "a/#"', "mqtt.prefix"),
        ('address = "a b"', "address"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, says):
    if text is not None:
        (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(UsageError, match=says):
        load_fleet(tmp_path)


def test_the_embedded_database_is_in_the_folder(tmp_path):
    (tmp_path / "fleet.toml").write_text("")
    settings = load_fleet(tmp_path)
    assert f"sqlite:///{tmp_path}/data/fleet.db" == database_address(tmp_path, settings)
    other = settings.model_copy(update={"database": "postgresql://u@h/d"})
    assert "postgresql://u@h/d" == database_address(tmp_path, other)
