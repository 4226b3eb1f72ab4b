"""Puts what stands beside a workspace's bots into an account: folders, apps, a template, a channel."""

from __future__ import annotations

from coze_standin.population.moments import DAY, past
from coze_standin.project_records import App, Channel, Folder, Template
from coze_standin.state import State


def add_folders(state: State) -> None:
    """The folders of the profile; the first, which holds another, is the configured one."""
    projects = state.account.profile.projects
    for kind, names in (("development", projects.development), ("library", projects.library)):
        for name in names:
            _add_folder(state, kind, name)
    first = state.projects.folders.all()[0]
    _add_folder(state, first.kind, projects.inner_folder, first.id)
    state.configured.folder_id = first.id


def _add_folder(state: State, kind: str, name: str, parent_id: str = "") -> None:
    folder = Folder(
        id=state.ids.at("FOLDER_ID", past(state, 700)),
        workspace_id=state.configured.workspace_id,
        name=name,
        description=state.account.profile.projects.description,
        kind=kind,
        creator=state.account.owner,
        parent_id=parent_id,
    )
    state.projects.folders.put(folder.id, folder)


def folder_for(state: State, place: int) -> str:
    """The folder that the bot or app at a place lies in; one after the folders lies in none."""
    folders = [*(one.id for one in state.projects.folders.all() if one.kind == "development"), ""]
    return folders[place % len(folders)]


def add_apps(state: State) -> None:
    """The apps of the profile, published ones first."""
    projects = state.account.profile.projects
    names = [(name, True) for name in projects.published_apps] + [(name, False) for name in projects.draft_apps]
    for place, (name, published) in enumerate(names):
        made = past(state, 90 - 7 * place)
        app = App(
            id=state.ids.at("APP_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=projects.description,
            icon_url=state.maker.image("ICON_URL"),
            updated_at=made + DAY,
            published_at=made + DAY + state.rng.randint(1, 90) if published else 0,
            folder_id=folder_for(state, place),
        )
        state.projects.apps.put(app.id, app)


def add_outside_resources(state: State) -> None:
    """What does not belong to the account but can be used by it: a template of the store, and a channel."""
    projects = state.account.profile.projects
    template = Template(state.ids.new("TEMPLATE_ID"), projects.template, projects.description)
    channel = Channel(state.ids.new("CONNECTOR_ID"))
    state.configured.template_id = state.projects.templates.put(template.id, template).id
    state.configured.connector_id = state.integration.channels.put(channel.id, channel).id
