import base64

from passerby.documents.webhook_signature import headers


def test_the_example_of_the_standard():
    """From https://github.com/standard-webhooks/standard-webhooks, the specification's own example."""
    found = headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == found["webhook-signature"]
    assert ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330") == (found["webhook-id"], found["webhook-timestamp"])


def test_a_secret_that_is_no_base64_is_taken_as_it_is():
    signature = headers("whsec_not base64 at all", "a", 1, b"x")["webhook-signature"]
    plain = headers("whsec_" + base64.b64encode(b"whsec_not base64 at all").decode(), "a", 1, b"x")
    assert signature == plain["webhook-signature"]


def test_all_of_it_is_signed():
    signatures = {
        headers(secret, id, seconds, body)["webhook-signature"]
        for secret in ("secret", "other")
        for id in ("a", "b")
        for seconds in (1, 2)
        for body in (b"x", b"y")
    }
    assert 16 == len(signatures)
