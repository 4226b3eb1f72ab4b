"""The run-time half of an account: its people, its token, its other secrets, drawn anew at every start."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

from coze_standin import secret_values as made
from coze_standin.canaries import Canaries
from coze_standin.profiles import Profile


@dataclass(frozen=True)
class Person:
    """A person of an account; ``email`` and ``phone`` never come in a field of their own, only in text."""

    user_id: str
    user_name: str
    nick_name: str
    avatar_url: str
    email: str
    phone: str


@dataclass(frozen=True)
class Account:
    """One of the two accounts, as it is in this run: ``people[0]`` owns it, ``token`` opens it.

    ``people`` are in its workspaces, ``colleague`` only in its enterprise, ``guest`` in neither.
    """

    profile: Profile
    token: str
    people: tuple[Person, ...]
    colleague: Person
    guest: Person
    api_key: str
    verify_token: str
    jwt: str
    pem: str
    ip: str

    @property
    def owner(self) -> Person:
        """The user whose token it is."""
        return self.people[0]

    @property
    def everybody(self) -> dict[str, Person]:
        """Everybody of whom the account can hear, by user id."""
        return {person.user_id: person for person in (*self.people, self.colleague, self.guest)}


class Maker:
    """Draws what an account holds and registers each secret as a canary."""

    def __init__(self, profile: Profile, rng: random.Random, canaries: Canaries, now: int) -> None:
        self._profile = profile
        self._rng = rng
        self._canaries = canaries
        self._now = now

    def account(self) -> Account:
        """The whole account."""
        add, rng = self._canaries.add, self._rng
        people = tuple(self.person() for _ in range(1 + self._profile.workspaces.other_members))
        return Account(
            profile=self._profile,
            token=add("API_TOKEN", made.token(rng, "pat_", 64)),
            people=people,
            colleague=self.person(),
            guest=self.person(),
            api_key=add("API_KEY", made.token(rng, self._profile.web.key_prefix, 48)),
            verify_token=add("VERIFY_TOKEN", made.token(rng, "", 32)),
            jwt=add("JWT", made.json_web_token(rng, people[0].user_id, self._now)),
            pem=self._pem(),
            ip=add("IP_ADDRESS", made.ip_address(rng)),
        )

    def person(self) -> Person:
        """A person, with all that is personal about them."""
        add, rng, profile = self._canaries.add, self._rng, self._profile
        unique = profile.people.unique_name.format(word=made.word(rng), digits=made.digits(rng, 9))
        family, given = rng.choice(profile.people.family_names), rng.choice(profile.people.given_names)
        return Person(
            user_id=add("USER_ID", made.digits(rng, 16)),
            user_name=add("USER_NAME", unique),
            nick_name=add(
                "NICK_NAME", profile.people.nick_name.format(family=family, given=given, number=made.digits(rng, 4))
            ),
            avatar_url=self.image("AVATAR_URL"),
            email=add("EMAIL", made.email(rng, profile.people.mail_ending)),
            phone=add(
                "PHONE", profile.people.phone_prefix + made.draw(rng, string.digits, profile.people.phone_digits)
            ),
        )

    def image(self, kind: str) -> str:
        """A signed URL; ``kind`` is what its canary is called. The two accounts sign differently, icons apart."""
        rng, host = self._rng, self._rng.choice(self._profile.web.image_hosts)
        signed = self._canaries.add("SIGNATURE", made.signature(rng))
        if self._profile.name == "a" or kind == "ICON_URL":
            url = made.image_url(rng, host, signed, self._now)
        else:
            key = self._canaries.add("AUTH_KEY", made.hexadecimal(rng, 24))
            url = made.original_url(rng, host, key, signed, self._now)
        self._canaries.add("SIGNATURE", url.rsplit("=", 1)[1])
        return self._canaries.add(kind, url)

    def stored_file(self, business: str, owner: Person, ending: str) -> str:
        """The URI of a stored file; ``business`` is what it is for. It begins with the id of its owner."""
        nanoseconds, drawn = self._now * 10**9 + self._rng.randrange(10**9), made.token(self._rng, "", 10)
        suffix = f".{ending}" if ending else ""
        uri = f"FileBizType.{business}/{owner.user_id}_{nanoseconds}_{drawn}{suffix}"
        return self._canaries.add("FILE_URI", uri)

    def _pem(self) -> str:
        """A key as it stands in a prompt; each of its lines is a canary, since JSON escapes the line ends."""
        block = made.pem_block(self._rng, "PRIVATE KEY")
        for line in block.splitlines()[1:-1]:
            self._canaries.add("PRIVATE_KEY", line)
        return block
