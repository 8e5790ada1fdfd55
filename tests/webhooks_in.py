"""How processors sign webhooks, written apart from how the database verifies them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

Headers = dict[str, str]

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEXT = "a secret of 24 characters"
HEX = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
PASSWORD = "cuenta:open sesame"


def seconds() -> int:
    return int(time.time())


def digest(key: bytes, content: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, content, algorithm).digest()


def standard(body: bytes, secret: str = WHSEC, *, at: int | str | None = None, webhook_id: str = "msg_1") -> Headers:
    made_at = str(seconds() if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(digest(key, f"{webhook_id}.{made_at}.".encode() + body)).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": made_at, "webhook-signature": f"v1,{signature}"}


def stripe(body: bytes, secret: str = TEXT, *, at: int | str | None = None) -> Headers:
    made_at = str(seconds() if at is None else at)
    signature = digest(secret.encode(), f"{made_at}.".encode() + body).hex()
    return {"stripe-signature": f"t={made_at},v1={signature},v0={'6' * 64}"}


def mercadopago(
    data_id: str, secret: str = TEXT, *, at: int | str | None = None, request_id: str | None = "req-1"
) -> Headers:
    made_at = str(seconds() if at is None else at)
    manifest = f"id:{data_id.lower()};" + (f"request-id:{request_id};" if request_id else "") + f"ts:{made_at};"
    headers = {"x-signature": f"ts={made_at},v1={digest(secret.encode(), manifest.encode()).hex()}"}
    return headers | ({"x-request-id": request_id} if request_id else {})


def plain(body: bytes, secret: str = TEXT, *, header: str = "x-signature", algorithm: str = "sha256") -> Headers:
    return {header: digest(secret.encode(), body, algorithm).hex()}


def basic(credentials: str = PASSWORD) -> Headers:
    return {"authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def adyen_item(secret: str = HEX, *, escaped: bool = False, **fields: Any) -> dict[str, Any]:
    """One item, signed; fields replace those of the ordinary one."""
    item: dict[str, Any] = {
        "amount": {"currency": "EUR", "value": 1130},
        "eventCode": "CAPTURE",
        "eventDate": "2025-12-30T10:00:00+01:00",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "originalReference": "8313547924770610",
        "pspReference": "7914073381342284",
        "success": "true",
    } | fields
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
    signed = [str(item.get(name) or "") for name in names]
    signed += [str(item["amount"]["value"]), item["amount"]["currency"], item["eventCode"], item["success"]]
    if escaped:
        signed = [field.replace("\\", "\\\\").replace(":", "\\:") for field in signed]
    signature = base64.b64encode(digest(bytes.fromhex(secret), ":".join(signed).encode())).decode()
    return item | {"additionalData": {"hmacSignature": signature}}


def adyen(*items: dict[str, Any]) -> bytes:
    return json.dumps(
        {"live": "true", "notificationItems": [{"NotificationRequestItem": item} for item in items]}
    ).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
