"""What a webhook gets: signed, so that its receiver knows who sent it."""

import json

from passerby.config.notice import Language
from passerby.documents.webhook_signature import headers as signature
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.webhook import send_webhook, webhook_secret


def test_what_arrives(web):
    requests, address = web
    message = NotificationMessage("7-webhook-1-1", "Hall", ("event",), "Tür", "Um 9.", None, Language.DE)
    send_webhook(f"{address}/hook", "whsec_c2VjcmV0IG9mIGFuIGFjY291bnQ=", message, 1000.7)
    ((path, headers, body),) = requests.received
    expected = signature("whsec_c2VjcmV0IG9mIGFuIGFjY291bnQ=", "7-webhook-1-1", 1000, body)
    assert expected == {name: headers[name] for name in expected}
    assert "/hook" == path
    assert ("notification", "Tür", ["event"], None) == tuple(
        json.loads(body)[key] for key in ("type", "title", "kinds", "url")
    )


def test_each_account_has_a_secret_of_its_own():
    assert webhook_secret(1) != webhook_secret(2)
