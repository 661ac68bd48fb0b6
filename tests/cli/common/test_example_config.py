from passerby.cli.common.example_config import EXAMPLE
from passerby.config.site_file import parse_site


def test_the_example_is_a_valid_site(tmp_path):
    site = parse_site(EXAMPLE, tmp_path / "site.yaml", {"GATE_PASSWORD": "secret"})
    assert {"gate", "yard", "desk"} == set(site.cameras)
    assert "secret" == site.cameras["gate"].password.get_secret_value()
