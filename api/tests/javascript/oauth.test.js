"use strict";
// OAuth apps, after the SDK's examples auth-oauth-jwt, auth-oauth-web, auth-oauth-pkce and auth-oauth-device. What the
// person does in the browser is done with fetch.

const assert = require("node:assert/strict");
const { before, test } = require("node:test");
const coze = require("@coze/api");
const { control, url } = require("./client.js");

const baseURL = url;
const redirectUrl = "https://app.example/callback";
let app;

before(async () => {
  app = await control("oauth");
});

/** The user of a token, as the API knows them. */
async function whoami(token) {
  return (await new coze.CozeAPI({ baseURL, token }).users.me()).user_id;
}

/** The code with which the page redirects a person who consents. */
async function consent(address) {
  const page = await (await fetch(address)).text();
  const link = /id="consent" href="([^"]+)"/.exec(page)[1].replaceAll("&amp;", "&");
  const answer = await fetch(link, { redirect: "manual" });
  const redirected = new URL(answer.headers.get("location"));
  assert.equal(redirected.searchParams.get("state"), "123");
  return redirected.searchParams.get("code");
}

test("an app signs for its token", async () => {
  const signed = { baseURL, appId: app.client_id, aud: "api.coze.com", keyid: app.public_key_id };
  const token = await coze.getJWTToken({ ...signed, privateKey: app.private_key, sessionName: "test" });
  assert.ok(token.expires_in > Date.now() / 1000);
  assert.ok(await whoami(token.access_token));
});

test("a person consents to a web app", async () => {
  const clientId = app.client_id;
  const address = coze.getWebAuthenticationUrl({ baseURL, clientId, redirectUrl, state: "123" });
  const code = await consent(address);
  const clientSecret = app.client_secret;
  const token = await coze.getWebOAuthToken({ baseURL, clientId, clientSecret, redirectUrl, code });
  assert.ok(await whoami(token.access_token));
  const refreshToken = token.refresh_token;
  const refreshed = await coze.refreshOAuthToken({ baseURL, clientId, clientSecret, refreshToken });
  assert.ok(await whoami(refreshed.access_token));
});

test("a person consents to an app without a secret", async () => {
  const clientId = app.client_id;
  const page = await coze.getPKCEAuthenticationUrl({ baseURL, clientId, redirectUrl, state: "123" });
  const code = await consent(page.url);
  const { codeVerifier } = page;
  const token = await coze.getPKCEOAuthToken({ baseURL, clientId, redirectUrl, code, codeVerifier });
  assert.ok(await whoami(token.access_token));
  const refreshToken = token.refresh_token;
  const refreshed = await coze.refreshOAuthToken({ baseURL, clientId, refreshToken });
  assert.ok(await whoami(refreshed.access_token));
});

test("a device waits for its person", async () => {
  const clientId = app.client_id;
  const device = await coze.getDeviceCode({ baseURL, clientId });
  const asked = { baseURL, clientId, deviceCode: device.device_code };
  await assert.rejects(coze.getDeviceToken(asked), (error) => error.rawError.error === "authorization_pending");
  await fetch(`${url}/oauth/device?user_code=${device.user_code}`);
  const token = await coze.getDeviceToken({ ...asked, poll: true });
  assert.ok(await whoami(token.access_token));
});
