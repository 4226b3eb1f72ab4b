"use strict";
// Voices, sounds and WebSockets, after the SDK's examples voice, voiceprint, websockets/chat, websockets/speech and
// websockets/transcriptions.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { WebsocketsEventType } = require("@coze/api");
const { client, environment, file } = require("./client.js");

const bot_id = environment.COZE_BOT_ID;
const sound = Buffer.alloc(3200);
const pcm = { format: "pcm", codec: "pcm", sample_rate: 24000, channel: 1, bit_depth: 16 };
const output_audio = { codec: "pcm", pcm_config: { sample_rate: 24000 }, speech_rate: 0 };

/** Sends messages as soon as a WebSocket is open, and gives what comes until a message with the last name. */
async function talk(socket, messages, last) {
  const heard = [];
  await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no ${last} in ten seconds`)), 10_000);
    const end = (settle, value) => {
      clearTimeout(limit);
      socket.close();
      settle(value);
    };
    socket.onopen = () => messages.forEach((each) => socket.send({ id: "event_id", ...each }));
    socket.onerror = (error) => end(reject, new Error(JSON.stringify(error)));
    socket.onmessage = (message) => {
      heard.push(message);
      if (message.event_type === WebsocketsEventType.ERROR) end(reject, new Error(JSON.stringify(message)));
      if (message.event_type === last) end(resolve);
    };
  });
  return heard;
}

const spoken = [
  { event_type: WebsocketsEventType.INPUT_AUDIO_BUFFER_APPEND, data: { delta: sound.toString("base64") } },
  { event_type: WebsocketsEventType.INPUT_AUDIO_BUFFER_COMPLETE },
];

test("voices are listed page by page, and one is cloned", async () => {
  const voices = [];
  for (let page_num = 1, more = true; more; page_num += 1) {
    const page = await client.audio.voices.list({ page_size: 2, page_num });
    voices.push(...page.voice_list);
    more = page.has_more;
  }
  assert.equal(new Set(voices.map((each) => each.voice_id)).size, voices.length);
  const { voice_id } = voices.find((each) => !each.is_system_voice);
  const upload = { audio_format: "mp3", file: file("voice.mp3", sound), voice_name: "my own voice" };
  const cloned = await client.audio.voices.clone({ ...upload, voice_id, preview_text: "Hello" });
  assert.equal(cloned.voice_id, voice_id);
});

test("a text is spoken, and a sound is written down", async () => {
  const { voice_list } = await client.audio.voices.list();
  const { voice_id } = voice_list[0];
  const speech = await client.audio.speech.create({ input: "Hello there", voice_id, response_format: "mp3" });
  assert.ok(speech.byteLength > 0);
  const { text } = await client.audio.transcriptions.create({ file: file("a.mp3", sound) });
  assert.ok(text);
});

test("a voiceprint is recognized in its group", async () => {
  const groups = client.audio.voiceprintGroups;
  const group = await groups.create({ name: "test", desc: "desc" });
  await groups.update(group.id, { name: "test2", desc: "desc2" });
  assert.ok((await groups.list()).items.some((each) => each.id === group.id && each.name === "test2"));
  const upload = () => ({ file: file("audio.wav", sound), sample_rate: 48000, channel: 1 });
  const feature = await groups.features.create(group.id, { ...upload(), name: "Ann", desc: "feature desc" });
  const change = { file: file("audio.wav", sound), name: "Anna", desc: "feature desc" };
  await groups.features.update(group.id, feature.id, change);
  assert.deepEqual((await groups.features.list(group.id)).items.map((each) => each.name), ["Anna"]);
  const scores = await groups.features.speakerIdentify(group.id, { ...upload(), top_k: 5 });
  assert.equal(scores.feature_score_list[0].feature_id, feature.id);
  await groups.features.delete(group.id, feature.id);
  await groups.delete(group.id);
});

test("a room is made, and a live stream is read", async () => {
  const room = await client.audio.rooms.create({ bot_id, connector_id: "1024" });
  assert.ok(room.room_id);
  const live = await client.audio.live.retrieve(environment.COZE_LIVE_ID);
  assert.equal(live.stream_infos.length, 2);
});

test("a chat is spoken", async () => {
  const socket = await client.websockets.chat.create({ bot_id });
  const empty = { meta_data: {}, custom_variables: {}, extra_params: {} };
  const chat_config = { auto_save_history: true, user_id: "uuid", ...empty };
  const update = { event_type: WebsocketsEventType.CHAT_UPDATE, data: { chat_config, input_audio: pcm, output_audio } };
  const last = WebsocketsEventType.CONVERSATION_CHAT_COMPLETED;
  const heard = await talk(socket, [update, ...spoken], last);
  const sounds = heard.filter((each) => each.event_type === WebsocketsEventType.CONVERSATION_AUDIO_DELTA);
  assert.ok(sounds.length > 0);
  assert.ok(sounds.every((each) => Buffer.from(each.data.content, "base64").length > 0));
});

test("a text is spoken over a WebSocket", async () => {
  const socket = await client.websockets.audio.speech.create();
  const messages = [
    { event_type: WebsocketsEventType.SPEECH_UPDATE, data: { output_audio } },
    { event_type: WebsocketsEventType.INPUT_TEXT_BUFFER_APPEND, data: { delta: "Hello there." } },
    { event_type: WebsocketsEventType.INPUT_TEXT_BUFFER_COMPLETE, data: {} },
  ];
  const heard = await talk(socket, messages, WebsocketsEventType.SPEECH_AUDIO_COMPLETED);
  assert.ok(heard.some((each) => each.event_type === WebsocketsEventType.SPEECH_AUDIO_UPDATE && each.data.delta));
});

test("a sound is written down over a WebSocket", async () => {
  const socket = await client.websockets.audio.transcriptions.create({ maxRetries: 3 });
  const update = { event_type: WebsocketsEventType.TRANSCRIPTIONS_UPDATE, data: { input_audio: pcm } };
  const last = WebsocketsEventType.TRANSCRIPTIONS_MESSAGE_COMPLETED;
  const heard = await talk(socket, [update, ...spoken], last);
  assert.ok(heard.some((each) => each.event_type === WebsocketsEventType.TRANSCRIPTIONS_MESSAGE_UPDATE));
});
