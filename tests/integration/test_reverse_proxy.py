"""Pages behind a real reverse proxy (nginx), configured as the guide says, and wrongly."""

import shutil
import ssl
import subprocess

import httpx2
import pytest

from passerby.cli.common.site_server import PageSockets, serve_pages
from passerby.config.roles import Role
from passerby.config.site_file import load_site
from passerby.documents.status import SiteStatus
from passerby.server.tls import self_signed
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.database import Database
from tests.cameras.servers import free_port
from tests.watch.child import wait_until

NAME, TOKEN, PASSWORD = "cameras.example.org", "t" * 32, "seven lonely proxy geese"
SITE = """\
data: data
status: {port: 0}
cameras: {gate: {url: 'rtsp://192.0.2.1/'}}
web:
  port: 0
  proxy: {name: cameras.example.org}
"""
CONFIG = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{
      proxy_pass http://127.0.0.1:{target};
      {settings}
    }}
  }}
}}
"""
AS_THE_GUIDE_SAYS = """
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
"""


def program():
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if found is None:
        pytest.skip("there is no nginx here")
    return found


@pytest.fixture
def site(tmp_path):
    """A running site, and its two ports: for this machine, and for the proxy."""
    with Database.open(tmp_path / "data", create=True) as database:
        password = hash_password(PASSWORD)
        Accounts(database).add("jo", Role.ADMINISTRATOR, 0.0, password_hash=password)
    config = tmp_path / "site.yaml"
    config.write_text(SITE)
    loaded = load_site(config)
    status = SiteStatus(name="site", started=0, now=0, clock_trusted=True, cameras={})
    sockets = PageSockets.open(loaded)
    public = sockets.public.getsockname()[1]
    with serve_pages(
        config, lambda: loaded, lambda: status, {}, TOKEN, lambda _: None, lambda _: None, sockets
    ) as local:
        yield local, public


@pytest.fixture
def proxied(tmp_path):
    """Starts nginx in front of a port; returns what asks it."""
    nginx, running, clients = program(), [], []
    certificate = self_signed(tmp_path / "proxy", NAME)

    def start(target, settings=AS_THE_GUIDE_SAYS):
        folder = tmp_path / f"nginx-{len(running)}"
        folder.mkdir()
        port = free_port()
        (folder / "nginx.conf").write_text(
            CONFIG.format(
                folder=folder,
                port=port,
                certificate=certificate.certificate,
                key=certificate.key,
                target=target,
                settings=settings,
            )
        )
        running.append(subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]))
        trusting = ssl.create_default_context(cafile=str(certificate.certificate))
        trusting.check_hostname = False
        client = httpx2.Client(trust_env=False, verify=trusting, base_url=f"https://127.0.0.1:{port}", timeout=30)
        clients.append(client)

        def ask(path, host=NAME, method="GET", **how):
            headers = {"host": host, "x-passerby": "tests", **how.pop("headers", {})}
            return client.request(method, path, headers=headers, **how)

        def answers():
            try:
                return ask("/api/login").status_code != 502
            except httpx2.TransportError:
                return False

        wait_until(answers)
        return ask

    yield start
    for client in clients:
        client.close()
    for process in running:
        process.terminate()
        process.wait(20)


def test_everybody_logs_in_through_the_proxy(site, proxied):
    ask = proxied(site[1])
    given = {"name": "jo", "password": PASSWORD, "purpose": "case 7"}
    answer = ask("/api/login", method="POST", json=given)
    assert 204 == answer.status_code, answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    session = ask("/api/session", headers={"cookie": cookie.partition(";")[0]})
    assert (200, "jo") == (session.status_code, session.json()["name"])


def test_nothing_of_this_machine_is_served_through_the_proxy(site, proxied):
    local, public = site
    ask = proxied(public)
    assert (401, 404) == (ask("/api/status").status_code, ask("/metrics").status_code)
    assert 401 == ask("/", params={"token": TOKEN, "purpose": "case 7"}).status_code
    for host in ("127.0.0.1", f"127.0.0.1:{local}", f"127.0.0.1:{public}", "localhost"):
        assert 403 == ask("/api/status", host=host).status_code, host
    with httpx2.Client(trust_env=False) as client:
        assert 200 == client.get(f"http://127.0.0.1:{local}/api/status", timeout=30).status_code


def test_a_proxy_that_does_not_say_who_asks_is_refused(site, proxied):
    ask = proxied(site[1], "proxy_set_header Host $host;")
    for path in ("/api/status", "/api/login", f"/?token={TOKEN}&purpose=x"):
        answer = ask(path)
        assert (400, True) == (answer.status_code, "X-Forwarded-For" in answer.text)


def test_a_proxy_in_front_of_the_port_of_this_machine_gets_nothing(site, proxied):
    """Whatever Host is named: it is the one that says that somebody else asks."""
    local, _ = site
    ask = proxied(local)
    for host in (NAME, "127.0.0.1", f"127.0.0.1:{local}"):
        for path in ("/api/status", "/metrics", f"/?token={TOKEN}&purpose=x"):
            assert 403 == ask(path, host=host).status_code


def test_the_address_of_a_client_is_not_the_one_that_it_claims(site, proxied):
    """Guessing is slowed down for the address that nginx saw, whatever the client adds."""
    ask = proxied(site[1])
    answers = [
        ask(
            "/api/login",
            method="POST",
            json={"name": "jo", "password": f"wrong {n}", "purpose": "x"},
            headers={"x-forwarded-for": f"198.51.100.{n}"},
        ).status_code
        for n in range(8)
    ]
    assert 429 in answers
