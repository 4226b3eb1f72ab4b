"""Values that look like secrets or personal data, drawn at run time: nothing here is anybody's."""

from __future__ import annotations

import base64
import json
import random
import string
from urllib.parse import quote

_ALNUM = string.ascii_letters + string.digits
_SYLLABLES = ("bar", "cor", "del", "fen", "gal", "hol", "jun", "kel", "lor", "mar", "nol", "pim", "quin", "ros", "tal")


def draw(rng: random.Random, alphabet: str, length: int) -> str:
    """``length`` characters of ``alphabet``."""
    return "".join(rng.choices(alphabet, k=length))


def hexadecimal(rng: random.Random, length: int) -> str:
    """``length`` lower case hexadecimal digits."""
    return f"{rng.getrandbits(4 * length):0{length}x}"


def digits(rng: random.Random, length: int) -> str:
    """``length`` decimal digits, the first not zero."""
    return rng.choice("123456789") + draw(rng, string.digits, length - 1)


def word(rng: random.Random, syllables: int = 3) -> str:
    """A pronounceable word that means nothing."""
    return "".join(rng.choices(_SYLLABLES, k=syllables))


def token(rng: random.Random, prefix: str, length: int) -> str:
    """An access token of the usual shape: a prefix such as ``pat_`` and ``length`` letters and digits."""
    return prefix + draw(rng, _ALNUM, length)


def email(rng: random.Random, ending: str) -> str:
    """A mail address under a domain that was made up for it."""
    return f"{word(rng)}.{word(rng, 2)}{digits(rng, 3)}@{word(rng, 4)}.{ending}"


def ip_address(rng: random.Random) -> str:
    """An IPv4 address of the open network: none of the special networks of RFC 6890 begins with 33 to 99."""
    return ".".join(str(number) for number in (rng.randint(33, 99), *(rng.randint(11, 126) for _ in range(3))))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def json_web_token(rng: random.Random, subject: str, now: int) -> str:
    """A JWT whose signature is random: right in shape, good for nothing."""
    head = {"alg": "RS256", "typ": "JWT", "kid": hexadecimal(rng, 16)}
    claims = {"sub": subject, "iat": now, "exp": now + 3600}
    parts = [_base64url(json.dumps(part).encode()) for part in (head, claims)]
    return ".".join([*parts, _base64url(rng.randbytes(256))])


def pem_block(rng: random.Random, label: str) -> str:
    """A PEM block around random bytes, in lines of 64 characters."""
    encoded = base64.b64encode(rng.randbytes(180)).decode()
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def signature(rng: random.Random) -> str:
    """The signature of a signed URL: base64 of 20 bytes, not yet percent-encoded."""
    return base64.b64encode(rng.randbytes(20)).decode()


def image_url(rng: random.Random, host: str, signed: str, now: int) -> str:
    """An image on a host of the image service, signed with ``signed`` for a year from ``now``."""
    bucket, template = f"tos-{word(rng, 2)}-i-{digits(rng, 6)}", f"tplv-{word(rng, 2)}-image"
    return (
        f"https://{host}/{bucket}/{hexadecimal(rng, 32)}.png~{template}.image"
        f"?rk3s={hexadecimal(rng, 8)}&x-expires={now + 31_536_000}&x-signature={quote(signed, safe='')}"
    )


def original_url(rng: random.Random, host: str, key: str, signed: str, now: int) -> str:
    """The same with the older parameters: ``x-orig-authkey``, ``x-orig-expires``, ``x-orig-sign``."""
    return (
        f"https://{host}/obj/{word(rng, 3)}/{hexadecimal(rng, 24)}"
        f"?x-orig-authkey={key}&x-orig-expires={now + 86_400}&x-orig-sign={quote(signed, safe='')}"
    )
