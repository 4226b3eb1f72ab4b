"""The run-time half of an account: its people, its token and its other secrets, drawn anew at every start."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

from coze_standin import secret_values as made
from coze_standin.planted import Planted
from coze_standin.profiles import Profile


@dataclass(frozen=True)
class Person:
    """Somebody of an account; ``email`` and ``phone`` never come in a field of their own, only in text."""

    user_id: str
    user_name: str
    nick_name: str
    avatar_url: str
    email: str
    phone: str


@dataclass(frozen=True)
class Account:
    """One of the two accounts, as it is in this run: ``people[0]`` owns it, ``token`` opens it."""

    profile: Profile
    token: str
    people: tuple[Person, ...]
    api_key: str
    verify_token: str
    jwt: str
    pem: str
    ip: str

    @property
    def owner(self) -> Person:
        """The user whose token it is."""
        return self.people[0]


class Maker:
    """Draws what an account holds and registers it as planted."""

    def __init__(self, profile: Profile, chance: random.Random, planted: Planted, now: int) -> None:
        self._profile = profile
        self._chance = chance
        self._planted = planted
        self._now = now

    def account(self) -> Account:
        """The whole account."""
        add, chance = self._planted.add, self._chance
        people = tuple(self.person() for _ in range(1 + self._profile.other_members))
        return Account(
            profile=self._profile,
            token=add("API_TOKEN", made.token(chance, "pat_", 64)),
            people=people,
            api_key=add("API_KEY", made.token(chance, self._profile.key_prefix, 48)),
            verify_token=add("VERIFY_TOKEN", made.token(chance, "", 32)),
            jwt=add("JWT", made.json_web_token(chance, people[0].user_id, self._now)),
            pem=self._pem(),
            ip=add("IP_ADDRESS", made.ip_address(chance)),
        )

    def person(self) -> Person:
        """Somebody, with all that is personal about them."""
        add, chance, profile = self._planted.add, self._chance, self._profile
        unique = profile.unique_name.format(word=made.word(chance), digits=made.digits(chance, 9))
        family, given = chance.choice(profile.family_names), chance.choice(profile.given_names)
        return Person(
            user_id=add("USER_ID", made.digits(chance, 16)),
            user_name=add("USER_NAME", unique),
            nick_name=add(
                "NICK_NAME", profile.nick_name.format(family=family, given=given, number=made.digits(chance, 4))
            ),
            avatar_url=self.image("AVATAR_URL"),
            email=add("EMAIL", made.email(chance, profile.mail_ending)),
            phone=add("PHONE", profile.phone_prefix + made.drawn(chance, string.digits, profile.phone_digits)),
        )

    def image(self, kind: str) -> str:
        """A signed URL; ``kind`` is ``AVATAR_URL``, ``ICON_URL`` or ``FILE_URL``. The two accounts sign differently."""
        chance, host = self._chance, self._chance.choice(self._profile.image_hosts)
        signed = self._planted.add("SIGNATURE", made.signature(chance))
        if self._profile.name == "a" or kind == "ICON_URL":
            url = made.image_url(chance, host, signed, self._now)
        else:
            key = self._planted.add("AUTH_KEY", made.hexadecimal(chance, 24))
            url = made.original_url(chance, host, key, signed, self._now)
        self._planted.add("SIGNATURE", url.rsplit("=", 1)[1])
        return self._planted.add(kind, url)

    def _pem(self) -> str:
        """A key as it stands in a prompt; each of its lines is planted, since JSON escapes the line ends."""
        block = made.pem_block(self._chance, "PRIVATE KEY")
        for line in block.splitlines()[1:-1]:
            self._planted.add("PRIVATE_KEY", line)
        return block
