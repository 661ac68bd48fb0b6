"""What a camera's process is told: its own settings, and nothing of other cameras, secrets or pages."""

from passerby.config.site_file import parse_site
from passerby.watch.worker_spec import WorkerSpec
from tests.watch.child import SITE

NOTICE = """
notice:
  controller: Town of Northby
  contact: privacy@northby.example
  purposes: [The hall is not too full]
  basis: public_task
  grounds: Law on public halls
  views: {a: Main entrance, b: Stairs}
web:
  dual_approval: true
"""
UPLINK = """
uplink:
  mqtt: {host: broker, user: me, password: "${SECRET}"}
  webhooks: [{name: desk, url: "http://h/", secret: "${SECRET}"}]
"""


def test_web_and_notice_settings_change_nothing_for_a_camera(site, tmp_path):
    """The public notice names every camera, which a spec of one camera could not validate."""
    changed = parse_site(SITE + NOTICE, tmp_path / "site.yaml", {"SECRET": "hunter2"})
    for name in changed.cameras:
        spec = WorkerSpec.for_camera(changed, name)
        assert spec == WorkerSpec.for_camera(site, name)
        assert [name] == list(WorkerSpec.model_validate_json(spec.model_dump_json()).site.cameras)


def test_a_change_of_its_own_settings_is_one(site, tmp_path):
    changed = parse_site(SITE.replace("h/b", "h/c"), tmp_path / "site.yaml", {"SECRET": "hunter2"})
    assert WorkerSpec.for_camera(site, "a") == WorkerSpec.for_camera(changed, "a")
    assert WorkerSpec.for_camera(site, "b") != WorkerSpec.for_camera(changed, "b")


def test_the_password_survives_serialisation(site):
    text = WorkerSpec.for_camera(site, "a").model_dump_json()
    assert "hunter2" == WorkerSpec.model_validate_json(text).settings.password.get_secret_value()
    assert "hunter2" not in WorkerSpec.for_camera(site, "b").model_dump_json()


def test_so_does_that_of_the_masked_stream_which_is_no_secret_of_other_cameras(tmp_path):
    restream = "restream: {url: 'rtsp://h/out', user: me, password: '${OUT}'}"
    text = SITE.replace("rtsp://h/b'", f"rtsp://h/b', {restream}")
    site = parse_site(text, tmp_path / "site.yaml", {"SECRET": "hunter2", "OUT": "hunter3"})
    spec = WorkerSpec.for_camera(site, "b").model_dump_json()
    settings = WorkerSpec.model_validate_json(spec).settings.restream
    assert ("hunter3", "rtsp://me:hunter3@h/out") == (settings.password.get_secret_value(), settings.address().url)
    assert "hunter3" not in WorkerSpec.for_camera(site, "a").model_dump_json()


def test_no_secret_of_the_uplink_reaches_a_camera(tmp_path):
    secret = "hunter3hunter3hunter3"
    uplink = UPLINK.replace("SECRET", "UPLINK_SECRET")
    environment = {"SECRET": "hunter2", "UPLINK_SECRET": secret}
    site = parse_site(SITE + uplink, tmp_path / "site.yaml", environment)
    text = WorkerSpec.for_camera(site, "a").model_dump_json()
    assert secret not in text
    assert {"mqtt", "webhook:desk"} == set(WorkerSpec.model_validate_json(text).site.uplink.destinations())
