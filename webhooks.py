"""Signed webhooks at the door: what came is handed to the database as it came, which verifies it and answers.

Nothing is parsed here, and nobody needs a key: the signature is one.
"""

import json
from collections.abc import Iterable

from flask import Request, Response, g

from arguments import most_bytes, read_bytes
from db.pool import BODIES, Pool

ROLE = "cuenta_door"
CALL = (
    b"select r.answer, r.content_type,"
    b" case pg_catalog.jsonb_array_length(r.results) when 1 then r.results #>> '{0,event_id}' end"
    b" from api.receive_webhook(p_source => $1, p_headers => $2, p_query => $3, p_body => $4) as r"
)


def as_json(texts: Iterable[tuple[str, str]]) -> str:
    """An object of texts that PostgreSQL can keep."""
    return json.dumps({k.replace("\0", ""): v.replace("\0", "\ufffd") for k, v in texts})


def receive(pool: Pool, request: Request, source: str) -> Response:
    """Hand a webhook over; 2xx only after the commit. The log says as which role, and of which event if it is one."""
    g.caller = g.caller._replace(role=ROLE)
    body = read_bytes(most_bytes(), BODIES // 2)  # anybody may send one: the other half is for those with a key
    values = [source.replace("\0", "\ufffd"), as_json(request.headers.items()), as_json(request.args.items())]
    with pool.gate.enter(()):
        answer, content_type, event_id = pool.acting_as(ROLE).call(CALL, [*values, f"\\x{body.hex()}"])
    g.event_id = str(event_id, "utf-8") or None
    return Response(answer, 200, content_type=str(content_type, "utf-8"))
