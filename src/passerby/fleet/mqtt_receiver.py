"""Receives over MQTT 5: subscribes to what sites send, and publishes to each which messages are stored.

The broker's own acknowledgement means nothing to a site, so nothing is lost with a broker that forgets: what is not
acknowledged by the receiver is sent again, under the same id.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from passerby.config.fleet.settings import FleetMqtt
from passerby.core.errors import UsageError
from passerby.documents.fleet_messages import Acknowledgement, CountsMessage, HealthMessage
from passerby.fleet.intake_queue import IntakeQueue
from passerby.fleet.receiver import Received
from passerby.fleet.setup import RECEIVER

#: Seconds of silence after which a connection counts as lost, and between attempts to connect.
KEEPALIVE_S, MAX_RETRY_S = 30, 15
KINDS = (HealthMessage.kind, CountsMessage.kind)
_log = logging.getLogger(__name__)


def tls_context(authority: Path, certificate: Path) -> ssl.SSLContext:
    """TLS as the receiver: only this authority is trusted. Raises UsageError."""
    try:
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(certificate)
    except (ssl.SSLError, OSError) as error:
        raise UsageError(
            f"Cannot use {authority} and {certificate}: {error}. Name two PEM files in fleet.toml, under mqtt."
        ) from None
    return context


class MqttReceiver:
    """One connection to the broker, made again whenever it ends, until it is closed."""

    def __init__(
        self, settings: FleetMqtt, tls: ssl.SSLContext, intake: IntakeQueue, password: SecretStr | None = None
    ) -> None:
        self._settings, self._intake, self._prefix = settings, intake, settings.prefix
        #: Why there is no connection; None while there is one.
        self.problem: str | None = "not connected yet"
        client = Client(CallbackAPIVersion.VERSION2, RECEIVER, protocol=MQTTProtocolVersion.MQTTv5)
        client.tls_set_context(tls)
        if settings.user is not None:
            client.username_pw_set(settings.user, None if password is None else password.get_secret_value())
        client.reconnect_delay_set(1, MAX_RETRY_S)
        client.max_queued_messages_set(0)
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_connect_fail = self._failed
        client.on_message = self._arrived
        client.connect_async(settings.host, settings.port, KEEPALIVE_S, clean_start=True)
        self._client = client
        client.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish something else, below the prefix, such as an alert. Raises RuntimeError without a connection."""
        if self.problem is not None:
            raise RuntimeError(self.problem)
        self._client.publish(f"{self._prefix}/{topic}", payload, qos=1).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._report(f"the broker refused the connection: {code}")
            return
        self._report(None)
        client.subscribe([(f"{self._prefix}/+/{kind}", 1) for kind in KINDS])

    def _disconnected(
        self, _client: Client, _data: object, _flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        self._report(f"the connection ended: {code}")

    def _failed(self, *_: Any) -> None:  # noqa: ANN401  # as the library calls it
        self._report("the broker does not answer")

    def _report(self, problem: str | None) -> None:
        text = None if problem is None else f"{self._settings.host}:{self._settings.port}: {problem}"
        if text != self.problem and text is not None:
            _log.warning("MQTT: %s. It is tried again.", text)
        self.problem = text

    def _arrived(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        parts = message.topic.removeprefix(f"{self._prefix}/").split("/")
        if len(parts) == 2 and parts[1] in KINDS:
            self._intake.put(Received(parts[0], parts[1], bytes(message.payload)), self._acknowledge)

    def _acknowledge(self, site: str, answer: Acknowledgement) -> None:
        if answer.received or answer.refused:
            self._client.publish(f"{self._prefix}/{site}/received", answer.to_json(), qos=1)
