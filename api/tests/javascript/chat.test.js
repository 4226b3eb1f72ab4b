"use strict";
// Chats, conversations and files, after the SDK's examples chat, chat-local-plugin, chat-with-file, conversation, file,
// request-options and error-handle.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { ChatEventType, ChatStatus, CozeAPI, RoleType } = require("@coze/api");
const { client, collect, control, environment, file, outline, question, url } = require("./client.js");

const bot_id = environment.COZE_BOT_ID;
const asked = { bot_id, additional_messages: [question("Is tea a fruit?")] };

test("a chat is streamed", async () => {
  const events = await collect(client.chat.stream({ ...asked, auto_save_history: false }));
  const named = (name) => events.filter((each) => each.event === name).map((each) => each.data);
  const deltas = named(ChatEventType.CONVERSATION_MESSAGE_DELTA);
  const answer = named(ChatEventType.CONVERSATION_MESSAGE_COMPLETED).find((each) => each.type === "answer");
  const [{ usage }] = named(ChatEventType.CONVERSATION_CHAT_COMPLETED);
  assert.deepEqual(outline(events).slice(0, 3), [
    ChatEventType.CONVERSATION_CHAT_CREATED,
    ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
    ChatEventType.CONVERSATION_MESSAGE_DELTA,
  ]);
  assert.equal(deltas.map((each) => each.content).join(""), answer.content);
  assert.equal(usage.token_count, usage.input_count + usage.output_count);
  assert.deepEqual(events.at(-1), { event: ChatEventType.DONE, data: "[DONE]" });
});

test("a chat is polled", async () => {
  const { chat, messages } = await client.chat.createAndPoll(asked);
  assert.equal(chat.status, ChatStatus.COMPLETED);
  assert.ok(chat.usage.token_count > 0);
  assert.equal(messages[0].type, "answer");
});

test("a chat is cancelled while it is streamed", async () => {
  await control("faults", { method: "POST", path: "/v3/chat", fault: "stall-stream", events: 3, seconds: 0.5 });
  const events = [];
  for await (const event of client.chat.stream({ ...asked, auto_save_history: true })) {
    events.push(event);
    if (event.event === ChatEventType.CONVERSATION_CHAT_CREATED) {
      const cancelled = await client.chat.cancel(event.data.conversation_id, event.data.id);
      assert.equal(cancelled.status, ChatStatus.CANCELED);
    }
  }
  assert.ok(!outline(events).includes(ChatEventType.CONVERSATION_CHAT_COMPLETED));
});

test("a tool of the application answers in the middle of a stream", async () => {
  const events = await collect(client.chat.stream({ ...asked, parameters: { tool: true } }));
  const waiting = events.find((each) => each.event === ChatEventType.CONVERSATION_CHAT_REQUIRES_ACTION).data;
  const calls = waiting.required_action.submit_tool_outputs.tool_calls;
  calls.forEach((call) => JSON.parse(call.function.arguments));
  const answer = {
    conversation_id: waiting.conversation_id,
    chat_id: waiting.id,
    tool_outputs: calls.map((call) => ({ tool_call_id: call.id, output: '{"output":"cloudy"}' })),
    stream: true,
  };
  const rest = await collect(client.chat.submitToolOutputs(answer));
  assert.ok(outline(rest).includes(ChatEventType.CONVERSATION_CHAT_COMPLETED));
  assert.equal(rest.at(-1).event, ChatEventType.DONE);
});

test("a chat is about an uploaded picture", async () => {
  const upload = await client.files.upload({ file: file("a.png", "a picture") });
  assert.deepEqual(await client.files.retrieve(upload.id), upload);
  const content = [
    { type: "text", text: "What is this?" },
    { type: "image", file_id: upload.id },
  ];
  const events = await collect(client.chat.stream({ bot_id, additional_messages: [question(content)] }));
  assert.ok(outline(events).includes(ChatEventType.CONVERSATION_CHAT_COMPLETED));
});

test("a conversation with messages is made, changed and listed", async () => {
  const parts = JSON.stringify([{ type: "text", text: "123" }]);
  const { conversations } = client;
  const made = await conversations.create({
    messages: [{ role: RoleType.Assistant, content_type: "text", content: "Hello" }, question("Good evening")],
    meta_data: { a: "b", c: "d" },
  });
  const found = await conversations.retrieve(made.id);
  assert.deepEqual([found.id, found.meta_data], [made.id, { a: "b", c: "d" }]);
  const sent = { content_type: "object_string", role: RoleType.User, content: parts, meta_data: { "🚗": "eee" } };
  const message = await conversations.messages.create(made.id, sent);
  const read = await conversations.messages.retrieve(made.id, message.id);
  assert.deepEqual([read.content, read.meta_data], [parts, { "🚗": "eee" }]);
  const changed = await conversations.messages.update(made.id, message.id, { content: "4", content_type: "text" });
  assert.equal(changed.content, "4");
  assert.equal((await conversations.messages.list(made.id)).data.length, 3);
  await conversations.messages.delete(made.id, changed.id);
  assert.equal((await conversations.messages.list(made.id)).data.length, 2);
  assert.equal((await conversations.clear(made.id)).conversation_id, made.id);
  const listed = await conversations.list({ bot_id, page_num: 1, page_size: 50 });
  assert.equal(listed.has_more, false);
});

test("a request is given up after a time, or when the application says so", async () => {
  const stall = { method: "POST", path: "/v3/chat", fault: "stall", seconds: 1.0, times: 2 };
  await control("faults", stall);
  await assert.rejects(client.chat.create(asked, { timeout: 50 }), CozeAPI.TimeoutError);
  const signal = AbortSignal.timeout(50);
  await assert.rejects(client.chat.create(asked, { signal }), CozeAPI.UserAbortError);
});

test("each refusal is the error that the SDK's own example expects", async () => {
  const bot = { space_id: environment.COZE_WORKSPACE_ID, name: "test" };
  const stranger = new CozeAPI({ baseURL: url, token: "wrong token" });
  const astray = new CozeAPI({ baseURL: `${url}/xxx`, token: "" });
  await assert.rejects(client.bots.create({ ...bot, space_id: "wrong space id" }), CozeAPI.BadRequestError);
  await assert.rejects(stranger.bots.create({ ...bot, space_id: "space id" }), CozeAPI.AuthenticationError);
  await assert.rejects(astray.bots.create(bot), CozeAPI.NotFoundError);
  await assert.rejects(client.chat.retrieve("wrong chat id", "wrong conversation id"), CozeAPI.APIError);
});
