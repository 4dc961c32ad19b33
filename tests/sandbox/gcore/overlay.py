"""Holds exchanges with Gcore against its OpenAPI description, plus the short list of what practice allows beyond that.

`check_exchange` is for every test: hang `exchange_checker()` on an httpx client as a response hook and it judges whatever is sent.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMA_FILE = Path(__file__).parents[4] / "shared" / "schemas" / "gcore_openapi.json"
_URI = "urn:gcore"

# -- what is allowed beyond the description, with the source ------------------------------------------------------------------

UNDECLARED_REQUEST_FIELDS: dict[str, dict[str, Any]] = {
    # tutorial, "create a stream": region of the transcoder, legacy WebRTC switch
    "stream": {"transcoding_region": {"type": ["string", "null"]}, "webrtc": {"type": "boolean"}},
}
NULLABLE_REQUEST_FIELDS: dict[str, list[str]] = {
    # tutorial samples send `uri: null` and `ad_id: null`; the other stream fields are cleared with null in the vendor's docs
    "stream": ["uri", "cdn_id", "quality_set_id", "client_user_id", "client_entity_data"],
    "broadcast": ["ad_id", "player_id", "share_url", "custom_iframe_url", "pending_message", "poster"],
}
NAME_OPTIONAL_IN_PATCH = True
"""The vendor's curl and SDK samples PATCH single fields without `name`, which the generated types mark as required."""
WRAPPED_OR_BARE = {"POST /streaming/streams": "stream", "PATCH /streaming/streams/{stream_id}": "stream"}
"""Create is bare in the description and wrapped in the tutorial; the vendor's rtckit-node sends both bare."""
EMPTY_200 = {"PUT /streaming/streams/{stream_id}/stop_recording", "PUT /streaming/streams/{stream_id}/start_recording"}
"""Vendor's OpenAPI prose: an empty body when nothing was recording."""
ALWAYS_POSSIBLE = {400, 401, 403, 404, 409, 412, 425, 429, 500, 502, 503, 504}
"""Statuses the description hardly ever declares; the vendor's SDK maps them all."""
UNDECLARED_RESPONSE_TYPES: dict[str, dict[str, Any]] = {
    # tutorial, vendor's Android and iOS apps, docs: fields of a stream that the description does not list
    "Stream": {
        "recording": {"type": ["boolean", "null"]},
        "client_id": {"type": "integer"},
        "broadcasts": {"type": "array", "items": {"$ref": "#/components/schemas/Broadcast"}},
        "restreams": {"type": "array", "items": {"$ref": "#/components/schemas/Restream"}},
        "receiving_error": {"type": ["string", "null"]},
        "transcoding_error": {"type": ["string", "null"]},
        "transcoding_region": {"type": ["string", "null"]},
        "webrtc": {"type": ["boolean", "null"]},
        "video_bitrate": {"type": ["number", "null"]},
    },
}
PAIRS_IN_SERIES = ("MaxStreamSeries", "StatisticGetLiveUniqueViewersResponse")
"""Typed as integers, but every example of the vendor is a list of [unix seconds, value] pairs."""
NULL_IN_NULLABLE_ENUMS = True
"""The description types `stream_source_type` and its like as "string or null" but leaves null out of their enums."""
FREE_FORM_ERRORS = "an error may have any body: six shapes are known, and a proxy's HTML is possible"

# -----------------------------------------------------------------------------------------------------------------------------


def require_schema() -> None:
    """Skip the calling test, saying so, when the description is not there."""
    if not SCHEMA_FILE.exists():
        pytest.skip(f"NOT CHECKED against Gcore's OpenAPI description: {SCHEMA_FILE} is absent")


def check_exchange(method: str, path: str, request_json: Any, status: int, response_json: Any) -> None:
    """Judge one exchange; None stands for "no body". Raises AssertionError that says what is wrong and where.

    Unknown request fields are wrong too: a strict reading, since the vendor would ignore them silently. Values are not printed,
    because streams and restreams carry secrets.
    """
    operation = _operation(method, path)
    _check_request(operation, request_json)
    _check_response(operation, status, response_json)


def exchange_checker(prefix: str = "/streaming/") -> Callable[[httpx.Response], Awaitable[None]]:
    """An httpx response hook: `httpx.AsyncClient(event_hooks={"response": [exchange_checker()]})`."""

    async def check(response: httpx.Response) -> None:
        request = response.request
        if request.url.path.startswith(prefix):
            body = await response.aread()
            _rewind(response, body)
            answer = _json_or_text(body) if response.is_success else None
            check_exchange(request.method, request.url.path, _json_or_text(request.content), response.status_code, answer)

    return check


def _rewind(response: httpx.Response, body: bytes) -> None:
    """Whoever asked reads the answer piece by piece after this hook has read it; the simulator compresses nothing."""
    assert "content-encoding" not in response.headers
    response.stream = httpx.ByteStream(body)
    response.is_stream_consumed = response.is_closed = False


def _json_or_text(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


class _Operation:
    def __init__(self, name: str, spec: dict[str, Any]) -> None:
        self.name, self.spec = name, spec
        self.request: dict[str, Any] | None = _json_schema(spec.get("requestBody"))
        if name == "PATCH /streaming/videos/{video_id}" and self.request and NAME_OPTIONAL_IN_PATCH:
            self.request = {k: v for k, v in self.request.items() if k != "required"}


def _operation(method: str, path: str) -> _Operation:
    for template, operations in _description()["paths"].items():
        pattern = re.sub(r"\{\w+\}", r"\\d+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return _Operation(f"{method.upper()} {template}", operations[method.lower()])
    raise AssertionError(f"{method} {path} is not an operation of Gcore's API")


def _json_schema(part: dict[str, Any] | None) -> dict[str, Any] | None:
    if part is None or "content" not in part:
        return None
    schema: dict[str, Any] = part["content"]["application/json"]["schema"]
    return schema


def _check_request(operation: _Operation, body: Any) -> None:
    if operation.request is None:
        assert body in (None, {}), f"{operation.name}: takes no body, but one was sent"
        return
    assert isinstance(body, dict | list), f"{operation.name}: a JSON body is needed"
    schema, key = operation.request, WRAPPED_OR_BARE.get(operation.name)
    if key is not None and isinstance(body, dict):
        is_wrapped = set(body) == {key}
        schema_is_wrapped = set(schema["properties"]) == {key}
        fields = _resolve(schema["properties"][key]) if schema_is_wrapped else schema
        body, schema = (body[key] if is_wrapped else body), fields
        entity: str | None = key
    else:
        entity, schema, body = _unwrap(operation, schema, body)
    _validate(f"{operation.name}: request", _loosened(schema, entity, operation.name), body)


def _unwrap(operation: _Operation, schema: dict[str, Any], body: Any) -> tuple[str | None, dict[str, Any], Any]:
    keys = list(schema.get("properties", {}))
    if len(keys) != 1 or keys[0] not in ("stream", "broadcast", "restream", "player", "video"):
        return None, schema, body
    key = keys[0]
    assert isinstance(body, dict), f"{operation.name}: the body must be an object"
    assert set(body) == {key}, f"{operation.name}: the body must be wrapped in {key!r}, its keys are {sorted(body)}"
    return key, _resolve(schema["properties"][key]), body[key]


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = _description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _loosened(schema: dict[str, Any], entity: str | None, operation: str) -> dict[str, Any]:
    if "properties" not in schema:
        return schema
    loose = copy.deepcopy(schema)
    loose["properties"] |= UNDECLARED_REQUEST_FIELDS.get(entity or "", {})
    for name in NULLABLE_REQUEST_FIELDS.get(entity or "", []):
        loose["properties"][name] = {"anyOf": [loose["properties"][name], {"type": "null"}]}
    if operation.startswith("PATCH ") and NAME_OPTIONAL_IN_PATCH:
        loose["required"] = [name for name in loose.get("required", []) if name != "name"]
    loose["additionalProperties"] = False
    return loose


def _check_response(operation: _Operation, status: int, body: Any) -> None:
    declared = {int(code) for code in operation.spec["responses"]}
    assert status in declared | ALWAYS_POSSIBLE | {422}, f"{operation.name}: answers {status}, declared are {sorted(declared)}"
    if status >= 400:
        return  # FREE_FORM_ERRORS
    schema = _json_schema(operation.spec["responses"].get(str(status)))
    if schema is None:
        assert status == 200 or body is None, f"{operation.name}: {status} has no body"
        return
    if body is None and operation.name in EMPTY_200:
        return
    if schema.get("type") == "array" and schema["items"].get("$ref", "").endswith("/VideoListResponse"):
        schema = schema["items"]  # a slip of the description: VideoListResponse already is the array
    _validate(f"{operation.name}: {status} answer", schema, body)


def _validate(what: str, schema: dict[str, Any], body: Any) -> None:
    anchored = json.loads(json.dumps(schema).replace('"#/components/', f'"{_URI}#/components/'))
    errors = sorted(Draft202012Validator(anchored, registry=_registry()).iter_errors(body), key=lambda e: list(e.absolute_path))
    if errors:
        raise AssertionError("\n".join(f"{what}: {_sentence(error)}" for error in errors))


def _sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error.absolute_path) or "body"
    if error.validator in ("required", "additionalProperties"):
        return f"{where}: {error.message}"
    return f"{where}: a {type(error.instance).__name__} breaks {error.validator} {error.validator_value!r}"


@functools.cache
def _description() -> dict[str, Any]:
    require_schema()
    description: dict[str, Any] = json.loads(SCHEMA_FILE.read_text())
    schemas = description["components"]["schemas"]
    for name, fields in UNDECLARED_RESPONSE_TYPES.items():
        schemas[name]["properties"] |= fields
    _let_enums_be_null(schemas)
    pairs = {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}}
    for name, schema in schemas.items():
        if name.startswith(PAIRS_IN_SERIES) and name.endswith("Metrics"):
            schema["properties"]["streams"] = pairs
    return description


def _let_enums_be_null(schema: Any) -> None:
    if isinstance(schema, dict):
        if NULL_IN_NULLABLE_ENUMS and "enum" in schema and "null" in schema.get("type", ()):
            schema["enum"] = [*schema["enum"], None]
        for part in schema.values():
            _let_enums_be_null(part)


@functools.cache
def _registry() -> Registry[Any]:
    resource: Resource[Any] = Resource.from_contents(_description(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry()
    filled: Registry[Any] = registry.with_resource(_URI, resource)
    return filled
