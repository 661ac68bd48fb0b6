"""Messages of sites that do not exist."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.documents.count_validation import CountValidation
from passerby.documents.fleet_messages import (
    CameraReport,
    CountsMessage,
    HealthMessage,
    LogRow,
    ModelHash,
    PublishedCell,
)
from passerby.verify.report.signing import SigningKey, sign_validation

#: 2027-01-15 08:00 UTC.
NOW = 1_800_000_000
HOUR = NOW // 3600 * 3600


def hash_of(number):
    return f"{number:064x}"


def health(site="north", number=1, sent=NOW, **changes):
    sent_us = round(sent * 1e6)
    values = {
        "id": HealthMessage.id_of(site, number, sent_us),
        "site": site,
        "number": number,
        "sent": sent_us,
        "clock_trusted": True,
        "timezone": "Europe/Berlin",
        "version": "0.1.0",
        "cameras": (CameraReport(camera="gate", up=True, covered={"late": 0.02}), CameraReport(camera="yard", up=True)),
        "disk_days": 12.5,
        "backlog": 0,
        "newest_minute_age_s": 61.0,
        "log": LogRow(number=number, hash=hash_of(number)),
        "earlier": None,
        "retention": None,
        "weights": (ModelHash(model="centerface", sha256=hash_of(9)),),
    }
    return HealthMessage(**values | changes)


def counts(site="north", camera="gate", start=HOUR - 3600, forward=12, backward=7, observed=3600.0, **changes):
    cell = PublishedCell(
        location="door",
        location_type="line",
        object_class="person",
        observed_seconds=observed,
        forward=forward,
        backward=backward,
        suppressed=None in (forward, backward) and observed > 0,
    )
    values = {
        "id": CountsMessage.id_of(site, camera, start),
        "site": site,
        "camera": camera,
        "start": start,
        "interval_s": 3600,
        "timezone": "Europe/Berlin",
        "trusted": True,
        "epsilon": 1.0,
        "min_count": 5,
        "cells": (cell,),
    }
    return CountsMessage(**values | changes)


def signed_validation(key=None, camera="gate", finished=NOW - 7200, **changes):
    """The document of a site, of the line of `counts`: 4 % too few."""
    values = {
        "program": "1.0",
        "site": "Hall",
        "camera": camera,
        "location": "door",
        "kind": "line",
        "object_class": "person",
        "seed": "a1",
        "eligible_minutes": 40,
        "first": HOUR - 90_000,
        "last": HOUR - 60_000,
        "drawn": finished - 3600.0,
        "finished": float(finished),
        "stretches": [
            {
                "start": HOUR - 90_000 + 60 * n,
                "stratum": 0,
                "stratum_minutes": 40,
                "program": {"forward": 3, "backward": 1},
                "person": None if n == 0 else {"forward": 3, "backward": 1},
            }
            for n in range(30)
        ],
        "both": {"bias": -0.04123, "low": -0.07, "high": -0.01},
        "forward": {"bias": -0.05, "low": -0.1, "high": 0.0},
        "backward": None,
    }
    report = CountValidation.model_validate(values | changes)
    return sign_validation(report, SigningKey(key or Ed25519PrivateKey.generate()))


def body(message):
    return message.model_dump_json().encode()
