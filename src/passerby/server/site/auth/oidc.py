"""Single sign-on: OpenID Connect, authorization code flow with PKCE, state and nonce (Authlib)."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from passerby.config.web import OidcSettings

#: Seconds from leaving for the identity provider to coming back, and for each request to it.
LOGIN_TIMEOUT_S, REQUEST_TIMEOUT_S = 600.0, 10.0
#: Logins in progress at the same time.
MAX_PENDING = 200
#: Signatures of id tokens: asymmetric ones only, so that nobody signs with a key that is public.
SIGNING_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
WELL_KNOWN = "/.well-known/openid-configuration"
#: Clocks may differ by so much, seconds.
LEEWAY_S = 60


class OidcError(Exception):
    """The identity provider did not authenticate the user. The message is for them."""


@dataclass(frozen=True, slots=True)
class _PendingLogin:
    """A user who is at the identity provider."""

    state: str
    nonce: str
    verifier: str
    purpose: str
    until: float


class OidcClient:
    """Client of one identity provider. `callback` is the URL to which it redirects users back."""

    def __init__(self, settings: OidcSettings, callback: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings, self._callback, self._clock = settings, callback, clock
        self._pending: dict[str, _PendingLogin] = {}
        self._lock = threading.Lock()

    def authorization_url(self, purpose: str) -> tuple[str, str]:
        """The URL to redirect a user to, and a key for their cookie. Raises OidcError."""
        pending = _PendingLogin(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            purpose=purpose,
            until=self._clock() + LOGIN_TIMEOUT_S,
        )
        metadata, key = self._metadata(), secrets.token_urlsafe(32)
        with self._session() as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        with self._lock:
            self._pending = {k: login for k, login in self._pending.items() if login.until > self._clock()}
            while len(self._pending) >= MAX_PENDING:
                del self._pending[next(iter(self._pending))]
            self._pending[key] = pending
        return str(url), key

    def complete(self, key: str | None, state: str, code: str) -> tuple[str, str]:
        """The user's name at the identity provider, and the purpose they stated. A key is valid once. Raises
        OidcError."""
        with self._lock:
            pending = self._pending.pop(key or "", None)
        if pending is None or pending.until < self._clock() or not hmac.compare_digest(pending.state, state):
            raise OidcError("This login was not started here, or took too long. Start again.")
        metadata = self._metadata()
        try:
            claims = self._claims(pending, metadata, code)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError) as error:
            raise OidcError(f"{self.settings.display_name} did not confirm who you are. Start again.") from error
        subject = claims.get(self.settings.claim)
        if not isinstance(subject, str) or not subject:
            raise OidcError(
                f"{self.settings.display_name} did not send the claim {self.settings.claim}. Ask its administrator."
            )
        return subject, pending.purpose

    def _claims(self, pending: _PendingLogin, metadata: dict[str, Any], code: str) -> CodeIDToken:
        """The validated claims of the id token."""
        with self._session() as session:
            token = session.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=pending.verifier, timeout=REQUEST_TIMEOUT_S
            )
        keys = KeySet.import_key_set({"keys": _get_json(metadata["jwks_uri"])["keys"]})
        decoded = jwt.decode(token["id_token"], keys, algorithms=SIGNING_ALGORITHMS)
        client_id = self.settings.client_id
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": client_id},
            },
            {"nonce": pending.nonce, "client_id": client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=LEEWAY_S)
        return claims

    def _session(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client_id,
            self.settings.client_secret.get_secret_value(),
            scope="openid profile email",
            redirect_uri=self._callback,
            code_challenge_method="S256",
            follow_redirects=False,  # the request holds the client secret
        )

    def _metadata(self) -> dict[str, Any]:
        """The provider's metadata. Its issuer must be the one of the settings."""
        try:
            metadata = _get_json(self.settings.issuer.rstrip("/") + WELL_KNOWN)
            if metadata["issuer"].rstrip("/") != self.settings.issuer.rstrip("/"):
                raise ValueError("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not str(metadata[name]).startswith(("https://", self.settings.issuer)):
                    raise ValueError("not encrypted")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OidcError(
                f"{self.settings.display_name} does not respond. Log in with a password, or try again later."
            ) from error
        return metadata


def _get_json(url: str) -> dict[str, Any]:
    response = httpx2.get(url, timeout=REQUEST_TIMEOUT_S, follow_redirects=False)
    response.raise_for_status()
    content = response.json()
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return content
