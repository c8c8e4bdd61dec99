"""AWS End User Messaging, which checks the signature by a second pair of eyes."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from itertools import count

from otpguard.testing.vendor_server import Received, Reply

ACCESS_KEY, SECRET_KEY, REGION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", "us-east-1"

_number = count(1)


def end_user_messaging(received: Received) -> Reply:
    """POST / with X-Amz-Target, as the service model of botocore has it."""
    assert (received.method, received.target) == ("POST", "/")
    assert received.headers["content-type"] == "application/x-amz-json-1.0"
    assert is_signed(received)
    service, operation = received.headers["x-amz-target"].split(".")
    assert service == "PinpointSMSVoiceV2"
    body = received.json
    if operation == "PutMessageFeedback":
        assert set(body) == {"MessageId", "MessageFeedbackStatus"}
        assert body["MessageFeedbackStatus"] in {"RECEIVED", "FAILED"}
        return Reply(200, body)
    assert re.fullmatch(r"\+[1-9]\d{6,14}", body["DestinationPhoneNumber"])
    assert 1 <= len(body["MessageBody"]) <= 1600
    assert 5 <= body.get("TimeToLive", 5) <= 259_200
    allowed = {
        "DestinationPhoneNumber",
        "MessageBody",
        "OriginationIdentity",
        "ConfigurationSetName",
        "TimeToLive",
        "MessageFeedbackEnabled",
    }
    if operation == "SendTextMessage":
        assert set(body) <= allowed | {"MessageType", "MaxPrice"}
        assert body["MessageType"] == "TRANSACTIONAL"
    else:
        assert operation == "SendVoiceMessage"
        assert set(body) <= allowed | {"MaxPricePerMinute"}
        assert body["OriginationIdentity"]
    return Reply(200, {"MessageId": f"message-{next(_number)}"})


def is_signed(received: Received) -> bool:
    """Signature Version 4, written down once more from its description."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
        r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        received.headers["authorization"],
    )
    assert found is not None
    key, day, region, service, names, signature = found.groups()
    assert (key, region, service) == (ACCESS_KEY, REGION, "sms-voice")
    assert {"host", "x-amz-date", "content-type", "x-amz-target"} <= set(names.split(";"))
    headers = "".join(f"{name}:{received.headers[name].strip()}\n" for name in names.split(";"))
    body = sha256(received.body).hexdigest()
    canonical = f"{received.method}\n/\n\n{headers}\n{names}\n{body}"
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{received.headers['x-amz-date']}\n{scope}\n{digest}"
    secret = f"AWS4{SECRET_KEY}".encode()
    for part in (day, region, service, "aws4_request"):
        secret = hmac.new(secret, part.encode(), sha256).digest()
    return hmac.new(secret, to_sign.encode(), sha256).hexdigest() == signature
