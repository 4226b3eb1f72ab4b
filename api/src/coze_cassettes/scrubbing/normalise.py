"""Brings an interaction into the form in which cassettes keep it, apart from any secret."""

from __future__ import annotations

from dataclasses import replace

from coze_cassettes.cassette.model import Interaction, Request, header
from coze_cassettes.codecs import compression, multipart
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing.headers import kept_request_headers, kept_response_headers


def normalise(interaction: Interaction) -> Interaction:
    """An interaction without content encoding and with the one boundary; headers are all still there."""
    response = interaction.response
    encoding = header(response.headers, "content-encoding")
    if encoding and response.body:  # of HEAD, 204 and 304 there is none, and the header stays
        headers = tuple((name, value) for name, value in response.headers if name.lower() != "content-encoding")
        body = compression.decompress(response.body, encoding, may_break_off=True)  # a test may stop reading
        response = replace(response, headers=headers, body=body, chunks=())
    if "event-stream" not in header(response.headers, "content-type") and not response.fault:
        response = replace(response, chunks=())
    return Interaction(normalise_request(interaction.request), response)


def normalise_request(request: Request) -> Request:
    """A request without content encoding and with the one boundary that all multipart bodies get."""
    if encoding := header(request.headers, "content-encoding"):
        kept = tuple((name, value) for name, value in request.headers if name.lower() != "content-encoding")
        body = compression.decompress(request.body, encoding) if request.body else b""
        request = replace(request, headers=kept, body=body)
    content_type = header(request.headers, "content-type")
    if not content_type.lower().startswith("multipart/") or not request.body:
        return request
    boundary = multipart.boundary_of(content_type)
    parts = multipart.split_multipart(request.body, boundary)
    if multipart.join_multipart(parts, boundary) != request.body:
        raise UnreadableBody("a multipart body cannot be put together again as it was")
    headers = tuple(
        (name, multipart.with_boundary(value, multipart.BOUNDARY) if name.lower() == "content-type" else value)
        for name, value in request.headers
    )
    return replace(request, headers=headers, body=multipart.join_multipart(parts, multipart.BOUNDARY))


def with_kept_headers(interaction: Interaction) -> Interaction:
    """An interaction with the headers that a cassette keeps."""
    request, response = interaction.request, interaction.response
    return Interaction(
        replace(request, headers=kept_request_headers(request)),
        replace(response, headers=kept_response_headers(response, request.method)),
    )
