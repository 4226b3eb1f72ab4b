"""Says what keeps httpx from using the proxies of the environment."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping

import httpx

_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def problem(environment: Mapping[str, str] = os.environ) -> str:
    """Why no client can be made, with the fix, or an empty string; no value is shown, which may hold a password."""
    try:
        with httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):  # it reads no certificates, for 20 ms
            return ""
    except ImportError:
        return (
            f"httpx needs the package socksio for the SOCKS proxy of {_variables(environment, 'socks')}: "
            "install it (httpx[socks]), or unset the variable."
        )
    except (ValueError, httpx.InvalidURL) as error:
        reason = type(error).__name__
        return f"httpx cannot read the proxies of {_variables(environment)} ({reason}): correct or unset them."


def _variables(environment: Mapping[str, str], start: str = "") -> str:
    """The variables that name proxies by a value with this beginning; on some systems the settings name them."""
    named = {name: value for name, value in environment.items() if name.lower() in _NAMES and value}
    found = sorted(name for name, value in named.items() if value.lower().startswith(start))
    return ", ".join(found) or "the system's settings"
