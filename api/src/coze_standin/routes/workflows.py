"""workflows.*: what workflows there are, with their versions."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok
from coze_standin.records import JSON, Workflow


def retrieve(call: Call) -> Answer:
    """workflows.retrieve."""
    return ok(
        {
            "workflow_detail": _workflow_json(call.state.automation.workflows.get(call.path["workflow_id"])),
            **_input_output(call),
        }
    )


def list_workflows(call: Call) -> Answer:
    """workflows.list of a workspace, or of all.

    ``workflow_mode``, ``app_id`` and ``publish_status`` select nothing: cozepy sends the names of Python enum members
    in them, and what the service makes of those is not known.
    """
    workflows = call.state.automation.workflows.all()
    if call.query.get("workspace_id"):
        workspace = call.state.workspaces.get(call.query["workspace_id"])
        workflows = [one for one in workflows if one.workspace_id == workspace.id]
    page, more = call.page(workflows, default_size=100)
    return ok({"items": [_workflow_json(one) for one in page], "has_more": more})


def list_versions(call: Call) -> Answer:
    """workflows.versions.list, newest first."""
    workflow = call.state.automation.workflows.get(call.path["workflow_id"])
    page, following = call.token_page(workflow.versions, default_size=10)
    items = [{**_version_json(workflow, *version), **_input_output(call)} for version in page]
    return ok({"items": items, "has_more": bool(following), "next_page_token": following})


def _input_output(call: Call) -> JSON:
    """What ``include_input_output=true`` adds: one text each way, in the documents' form."""
    if call.query.get("include_input_output") != "true":
        return {}
    text = {"type": "string"}
    return {
        "input": {"parameters": {"input": {**text, "required": False}}},
        "output": {"terminate_plan": "returnVariables", "parameters": {"output": text}},
    }


def _workflow_json(workflow: Workflow) -> JSON:
    return {
        "workflow_id": workflow.id,
        "workflow_name": workflow.name,
        "description": workflow.description,
        "icon_url": workflow.icon_url,
        "app_id": "0",
        "created_at": str(workflow.created_at),
        "updated_at": str(workflow.updated_at),
        "creator": {"id": workflow.creator.user_id, "name": workflow.creator.nick_name},
    }


def _version_json(workflow: Workflow, version: str, made: int) -> JSON:
    return {
        "version": version,
        "description": workflow.description,
        "created_at": str(made),
        "updated_at": str(made),
        "workflow_id": workflow.id,
        "creator": {"id": workflow.creator.user_id, "name": workflow.creator.nick_name},
    }
