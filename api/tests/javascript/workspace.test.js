"use strict";
// Bots, workflows, knowledge bases and the rest of a workspace, after the SDK's examples bot, workflow, datasets,
// knowledge, workspace, users-me, variables and templates.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { ChatEventType, CozeAPI } = require("@coze/api");
const { client, collect, environment, file, outline, question, until } = require("./client.js");

const bot_id = environment.COZE_BOT_ID;
const space_id = environment.COZE_WORKSPACE_ID;
const workflow_id = environment.COZE_WORKFLOW_ID;

test("the user and the workspaces are named", async () => {
  assert.ok((await client.users.me()).user_id);
  const { workspaces } = await client.workspaces.list({ page_num: 1, page_size: 10 });
  assert.ok(workspaces.some((each) => each.id === space_id));
});

test("a bot is made, changed, published, listed and read", async () => {
  const { bots } = client;
  const made = await bots.create({ space_id, name: "Translator", prompt_info: { prompt: "Translate." } });
  await bots.update({ bot_id: made.bot_id, name: "test2", description: "test2" });
  const draft = await bots.retrieveNew(made.bot_id, { is_published: false });
  assert.deepEqual([draft.name, draft.prompt_info.prompt], ["test2", "Translate."]);
  const published = await bots.publish({ bot_id: made.bot_id, connector_ids: ["API"] });
  assert.equal(published.bot_id, made.bot_id);
  const listed = await bots.list({ space_id, page_index: 1, page_size: 10 });
  assert.equal(listed.space_bots[0].bot_id, made.bot_id);
  const read = await bots.retrieve({ bot_id: made.bot_id });
  assert.equal(read.description, "test2");
  const all = await bots.listNew({ workspace_id: space_id, publish_status: "all" });
  assert.ok(all.items.some((each) => each.id === made.bot_id));
});

test("a workflow runs in one piece, as a stream and in the background", async () => {
  const { runs } = client.workflows;
  const run = { workflow_id, bot_id, parameters: { input: "JavaScript" } };
  const whole = await runs.create(run);
  assert.equal(whole.code, 0);
  JSON.parse(whole.data);
  const events = await collect(runs.stream(run));
  assert.deepEqual(outline(events), ["Message", "Done"]);
  const { execute_id } = await runs.create({ workflow_id, parameters: run.parameters, is_async: true });
  const [history] = await until(
    () => runs.history(workflow_id, execute_id),
    ([each]) => each.execute_status !== "Running",
  );
  assert.equal(history.execute_status, "Success");
});

test("a workflow that asks back is resumed", async () => {
  const { runs } = client.workflows;
  const events = await collect(runs.stream({ workflow_id, parameters: { interrupt: true } }));
  const { event_id, type } = events.at(-1).data.interrupt_data;
  const rest = await collect(
    runs.resume({ workflow_id, event_id, resume_data: "Lisbon", interrupt_type: type }),
  );
  assert.equal(rest.at(-1).event, "Done");
});

test("a workflow answers a chat", async () => {
  const chat = { workflow_id: environment.COZE_CHATFLOW_ID, bot_id, additional_messages: [question("A joke?")] };
  const events = await collect(client.workflows.chat.stream({ ...chat, parameters: {} }));
  assert.ok(outline(events).includes(ChatEventType.CONVERSATION_CHAT_COMPLETED));
  assert.equal(events.at(-1).event, ChatEventType.DONE);
});

test("a knowledge base of pictures is filled, described and deleted", async () => {
  const { datasets, files } = client;
  const icon = await files.upload({ file: file("icon.png", "an icon") });
  const { dataset_id } = await datasets.create({ name: "test", space_id, format_type: 2, file_id: icon.id });
  await datasets.update(dataset_id, { name: "test2", description: "test2" });
  const listed = await datasets.list({ space_id, name: "tes", format_type: 2, page_num: 1, page_size: 10 });
  assert.ok(listed.dataset_list.some((each) => each.dataset_id === dataset_id && each.name === "test2"));
  const picture = await files.upload({ file: file("test.png", "a picture") });
  const source_info = { source_file_id: picture.id, document_source: 5 };
  const [{ document_id }] = await datasets.documents.create({
    dataset_id,
    document_bases: [{ name: "test.png", source_info }],
    chunk_strategy: { chunk_type: 0, caption_type: 1 },
    format_type: 2,
  });
  await datasets.documents.update({ document_id, document_name: "test2.png" });
  await until(
    () => datasets.process(dataset_id, { document_ids: [document_id] }),
    ({ data }) => data[0].status === 1,
  );
  await datasets.images.update(dataset_id, document_id, { caption: "a hill" });
  const { photo_infos } = await datasets.images.list(dataset_id);
  assert.deepEqual([photo_infos[0].name, photo_infos[0].caption], ["test2.png", "a hill"]);
  const documents = await datasets.documents.list({ dataset_id, page: 1, page_size: 10 });
  assert.deepEqual([documents.total, documents.document_infos[0].chunk_strategy.caption_type], [1, 1]);
  await datasets.documents.delete({ document_ids: [document_id] });
  await datasets.delete(dataset_id);
  const left = await datasets.list({ space_id, page_num: 1, page_size: 100 });
  assert.ok(!left.dataset_list.some((each) => each.dataset_id === dataset_id));
});

test("a text is uploaded by the deprecated knowledge", async () => {
  const { datasets, knowledge } = client;
  const { dataset_id } = await datasets.create({ name: "texts", space_id, format_type: 0 });
  const source_info = { file_base64: Buffer.from("two words").toString("base64"), file_type: "txt" };
  const [made] = await knowledge.documents.create({
    dataset_id,
    document_bases: [{ name: "test.txt", source_info }],
    chunk_strategy: { chunk_type: 0 },
  });
  await knowledge.documents.update({ document_id: made.document_id, document_name: "test2.txt" });
  const { document_infos } = await datasets.documents.list({ dataset_id, page: 1, page_size: 10 });
  assert.deepEqual(document_infos.map((each) => each.name), ["test2.txt"]);
  // The SDK asks for this list with GET, where the documents and its own datasets.documents.list have POST.
  await assert.rejects(knowledge.documents.list({ dataset_id }), CozeAPI.NotFoundError);
  await knowledge.documents.delete({ document_ids: [made.document_id] });
  assert.equal((await datasets.documents.list({ dataset_id })).total, 0);
});

test("a variable of a bot is set and read", async () => {
  // The documents require connector_uid, which the SDK's own example leaves out.
  const whose = { bot_id, connector_uid: "someone" };
  await client.variables.update({ ...whose, data: [{ keyword: "input", value: "你好" }] });
  const { items } = await client.variables.retrieve({ ...whose, keywords: [] });
  assert.deepEqual(items.map((each) => [each.keyword, each.value]), [["input", "你好"]]);
});

test("a template is copied", async () => {
  const copy = { workspace_id: space_id, name: "new-template-name" };
  const made = await client.templates.duplicate(environment.COZE_TEMPLATE_ID, copy);
  assert.equal(made.entity_type, "agent");
});
