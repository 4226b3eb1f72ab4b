"""What is in an account at the start: workspaces, bots, workflows, a few old conversations and knowledge bases."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from coze_standin import secret_values, wording
from coze_standin.accounts import Account, Maker
from coze_standin.canaries import Canaries
from coze_standin.profiles import PROFILES
from coze_standin.records import (
    API_CONNECTOR,
    App,
    Bot,
    Channel,
    Conversation,
    Dataset,
    Document,
    Enterprise,
    Folder,
    Live,
    Message,
    Template,
    Voice,
    Workflow,
    Workspace,
)
from coze_standin.state import State

_DAY = 86_400
_TRAININGS = 10
"""How often a voice can be trained (the SDK's docstring)."""

_IMAGES = 2
"""``format_type`` of a knowledge base for images."""


def populate(name: str, rng: random.Random, clock: Callable[[], float] = time.time) -> State:
    """The state of account ``a`` or ``b`` as it begins."""
    canaries = Canaries()
    maker = Maker(PROFILES[name], rng, canaries, int(clock()))
    state = State(maker.account(), maker, rng, canaries, clock)
    _add_enterprise(state)
    _add_workspaces(state)
    _add_folders(state)
    _add_bots(state)
    _add_apps(state)
    _add_strangers(state)
    _add_workflows(state)
    _add_conversations(state)
    _add_datasets(state)
    _add_voices(state)
    _add_live(state)
    return state


def _past(state: State, days: int) -> int:
    """A moment about ``days`` days ago, in whole seconds."""
    return state.now - days * _DAY + state.rng.randint(-20_000, 20_000)


def _fixed_rng(*names: str) -> random.Random:
    """Chance for what people set up once: the same in every run, since an unchanged account answers the same."""
    return random.Random("/".join(names))


def _add_enterprise(state: State) -> None:
    account = state.account
    enterprise_id = state.ids.at("ENTERPRISE_ID", _past(state, 900))
    staff = {person.user_id: "enterprise_member" for person in (*account.people, account.colleague)}
    roles = {**staff, account.owner.user_id: "enterprise_admin"}
    state.enterprises.put(enterprise_id, Enterprise(enterprise_id, roles))
    state.configured.enterprise_id = enterprise_id
    state.configured.member_id = account.colleague.user_id
    state.configured.guest_id = account.guest.user_id


def _add_workspaces(state: State) -> None:
    profile, people = state.account.profile, state.account.people
    enterprise = state.configured.enterprise_id if state.has("enterprise") else ""
    owner = {people[0].user_id: "owner"}
    roles = ("admin", "member")
    members = {person.user_id: roles[min(place, 1)] for place, person in enumerate(people[1:])}
    for kind, title, staff in (
        ("personal", profile.workspaces.personal, owner),
        ("team", profile.workspaces.team, {**owner, **members}),
    ):
        workspace_id = state.ids.at("WORKSPACE_ID", _past(state, 800))
        icon = state.maker.image("ICON_URL")
        belongs = enterprise if kind == "team" else ""
        state.workspaces.put(workspace_id, Workspace(workspace_id, title, icon, kind, belongs, staff))
        state.configured.workspace_id = workspace_id


def _add_folders(state: State) -> None:
    projects = state.account.profile.projects
    for kind, names in (("development", projects.development), ("library", projects.library)):
        for name in names:
            _add_folder(state, kind, name)
    first = state.projects.folders.all()[0]
    _add_folder(state, first.kind, projects.inner_folder, first.id)
    state.configured.folder_id = first.id


def _add_folder(state: State, kind: str, name: str, parent_id: str = "") -> None:
    folder = Folder(
        id=state.ids.at("FOLDER_ID", _past(state, 700)),
        workspace_id=state.configured.workspace_id,
        name=name,
        description=state.account.profile.projects.description,
        kind=kind,
        creator=state.account.owner,
        parent_id=parent_id,
    )
    state.projects.folders.put(folder.id, folder)


def _folder_for(state: State, place: int) -> str:
    """The folder that the bot or app at a place lies in, where the account's answers say so."""
    folders = [one.id for one in state.projects.folders.all() if one.kind == "development"]
    return folders[place % len(folders)] if state.has("folder") else ""


def _add_apps(state: State) -> None:
    projects = state.account.profile.projects
    names = [(name, True) for name in projects.published_apps] + [(name, False) for name in projects.draft_apps]
    for place, (name, published) in enumerate(names):
        made = _past(state, 90 - 7 * place)
        app = App(
            id=state.ids.at("APP_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=projects.description,
            icon_url=state.maker.image("ICON_URL"),
            updated_at=made + _DAY,
            published_at=made + _DAY + state.rng.randint(1, 90) if published else 0,
            folder_id=_folder_for(state, place),
        )
        state.projects.apps.put(app.id, app)


def _add_strangers(state: State) -> None:
    """What is not of the account, but which it can use: a template of the store, and a channel."""
    projects = state.account.profile.projects
    template = Template(state.ids.new("TEMPLATE_ID"), projects.template, projects.description)
    channel = Channel(state.ids.new("CONNECTOR_ID"))
    state.configured.template_id = state.projects.templates.put(template.id, template).id
    state.configured.connector_id = state.integration.channels.put(channel.id, channel).id


def _add_bots(state: State) -> None:
    profile = state.account.profile
    names = [(name, True) for name in profile.bots.published] + [(name, False) for name in profile.bots.drafts]
    for place, (name, published) in enumerate(names):
        made = _past(state, 300 - 7 * place)
        bot = Bot(
            id=state.ids.at("BOT_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=profile.bots.description.format(name=name),
            icon_url=state.maker.image("ICON_URL"),
            created_at=made,
            updated_at=made + _DAY,
            published_at=made + _DAY + state.rng.randint(1, 90) if published else 0,
            folder_id=_folder_for(state, place),
            settings=_settings(state, state.account, name),
        )
        state.bots.put(bot.id, bot)
        state.configured.bot_id = state.configured.bot_id or bot.id


def _settings(state: State, account: Account, name: str) -> dict[str, Any]:
    """The parts of a bot, with the canaries that people write into a prompt."""
    profile, owner = account.profile, account.owner
    settled = _fixed_rng(profile.bots.prompt, name)
    prompt = profile.bots.prompt.format(
        email=owner.email,
        phone=owner.phone,
        ip=account.ip,
        key=account.api_key,
        verify=account.verify_token,
        jwt=account.jwt,
        pem=account.pem,
    )
    settings: dict[str, Any] = {
        "prompt_info": {"prompt": prompt},
        "onboarding_info": {
            "prologue": profile.bots.prologue.format(name=name),
            "suggested_questions": wording.follow_ups(profile.language, settled),
        },
        "model_info": {
            "model_id": secret_values.digits(state.rng, 10),
            "model_name": profile.bots.model_name,
            "temperature": round(settled.uniform(0, 1), 2),
            "context_round": settled.randint(1, 30),
            "max_tokens": settled.choice((1024, 2048, 4096)),
        },
    }
    if state.has("plugins"):
        settings["plugin_info_list"] = [_plugin(state, profile.workflows.description)]
    if state.has("bot_details"):
        settings["model_info"].update(
            top_k=0, top_p=1.0, presence_penalty=0.0, frequency_penalty=0.0, response_format="text"
        )
        settings.update(workflow_info_list=[], shortcut_commands=[], variables=[], voice_info_list=[])
    return settings


def _plugin(state: State, description: str) -> dict[str, Any]:
    api = {"api_id": state.ids.new("API_ID"), "name": "search", "description": description}
    return {
        "plugin_id": state.ids.new("PLUGIN_ID"),
        "name": "search",
        "description": description,
        "icon_url": state.maker.image("ICON_URL"),
        "api_info_list": [api],
    }


def _add_workflows(state: State) -> None:
    profile = state.account.profile
    for place, name in enumerate(profile.workflows.names):
        made = _past(state, 200 - 5 * place)
        count = profile.workflows.versions - place
        workflow = Workflow(
            id=state.ids.at("WORKFLOW_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=profile.workflows.description,
            icon_url=state.maker.image("ICON_URL"),
            created_at=made,
            updated_at=made + count * _DAY,
            creator=state.account.people[place % len(state.account.people)],
            versions=tuple((f"v0.0.{number}", made + number * _DAY) for number in range(count, 0, -1)),
        )
        state.automation.workflows.put(workflow.id, workflow)
        state.configured.workflow_id = state.configured.workflow_id or workflow.id
        state.configured.chatflow_id = workflow.id


def _add_conversations(state: State) -> None:
    profile = state.account.profile
    for place, name in enumerate(profile.conversations.names):
        made = _past(state, 30 - place)
        conversation_id = state.ids.new("CONVERSATION_ID")
        conversation = Conversation(
            id=conversation_id,
            bot_id=state.configured.bot_id,
            name=name,
            meta_data={"topic": secret_values.word(_fixed_rng(name))},
            created_at=made,
            updated_at=made + 60,
            section_id=conversation_id,
            connector_id=API_CONNECTOR,
        )
        state.messaging.conversations.put(conversation.id, conversation)
        answer = wording.answer(
            profile.language, state.rng, profile.conversations.opening_question, state.account.owner.email
        )
        _add_message(state, conversation, "user", "question", profile.conversations.opening_question)
        _add_message(state, conversation, "assistant", "answer", answer)


def _add_message(state: State, conversation: Conversation, role: str, kind: str, text: str) -> None:
    message = Message(
        id=state.ids.new("MESSAGE_ID"),
        conversation_id=conversation.id,
        section_id=conversation.section_id,
        bot_id=conversation.bot_id,
        chat_id=state.ids.new("CHAT_ID"),
        role=role,
        type=kind,
        content=text,
        content_type="text",
        meta_data={},
        created_at=conversation.created_at,
        updated_at=conversation.created_at,
    )
    state.messaging.messages.put(message.id, message)


def _add_datasets(state: State) -> None:
    profile, owner = state.account.profile, state.account.owner
    for place, base in enumerate(profile.knowledge.bases):
        made = _past(state, 100 - 9 * place)
        dataset = Dataset(
            id=state.ids.at("DATASET_ID", made),
            workspace_id=state.configured.workspace_id,
            name=base.name,
            description=profile.knowledge.description.format(email=owner.email, phone=owner.phone),
            icon_url=state.maker.image("ICON_URL"),
            format_type=base.format_type,
            creator=state.account.people[place % len(state.account.people)],
            created_at=made,
            updated_at=made + _DAY,
            chunk_strategy={"chunk_type": 0},
        )
        state.knowledge.datasets.put(dataset.id, dataset)
        for name in base.files:
            _add_document(state, dataset, name)


def _add_document(state: State, dataset: Dataset, name: str) -> None:
    """A document that people uploaded long ago; only how often it was hit differs from run to run."""
    settled = _fixed_rng(dataset.name, name)
    document = Document(
        id=state.ids.at("DOCUMENT_ID", dataset.updated_at),
        dataset_id=dataset.id,
        name=name,
        type=PurePath(name).suffix.removeprefix("."),
        format_type=dataset.format_type,
        source_type=0,
        size=settled.randint(2_000, 900_000),
        char_count=settled.randint(500, 9_000),
        slice_count=settled.randint(1, 12),
        url=state.maker.image("FILE_URL"),
        creator=dataset.creator,
        created_at=dataset.updated_at,
        updated_at=dataset.updated_at,
        hit_count=state.rng.randint(0, 50),
        caption=wording.sentence(state.account.profile.language, settled).strip()
        if dataset.format_type == _IMAGES
        else "",
    )
    state.knowledge.documents.put(document.id, document)


def _add_voices(state: State) -> None:
    """The voices that everybody has, and one of the account's own that is still to be trained."""
    profile = state.account.profile
    names = [(name, True) for name in profile.voices.system] + [("", False)]
    for place, (name, is_system) in enumerate(names):
        made = _past(state, 400 - place)
        voice = Voice(
            id=state.ids.at("VOICE_ID", made),
            name=name,
            is_system=is_system,
            language_code="zh" if profile.name == "a" else "en",
            preview_text=profile.voices.preview if is_system else "",
            preview_audio=state.maker.image("AUDIO_URL") if is_system else "",
            trainings=0 if is_system else _TRAININGS,
            created_at=made,
            updated_at=made,
            model="small" if place == 1 else "big",
            state="cloned" if is_system else "init",
        )
        state.audio.voices.put(voice.id, voice)


def _add_live(state: State) -> None:
    """One live stream with a translation."""
    made, add = _past(state, 3), state.canaries.add
    names = (("main", "origin"), ("translated", "translation"))
    streams = tuple((add("STREAM_ID", secret_values.hexadecimal(state.rng, 24)), *each) for each in names)
    live = Live(state.ids.at("LIVE_ID", made), add("APP_ID", secret_values.hexadecimal(state.rng, 24)), streams)
    state.audio.lives.put(live.id, live)
    state.configured.live_id = live.id
