"""Converts vcrpy's values to ours or back."""

from __future__ import annotations

from typing import Any

from vcr.request import Request as VcrRequest

from coze_cassettes.cassette.model import Request, Response


def request_from_vcr(request: VcrRequest) -> Request:
    """vcrpy's request as ours."""
    body = request.body
    raw = body if isinstance(body, bytes) else b"" if body is None else str(body).encode("utf-8")
    return Request(request.method, request.uri, tuple(request.headers.items()), raw)


def request_to_vcr(request: Request) -> VcrRequest:
    """Our request as vcrpy's."""
    return VcrRequest(request.method, request.uri, request.body, dict(request.headers))


def response_from_vcr(response: dict[str, Any]) -> Response:
    """vcrpy's response as ours; how it came and how it broke stand beside the body, as in a cassette file."""
    body = response["body"]
    return Response(
        response["status"]["code"],
        response["status"]["message"] or "",
        tuple((name, value) for name, values in response["headers"].items() for value in values),
        body["string"] or b"",
        tuple(body.get("chunks", ())),
        body.get("fault", ""),
    )


def response_to_vcr(response: Response) -> dict[str, Any]:
    """Our response as vcrpy's."""
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name, []).append(value)
    extra = {"chunks": response.chunks, "fault": response.fault}
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": headers,
        "body": {"string": response.body} | {name: value for name, value in extra.items() if value},
    }
