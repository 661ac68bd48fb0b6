"""One's own account chooses what it is notified of, and nothing that it may not see or reach."""

import pytest

from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.roles import Role
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.server.site.dependencies import MAX_TESTS
from passerby.store.accounts.accounts import Accounts
from passerby.store.audit.log import read
from passerby.store.notifications.queue import NotificationQueue
from tests.server.site.fixtures import FILE, serving

NOTIFICATIONS = """\
notifications:
  mail: {host: 127.0.0.1, port: 2525, security: none, sender: cameras@hall.example}
  push: {contact: admin@hall.example}
  ntfy: {server: 'https://ntfy.example.org', token: '${GATE_PASSWORD}'}
  webhook_hosts: [hooks.example.org]
"""
PATH = "/api/me/notifications"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/a-capability"
BROWSER = {"endpoint": ENDPOINT, "keys": {"p256dh": "BKey", "auth": "auth_-"}, "label": "Firefox on Linux"}


@pytest.fixture
def notified(site_data, tmp_path):
    with serving(site_data, tmp_path, FILE + NOTIFICATIONS) as served:
        yield served


def log(served):
    with served.context.database.read_transaction() as connection:
        return [entry for _, entry in read(connection)]


def test_nothing_is_chosen_at_first_and_each_channel_is_offered(notified):
    found = notified.as_("operator").get(PATH).json()
    assert ({}, None, [], "https://ntfy.example.org") == (
        found["chosen"],
        found["mail_address"],
        found["browsers"],
        found["ntfy_server"],
    )
    assert {"mail": True, "push": True, "ntfy": True, "webhook": True} == {
        one["channel"]: one["available"] for one in found["channels"]
    }
    assert 87 == len(found["push_key"])
    assert "not in any file" not in str(found)  # the token of the server


def test_where_nothing_is_set_up_nothing_is_offered(served):
    found = served.as_("operator").get(PATH).json()
    assert not any(one["available"] for one in found["channels"])
    assert None is found["push_key"]


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        (Role.VIEWER, {"clip_waits", "account_waits", "update"}),
        (Role.OPERATOR, {"account_waits", "update"}),
        (Role.ADMINISTRATOR, {"account_waits"}),
        (Role.AUDITOR, {"event", "tamper", "clip_waits", "update"}),
    ],
)
def test_each_role_is_offered_what_it_may_see(notified, role, missing):
    kinds = set(notified.as_(role).get(PATH).json()["kinds"])
    everything = set().union(*(notified.as_(one).get(PATH).json()["kinds"] for one in Role))
    assert missing == everything - kinds


def test_what_is_chosen_is_kept_and_logged_without_the_address(notified):
    operator = notified.as_("operator")
    body = {
        "chosen": {"event": ["mail", "push"], "storage": []},
        "mail_address": "oscar@hall.example",
        "ntfy_topic": "hall-1",
        "quiet_hours": {"start": "22:00", "end": "06:30"},
        "language": "de",
    }
    found = operator.put(PATH, body).json()
    assert {"event": ["mail", "push"]} == found["chosen"]
    assert found == operator.get(PATH).json()
    assert ("oscar@hall.example", "22:00:00") == (found["mail_address"], found["quiet_hours"]["start"])
    entry = log(notified)[-1]
    assert {"subject": "own notifications", "kinds": {"event": ["mail", "push"]}} == entry.details
    assert "oscar@" not in str(log(notified))
    assert {} == notified.as_("viewer").get(PATH).json()["chosen"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_address": "not an address"},
        {"mail_address": "a@b.example\r\nBcc: c@d.example"},
        {"mail_address": "a@b.example,c@d.example"},
        {"ntfy_topic": "../admin"},
        {"webhook_url": "https://169.254.169.254/latest"},
        {"webhook_url": "https://hooks.example.org@127.0.0.1/"},
        {"webhook_url": "http://hooks.example.org/"},
        {"chosen": {"everything": ["mail"]}},
        {"quiet_hours": {"start": "25:00", "end": "06:00"}},
    ],
)
def test_what_is_not_accepted(notified, wrong):
    answer = notified.as_("operator").put(PATH, wrong)
    assert 422 == answer.status_code
    assert answer.json()["detail"].endswith(".")


def test_the_secret_of_a_webhook_is_shown_once_and_stored_encrypted(notified, tmp_path):
    operator, body = notified.as_("operator"), {"webhook_url": "https://hooks.example.org/a"}
    secret = operator.put(PATH, body).json()["webhook_secret"]
    assert secret.startswith("whsec_")
    assert None is operator.put(PATH, body).json()["webhook_secret"]  # it stays
    account = Accounts(notified.context.database).get("operator")
    stored = StoredSecrets(tmp_path / "data")
    name, host = f"notifications.webhook.{account.id}", "https://hooks.example.org:None"
    assert secret == stored.get(name, host)
    assert secret.encode() not in (tmp_path / "data" / "secrets").read_bytes()
    operator.put(PATH, {})
    assert None is stored.get(name, host)


def test_a_browser_is_added_and_removed_by_its_owner_alone(notified):
    operator, viewer = notified.as_("operator"), notified.as_("viewer")
    (browser,) = operator.post(f"{PATH}/browsers", BROWSER).json()["browsers"]
    assert ("Firefox on Linux", "fcm.googleapis.com") == (browser["label"], browser["host"])
    assert "a-capability" not in operator.get(PATH).text  # whoever has the address can send to it
    assert 404 == viewer.delete(f"{PATH}/browsers/{browser['id']}").status_code
    assert [] == operator.delete(f"{PATH}/browsers/{browser['id']}").json()["browsers"]
    assert "a-capability" not in str(log(notified))


def test_a_push_service_that_nobody_allowed_is_refused(notified):
    elsewhere = BROWSER | {"endpoint": "https://192.0.2.1/internal"}
    assert 422 == notified.as_("operator").post(f"{PATH}/browsers", elsewhere).status_code


def test_a_test_is_queued_but_not_without_end(notified):
    operator = notified.as_("operator")
    channels = operator.post(f"{PATH}/test", {"channel": "mail"}).json()["channels"]
    assert 1 == next(one["waiting"] for one in channels if one["channel"] == "mail")
    answers = [operator.post(f"{PATH}/test", {"channel": "mail"}).status_code for _ in range(MAX_TESTS)]
    assert [200] * (MAX_TESTS - 1) + [429] == answers
    queue = NotificationQueue(notified.context.database)
    assert MAX_TESTS == sum(result.waiting for result in queue.all_results().values())


def test_what_went_wrong_is_told_to_whom_it_concerns(notified):
    account = Accounts(notified.context.database).get("operator")
    queue = NotificationQueue(notified.context.database)
    notified.as_("operator").post(f"{PATH}/test", {"channel": "mail"})
    queued = queue.due(NotificationChannel.MAIL, 2e9)
    queue.failed(queued[account.id], "login_refused 535", 5.0, permanent=True)
    mine, other = (notified.as_(role).get(PATH).json()["channels"][0] for role in ("operator", "viewer"))
    assert ("login_refused 535", 5.0, None) == (mine["problem"], mine["problem_since"], other["problem"])


def test_the_token_belongs_to_no_account(notified):
    for answer in (notified.get(PATH), notified.put(PATH, {}), notified.post(f"{PATH}/test", {"channel": "mail"})):
        assert (409, "The token belongs to no account. Log in with an account.") == (
            answer.status_code,
            answer.json()["detail"],
        )


def test_the_worker_is_served_to_every_browser(notified):
    answer = notified.other().get("/notifications-worker.js")
    assert (200, "text/javascript; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "showNotification" in answer.text
