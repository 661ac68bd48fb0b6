"""Another site says who somebody is: OpenID Connect, with the code flow, PKCE, state and nonce (Authlib)."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from passerby.config.web import Oidc

#: Seconds in which somebody has to come back, and for each answer of the other site.
PATIENCE, ANSWER = 600.0, 10.0
#: People who are on their way at once.
MOST = 200
#: What its words may be signed with: public keys alone, so that nobody signs with what is known.
SIGNED = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
WELL_KNOWN = "/.well-known/openid-configuration"


class Unsaid(Exception):
    """The other site has not said who somebody is. The message is for them."""


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Somebody on their way."""

    state: str
    nonce: str
    verifier: str
    purpose: str
    until: float


class OtherSite:
    """Of one site. `back` is the address that people come back to."""

    def __init__(self, settings: Oidc, back: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings, self._back, self._clock = settings, back, clock
        self._leaving: dict[str, _Leaving] = {}
        self._lock = threading.Lock()

    def leave(self, purpose: str) -> tuple[str, str]:
        """Where to send somebody, and a key for a cookie of theirs. Raises Unsaid."""
        leaving = _Leaving(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            purpose=purpose,
            until=self._clock() + PATIENCE,
        )
        known, key = self._known(), secrets.token_urlsafe(32)
        with self._session() as session:
            address, _ = session.create_authorization_url(
                known["authorization_endpoint"],
                state=leaving.state,
                nonce=leaving.nonce,
                code_verifier=leaving.verifier,
            )
        with self._lock:
            self._leaving = {k: one for k, one in self._leaving.items() if one.until > self._clock()}
            while len(self._leaving) >= MOST:
                del self._leaving[next(iter(self._leaving))]
            self._leaving[key] = leaving
        return str(address), key

    def back(self, key: str | None, state: str, code: str) -> tuple[str, str]:
        """What the other site calls them, and what they said they are here for. A key is good once. Raises Unsaid."""
        with self._lock:
            leaving = self._leaving.pop(key or "", None)
        if leaving is None or leaving.until < self._clock() or not hmac.compare_digest(leaving.state, state):
            raise Unsaid("This login was not begun here, or took too long. Begin again.")
        known = self._known()
        try:
            with self._session() as session:
                token = session.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=leaving.verifier, timeout=ANSWER
                )
            keys = KeySet.import_key_set({"keys": _json(known["jwks_uri"])["keys"]})
            decoded = jwt.decode(token["id_token"], keys, algorithms=SIGNED)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": known["issuer"]},
                    "aud": {"essential": True, "value": self.settings.client},
                },
                {
                    "nonce": leaving.nonce,
                    "client_id": self.settings.client,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=60)
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError) as error:
            raise Unsaid(f"{self.settings.called} did not say who you are. Begin again.") from error
        told = claims.get(self.settings.claim)
        if not isinstance(told, str) or not told:
            raise Unsaid(f"{self.settings.called} did not say {self.settings.claim} of you. Ask who runs it.")
        return told, leaving.purpose

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self.settings.client,
            self.settings.secret.get_secret_value(),
            scope="openid profile email",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )

    def _known(self) -> dict[str, Any]:
        """Its own description. It must call itself as the settings do."""
        try:
            known = _json(self.settings.issuer.rstrip("/") + WELL_KNOWN)
            if known["issuer"].rstrip("/") != self.settings.issuer.rstrip("/"):
                raise ValueError("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not str(known[name]).startswith(("https://", self.settings.issuer)):
                    raise ValueError("in the clear")
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unsaid(f"{self.settings.called} does not answer. Log in with a password, or try later.") from error
        return known


def _json(address: str) -> dict[str, Any]:
    answer = requests.get(address, timeout=ANSWER, allow_redirects=False)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
