"""Single sign-on, with a small identity provider on loopback that can be told to lie."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from passerby.config.roles import Role
from tests.server.site.fixtures import FILE, HEADERS, serving

SECRET = "a secret with the other site"


class Provider:
    """Signs that whoever comes is `sub`; `lies` changes what it says, `signs` with which key."""

    def __init__(self):
        self.key = self.signs = ECKey.generate_key("P-256", {"kid": "one"})
        self.sub, self.lies, self.asked, self.issuer = "jo@example.org", {}, {}, ""
        self.kind = "ES256"
        self.redirects = None  # where the token endpoint sends whoever asks

    def token(self, given):
        query = self.asked.pop(given["code"][0], None)
        if query is None or query["code_challenge"][0] != create_s256_code_challenge(given["code_verifier"][0]):
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "passerby", "sub": self.sub, "iat": now, "exp": now + 60}
        claims |= {"nonce": query["nonce"][0], **self.lies}
        id_token = jwt.encode({"alg": self.kind, "kid": "one"}, claims, self.signs, algorithms=[self.kind])
        return {"access_token": "x", "token_type": "Bearer", "id_token": id_token}

    def approve(self, address):
        """As a person would on its page: the way back."""
        query = parse_qs(urlsplit(address).query)
        self.asked["a code"] = query
        return f"{urlsplit(query['redirect_uri'][0]).path}?code=a+code&state={query['state'][0]}"


@contextmanager
def running(provider):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, body, status=200):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            at = provider.issuer
            if self.path.startswith("/.well-known"):
                names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                self.answer({"issuer": at, **{name: f"{at}/{path}" for name, path in names.items()}})
            else:
                self.answer(KeySet([provider.key]).as_dict(private=False))

        def do_POST(self):
            if provider.redirects:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(307)
                self.send_header("location", provider.redirects)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            tokens = provider.token(parse_qs(body))
            self.answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def both(site_data, tmp_path_factory):
    """The site and the other one. Somebody there has an account here."""
    with running(Provider()) as provider, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OIDC_SECRET", SECRET)
        lines = (
            f"issuer: {provider.issuer}",
            "client_id: passerby",
            "client_secret: ${OIDC_SECRET}",
            "display_name: Town hall",
        )
        text = FILE + "web:\n  oidc:\n" + "".join(f"    {line}\n" for line in lines)
        with serving(site_data, tmp_path_factory.mktemp("oidc"), text) as served:
            served.authenticator.accounts.add("jo", Role.OPERATOR, 0.0, oidc_subject="jo@example.org")
            yield served, provider


@pytest.fixture
def site(both):
    served, provider = both
    provider.signs, provider.sub, provider.lies, provider.kind = provider.key, "jo@example.org", {}, "ES256"
    return served, provider


def left(served):
    """Somebody on their way: their browser, and where they are sent."""
    browser = served.other()
    answer = browser.get("/login/oidc", params={"purpose": "case 8"})
    assert 303 == answer.status_code, answer.text
    assert "SameSite=lax" in answer.headers["set-cookie"]
    return browser, answer.headers["location"]


def test_single_sign_on(site):
    served, provider = site
    assert "Town hall" == served.get("/api/login").json()["oidc"]
    browser, address = left(served)
    query = parse_qs(urlsplit(address).query)
    assert (["S256"], ["code"], ["http://127.0.0.1:8770/login/oidc/callback"]) == tuple(
        query[name] for name in ("code_challenge_method", "response_type", "redirect_uri")
    )
    assert SECRET not in address
    way = provider.approve(address)
    back = browser.client.get(
        way,
        headers={**HEADERS, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    )
    assert (303, "/") == (back.status_code, back.headers["location"])
    session = browser.get("/api/session").json()
    assert ("jo", "operator", "oidc", "case 8") == tuple(
        session[name] for name in ("name", "role", "method", "purpose")
    )
    assert 401 == browser.get(way).status_code  # it is good once


@pytest.mark.parametrize(
    "lies",
    [
        {"aud": "another client"},
        {"iss": "https://evil.example"},
        {"nonce": "another"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_invalid_claims_are_rejected(site, lies):
    served, provider = site
    browser, address = left(served)
    provider.lies = lies
    assert 401 == browser.get(provider.approve(address)).status_code
    assert 401 == browser.get("/api/session").status_code


def test_tokens_signed_by_others_are_rejected(site):
    served, provider = site
    browser, address = left(served)
    provider.signs = ECKey.generate_key("P-256", {"kid": "one"})
    assert 401 == browser.get(provider.approve(address)).status_code


def test_single_sign_on_needs_an_account(site):
    served, provider = site
    browser, address = left(served)
    provider.sub = "somebody@example.org"
    answer = browser.get(provider.approve(address))
    assert (401, "You have no account here. Ask the administrator of this site.") == (
        answer.status_code,
        answer.json()["detail"],
    )


def test_a_callback_without_its_login_is_rejected(site):
    served, provider = site
    _, address = left(served)
    assert 401 == served.other().get(provider.approve(address)).status_code  # in another browser
    browser, address = left(served)
    way = provider.approve(address).partition("&state=")[0]
    assert 401 == browser.get(f"{way}&state=another").status_code


def test_an_identity_provider_that_does_not_respond(site):
    served, provider = site
    was, provider.issuer = provider.issuer, "http://127.0.0.1:1"
    try:
        assert 503 == served.other().get("/login/oidc", params={"purpose": "x"}).status_code
    finally:
        provider.issuer = was


def test_the_client_secret_follows_no_redirect(site):
    served, provider = site
    with running(Provider()) as other:
        asked = []
        other.token = lambda given: asked.append(given)
        provider.redirects = f"{other.issuer}/token"
        try:
            browser, address = left(served)
            assert 401 == browser.get(provider.approve(address)).status_code
        finally:
            provider.redirects = None
    assert [] == asked
