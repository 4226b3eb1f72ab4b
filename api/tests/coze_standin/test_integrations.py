"""How other systems meet Coze: callbacks, variables, channels; and who is in an enterprise."""

from __future__ import annotations

from typing import Any

import pytest

from coze_standin.state import State

_API_APPS = "/v1/api_apps"


def test_a_callback_app_lives(web: Any, state: State) -> None:
    """It is made with a secret of its own, listed first, changed part by part, and gone."""
    made = [
        web.data("POST", _API_APPS, json={"app_type": "normal", "name": "Mine"}),
        web.data("POST", _API_APPS, json={"app_type": "connector", "connector_id": "c-1"}),
    ]
    assert [sorted(one) for one in made] == [
        ["app_type", "id", "name", "verify_token"],
        ["app_type", "connector_id", "id", "verify_token"],
    ]
    canaries = state.canaries.as_json()
    assert all({"kind": "VERIFY_TOKEN", "value": one["verify_token"]} in canaries for one in made)
    assert web.data("GET", _API_APPS)["items"] == made[::-1]
    assert web.data("GET", _API_APPS, params={"app_type": "normal"})["items"] == made[:1]
    path = f"{_API_APPS}/{made[0]['id']}"
    for change in ({"callback_url": "https://example.com/c"}, {"name": "Ours"}):
        assert web.data("PUT", path, json=change) is None
    changed = {**made[0], "name": "Ours", "callback_url": "https://example.com/c"}
    assert web.data("GET", _API_APPS, params={"app_type": "normal"})["items"] == [changed]
    assert web.data("DELETE", path) is None
    assert web("DELETE", path).json()["code"] == 4200
    assert web.data("GET", _API_APPS)["items"] == made[1:]


@pytest.mark.parametrize("body", [{}, {"app_type": "other"}, {"app_type": "normal"}, {"app_type": "connector"}])
def test_a_callback_app_needs_a_name_or_a_channel(web: Any, body: Any) -> None:
    """Without what its kind asks for it is refused."""
    assert web("POST", _API_APPS, json=body).json()["code"] == 4000


def test_callback_apps_come_in_pages(web: Any) -> None:
    """Each page has the token of the next; a token that is none is refused, and so is another kind of app."""
    made = [web.data("POST", _API_APPS, json={"app_type": "normal", "name": f"n{n}"})["id"] for n in range(3)]
    found, token, more = [], "", True
    while more:
        page = web.data("GET", _API_APPS, params={"page_size": 2, "page_token": token})
        found += [one["id"] for one in page["items"]]
        token, more = page["next_page_token"], page["has_more"]
    assert (found, token) == (made[::-1], "")
    for query in ({"page_token": "x"}, {"app_type": "other"}):
        assert web("GET", _API_APPS, params=query).json()["code"] == 4000


def test_events_are_subscribed_to_once(web: Any) -> None:
    """They are listed in the order of subscription, in pages; what is not subscribed to can be given up."""
    path = f"{_API_APPS}/{web.data('POST', _API_APPS, json={'app_type': 'normal', 'name': 'n'})['id']}/events"
    for events in (["bot.deleted"], ["bot.other", "bot.deleted"]):
        assert web.data("POST", path, json={"event_types": events}) is None
    first = web.data("GET", path, params={"page_size": 1})
    assert first["has_more"]
    second = web.data("GET", path, params={"page_size": 1, "page_token": first["next_page_token"]})
    assert [one["event_type"] for one in first["items"] + second["items"]] == ["bot.deleted", "bot.other"]
    assert (second["has_more"], "next_page_token" in second) == (False, False)
    assert {one["name"] for one in first["items"] + second["items"]} == {"n"}
    assert web.data("DELETE", path, json={"event_types": ["bot.deleted", "bot.never"]}) is None
    assert [one["event_type"] for one in web.data("GET", path)["items"]] == ["bot.other"]
    for events_sent in (None, [], [1], "bot.deleted"):
        assert web("POST", path, json={"event_types": events_sent}).json()["code"] == 4000
    assert web("GET", f"{_API_APPS}/7/events").json()["code"] == 4200


def test_variables_belong_to_one_user(web: Any, state: State) -> None:
    """A value is that of a bot or an app, a channel and a user; it is changed and keeps the time it was made at."""
    bot = {"bot_id": state.configured.bot_id, "connector_uid": "me"}
    data = [{"keyword": "city", "value": "Ghent"}, {"keyword": "mood", "value": ""}]
    assert web.data("PUT", "/v1/variables", json={**bot, "data": data}) is None

    def values(**whose: str) -> dict[str, str]:
        query = {**whose, "keywords": "mood,city,age"}
        return {one["keyword"]: one["value"] for one in web.data("GET", "/v1/variables", params=query)["items"]}

    assert values(**bot) == {"mood": "", "city": "Ghent"}
    assert list(values(**bot)) == ["mood", "city"]
    for query in (bot, {**bot, "keywords": ""}):
        items = web.data("GET", "/v1/variables", params=query)["items"]
        assert [one["keyword"] for one in items] == ["city", "mood"]
    assert values(**bot, connector_id="1024") == values(**bot)
    app = {"app_id": state.projects.apps.all()[0].id, "connector_uid": "me"}
    assert values(**{**bot, "connector_uid": "you"}) == values(**bot, connector_id="1") == values(**app) == {}
    web.data("PUT", "/v1/variables", json={**bot, "data": [{"keyword": "city", "value": "Bruges"}]})
    (held,) = web.data("GET", "/v1/variables", params={**bot, "keywords": "city"})["items"]
    assert held["value"] == "Bruges"
    assert 0 < held["create_time"] <= held["update_time"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bot_id": None}, 4000),
        ({"connector_uid": ""}, 4000),
        ({"data": []}, 4000),
        ({"data": [{"keyword": "k"}]}, 4000),
        ({"bot_id": "7"}, 4200),
        ({"app_id": "7"}, 4200),
    ],
)
def test_variables_name_their_holder(web: Any, state: State, change: Any, code: int) -> None:
    """Nobody, no user, nothing to change, and what does not exist are refused."""
    body = {"bot_id": state.configured.bot_id, "connector_uid": "me", "data": [{"keyword": "k", "value": "v"}]}
    assert web("PUT", "/v1/variables", json={**body, **change}).json()["code"] == code


def test_a_bot_is_reviewed(web: Any, state: State) -> None:
    """A result is kept; one that does not pass needs a reason, and a body without a result changes nothing."""
    path = f"/v1/connectors/{state.configured.connector_id}/bots/{state.configured.bot_id}"

    def code(**body: Any) -> int:
        return int(web("PUT", path, json=body).json()["code"])

    assert code(audit_status=2, reason=None) == code(audit_status=None, reason=None) == 0
    audits = state.integration.channels.get(state.configured.connector_id).audits
    assert audits == {state.configured.bot_id: (2, "")}
    assert (code(audit_status=3), code(audit_status=3, reason="Too long"), code(audit_status=4)) == (4000, 0, 4000)
    for lost in ("/v1/connectors/7/bots/" + state.configured.bot_id, path[: path.rindex("/")] + "/7"):
        assert web("PUT", lost, json={"audit_status": 1}).json()["code"] == 4200


def test_an_enterprise_takes_a_user_in_and_out(web: Any, state: State) -> None:
    """Once, with a role that can change; what they leave goes to another member."""
    path = f"/v1/enterprises/{state.configured.enterprise_id}/members"
    guest, owner = state.configured.guest_id, state.account.owner.user_id

    def roles() -> dict[str, str]:
        return dict(state.enterprises.get(state.configured.enterprise_id).roles)

    before = roles()
    users = [{"user_id": guest, "role": "enterprise_member"}]
    assert web.data("POST", path, json={"users": users}) is None
    assert web("POST", path, json={"users": users}).json()["code"] == 4201
    assert web.data("PUT", f"{path}/{guest}", json={"role": "enterprise_admin"}) is None
    assert roles() == {**before, guest: "enterprise_admin"}
    for receiver, code in (("", 4000), (guest, 4000), ("7", 4200), (owner, 0), (owner, 4200)):
        assert web("DELETE", f"{path}/{guest}", json={"receiver_user_id": receiver}).json()["code"] == code
    assert roles() == before


@pytest.mark.parametrize(
    ("method", "tail", "body", "code"),
    [
        ("POST", "", {"users": []}, 4000),
        ("POST", "", {"users": [{"user_id": "7", "role": "enterprise_member"}]}, 4200),
        ("POST", "", {"users": [{"user_id": "7", "role": "king"}]}, 4000),
        ("PUT", "/7", {"role": "enterprise_admin"}, 4200),
    ],
)
def test_an_enterprise_refuses(web: Any, state: State, method: str, tail: str, body: Any, code: int) -> None:
    """Nobody, strangers and roles that there are not; and there is no other enterprise."""
    path = f"/v1/enterprises/{state.configured.enterprise_id}/members{tail}"
    assert web(method, path, json=body).json()["code"] == code
    assert web(method, f"/v1/enterprises/7/members{tail}", json=body).json()["code"] == 4200


def test_a_colleague_joins_a_workspace(web: Any, state: State) -> None:
    """A user of the enterprise can; a guest only where the workspace belongs to none."""
    path = f"/v1/workspaces/{state.configured.workspace_id}/members"
    total = web.data("GET", path)["total_count"]

    def added(user_id: str) -> Any:
        return web("POST", path, json={"users": [{"user_id": user_id, "role_type": "member"}]}).json()

    assert added(state.configured.member_id)["data"]["added_success_user_ids"] == [state.configured.member_id]
    assert web.data("GET", path)["total_count"] == total + 1
    assert added(state.configured.guest_id)["code"] == (702042162 if state.has("enterprise") else 0)
