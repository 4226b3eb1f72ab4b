"""Which headers a cassette keeps."""

from __future__ import annotations

import re
from typing import Final

from coze_cassettes.cassette.model import Headers, Request, Response, header

REQUEST_HEADERS: Final = ("authorization", "agw-js-conv", "content-type")
"""Request headers that a cassette keeps, in this order; everything else differs per machine or says nothing."""

RESPONSE_HEADERS: Final = ("content-type", "location", "retry-after", "x-tt-logid", "x-log-id")
"""Response headers that stand first, in this order; the others that are kept follow by name."""

_NOISE: Final = re.compile(
    r"connection|keep-alive|proxy-.*|transfer-encoding|te|trailer|upgrade|content-encoding|content-length|date|age"
    r"|sec-websocket-.*|permessage-.*"
    r"|server|via|x-via|alt-svc|nel|report-to|reporting-endpoints|strict-transport-security|timing-allow-origin"
    r"|x-served-by|x-cache(?:-.*)?|x-request-ip|(?:.*-)?server-timing|x-(?:origin|parent|edge)-response-time"
    r"|(?:x-)?akamai-.*|ali-swift-.*|x-swift-.*|eagleid|cf-.*|x-amz-cf-.*|x-envoy-.*|x-varnish|x-timer|x-(?:bd)?cdn-.*"
    r"|upstream-caught|x-dsa-.*|x-gw-.*|x-net-.*|x-bytefaas-.*|x-tt-(?!logid$).*|tt_stable"
)
"""Response headers of the connection and of what stands between: a replay makes its own, or no test can mean them.

Those of the networks before Coze are known from published answers of services that stand behind the same networks.
"""


def kept_request_headers(request: Request) -> Headers:
    """The headers of a request that a cassette keeps."""
    return _first(request.headers, REQUEST_HEADERS)


def kept_response_headers(response: Response, method: str) -> Headers:
    """The headers of a response that a cassette keeps: all that a test may read.

    The length of a body is that of the body, except in the answer to HEAD; without a body nothing was decoded.
    """
    known = _first(response.headers, RESPONSE_HEADERS)
    named = ((name.lower(), value) for name, value in response.headers)
    return (*known, *sorted((name, value) for name, value in named if _is_kept(name, method, response.body)))


def _is_kept(name: str, method: str, body: bytes) -> bool:
    if name == "content-length":
        return method == "HEAD"
    if name == "content-encoding":
        return not body
    return name not in RESPONSE_HEADERS and _NOISE.fullmatch(name) is None


def _first(headers: Headers, names: tuple[str, ...]) -> Headers:
    return tuple((name, value) for name in names if (value := header(headers, name)))
