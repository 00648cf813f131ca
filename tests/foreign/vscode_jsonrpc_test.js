// What vscode-jsonrpc, as published, can do with the service.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const {
  CancellationTokenSource,
  ParameterStructures,
  ProgressType,
  ResponseError,
  Trace,
  TraceFormat,
} = require('vscode-jsonrpc/node');

const { test } = require('./cases.js');
const { closed, connect } = require('./service.js');

const kMethodNotFound = -32601;
const kInvalidParams = -32602;
const kAccessDenied = -32010;
const kRequestCancelled = -32800;

// The service's own limits: requests in flight on a connection, characters of an echo.
const kInFlight = 32;
const kEchoCharacters = 1024 * 1024;

async function refused(promise, code) {
  let refusal = null;
  await assert.rejects(promise, (error) => {
    refusal = error;
    return true;
  });
  assert.ok(refusal instanceof ResponseError, String(refusal));
  assert.equal(refusal.code, code, refusal.message);
  return refusal;
}

// Collects the progress for a token. `first` resolves with the first value for which `wanted` returns true.
function watch(connection, token, wanted = () => true) {
  const values = [];
  let registration;
  const first = new Promise((resolve) => {
    registration = connection.onProgress(new ProgressType(), token, (value) => {
      values.push(value);
      if (wanted(value)) resolve(value);
    });
  });
  return { values, first, dispose: () => registration.dispose() };
}

// Starts to follow the audit, and resolves when the first piece has come. `done` is the request.
async function follow(connection, progressToken, params = {}) {
  const source = new CancellationTokenSource();
  const pieces = watch(connection, progressToken);
  const done = connection.sendRequest('audit.follow', { ...params, progressToken }, source.token);
  // A response, which can only be a refusal, ends the wait too.
  await Promise.race([pieces.first, done]);
  return { source, pieces, done };
}

// ---- Requests ----

test('VscodeJsonRpc.CallsWithoutParametersAndCountsItsIdsFromZero', async (one) => {
  const { connection, transcript } = await connect(one);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.deepEqual(transcript.messages.map((message) => message.id), [0, 1]);
});

test('VscodeJsonRpc.IsIdentifiedByAccountAndProgramAndMayBeImpersonated', async (one) => {
  const { connection } = await connect(one);
  const me = await connection.sendRequest('identity.whoami');
  assert.equal(me.process.id, process.pid);
  assert.match(me.process.image, /node\.exe$/i);
  assert.match(me.account.sid, /^S-1-/);
  assert.equal(me.level, 'impersonation');
});

test('VscodeJsonRpc.CallsWithOneAndWithSeveralPositionalParameters', async (one) => {
  const { connection } = await connect(one);
  assert.equal((await connection.sendRequest('rpc.ping', 'héllo')).echo, 'héllo');
  assert.equal((await connection.sendRequest('rpc.ping', ParameterStructures.byPosition, 'one')).echo, 'one');
  const { node, right } = await connection.sendRequest('access.explain', 'rpc.ping', 'see');
  assert.deepEqual({ node, right }, { node: 'rpc.ping', right: 'see' });
});

test('VscodeJsonRpc.CallsWithNamedParameters', async (one) => {
  const { connection } = await connect(one);
  assert.equal((await connection.sendRequest('rpc.ping', { echo: 'by name' })).echo, 'by name');
  const byName = await connection.sendRequest('access.explain', ParameterStructures.byName, {
    right: 'see',
    node: 'rpc.ping',
  });
  assert.deepEqual(byName, await connection.sendRequest('access.explain', 'rpc.ping', 'see'));
});

test('VscodeJsonRpc.ReadsTheOpenRpcDocument', async (one) => {
  const { connection } = await connect(one);
  const { methods } = await connection.sendRequest('rpc.discover');
  for (const name of ['rpc.ping', 'identity.whoami', 'audit.follow']) {
    assert.ok(methods.some((method) => method.name === name), `${name} is not in it`);
  }
});

// ---- Errors ----

test('VscodeJsonRpc.GetsErrorsAsResponseErrorWithTheirCodes', async (one) => {
  const { connection } = await connect(one);
  await refused(connection.sendRequest('no.such'), kMethodNotFound);
  const wrongType = await refused(connection.sendRequest('rpc.ping', { echo: 5 }), kInvalidParams);
  assert.match(wrongType.message, /echo/);
  const unknown = await refused(connection.sendRequest('rpc.ping', { ecko: 'x' }), kInvalidParams);
  assert.match(unknown.message, /ecko/);
  await refused(connection.sendRequest('rpc.ping', 'one', 'too many'), kInvalidParams);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
});

test('VscodeJsonRpc.IsDeniedByThePolicyAndFindsTheRefusalInTheAudit', async (one) => {
  const { connection } = await connect(one);
  const account = (await connection.sendRequest('identity.whoami')).account.sid;
  await connection.sendRequest('service.status');
  await denyStatusTo(one, connection, account);

  const denial = await refused(connection.sendRequest('service.status'), kAccessDenied);
  const audit = await connection.sendRequest('audit.read', { method: 'service.status', denied: true, limit: 1 });
  assert.equal(audit.lines[0].request, denial.data.requestId);
  assert.equal(audit.lines[0].account, account);

  await connection.sendRequest('access.set', { node: 'service.status', sddl: null });
  await connection.sendRequest('service.status');
});

// On the connection of a case; the case restores the node's default, on another one.
async function denyStatusTo(one, connection, account) {
  one.defer(async () => {
    const last = await connect(one);
    await last.connection.sendRequest('access.set', { node: 'service.status', sddl: null });
  });
  await connection.sendRequest('access.deny', { node: 'service.status', account, rights: ['call'] });
}

// ---- Cancelling ----

test('VscodeJsonRpc.CancelsARunningCall', async (one) => {
  const { connection, transcript } = await connect(one);
  const { source, done } = await follow(connection, 'cancelled');
  source.cancel();
  await refused(done, kRequestCancelled);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.equal(transcript.messages.filter((message) => message.id === 0).length, 1);
});

test('VscodeJsonRpc.CancelsACallAtOnce', async (one) => {
  const { connection, transcript } = await connect(one);
  const kRounds = 50;
  for (let round = 0; round < kRounds; ++round) {
    const source = new CancellationTokenSource();
    const done = connection.sendRequest('audit.follow', { progressToken: round }, source.token);
    source.cancel();
    await refused(done, kRequestCancelled);
  }
  await connection.sendRequest('rpc.ping');
  assert.deepEqual(
    transcript.messages.filter((message) => 'id' in message).map((message) => message.id),
    Array.from({ length: kRounds + 1 }, (_, id) => id),
  );
});

test('VscodeJsonRpc.MayCancelAnAnsweredRequest', async (one) => {
  const { connection, transcript } = await connect(one);
  const source = new CancellationTokenSource();
  await connection.sendRequest('rpc.ping', { echo: 'done' }, source.token);
  // The library forgets a token with its response, so this imitates a cancel that was already on its way.
  await connection.sendNotification('$/cancelRequest', { id: 0 });
  await connection.sendNotification('$/cancelRequest', { id: 4711 });
  await connection.sendRequest('rpc.ping');
  assert.deepEqual(transcript.messages.map((message) => message.id), [0, 1]);
});

// ---- Progress ----

test('VscodeJsonRpc.FollowsTheAuditWithNumbersAndStringsAsTokens', async (one) => {
  const { connection, transcript } = await connect(one);
  const tokens = [0, 'zero'];
  for (const token of tokens) {
    const isPing = ({ lines }) => lines.some((line) => line.method === 'rpc.ping' && line.event === 'outcome');
    const pieces = watch(connection, token, isPing);
    const source = new CancellationTokenSource();
    const done = connection.sendRequest(
      'audit.follow',
      { method: 'rpc.ping', limit: 1, progressToken: token },
      source.token,
    );
    await connection.sendRequest('rpc.ping');
    const piece = await Promise.race([pieces.first, done]);
    assert.equal(typeof piece.cursor, 'string');
    source.cancel();
    await refused(done, kRequestCancelled);
    assert.deepEqual(pieces.values, transcript.progress(token));
    pieces.dispose();
  }
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  for (const [index, token] of tokens.entries()) {
    const isProgress = (message) => message.method === '$/progress' && message.params.token === token;
    const last = transcript.messages.findLastIndex(isProgress);
    const answer = transcript.messages.findIndex((message) => message.id === 2 * index);
    assert.ok(last < answer, 'progress came after the answer');
  }
});

test('VscodeJsonRpc.FollowsEveryLineOnceAndInOrder', async (one) => {
  const follower = await connect(one);
  const caller = await connect(one);
  const kPings = 100;
  await caller.connection.sendRequest('rpc.ping');
  const { source, pieces, done } = await follow(follower.connection, 'lines', { method: 'rpc.ping', limit: 1 });
  for (let ping = 0; ping < kPings; ++ping) await caller.connection.sendRequest('rpc.ping');

  // The newest record from before, which is the first ping's outcome, and those of all others.
  const kLines = 1 + 2 * kPings;
  const { lines } = await caller.connection.sendRequest('audit.read', { method: 'rpc.ping', limit: kLines });
  const wanted = lines.map((line) => line.seq);
  assert.equal(wanted.length, kLines);
  await follower.transcript.find(
    ({ method, params }) => method === '$/progress' && params.value.lines.some((line) => line.seq === wanted.at(-1)),
  );
  source.cancel();
  await refused(done, kRequestCancelled);
  assert.deepEqual(pieces.values.flatMap((piece) => piece.lines.map((line) => line.seq)), wanted);
});

test('VscodeJsonRpc.SeesTheProgressOfAVerification', async (one) => {
  const { connection, transcript } = await connect(one);
  const steps = watch(connection, 'verify');
  const verdict = await connection.sendRequest('audit.verify', { progressToken: 'verify' });
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  await connection.sendRequest('rpc.ping');
  assert.deepEqual(steps.values, transcript.progress('verify'));
  assert.ok(steps.values.length > 0, 'no progress came');
  assert.ok(steps.values.every(({ done, total }) => done <= total), JSON.stringify(steps.values));
  assert.equal(transcript.messages.at(-2).id, 0, 'progress came after the answer');
});

test('VscodeJsonRpc.IsRefusedAStreamWithoutAToken', async (one) => {
  const { connection } = await connect(one);
  const refusal = await refused(connection.sendRequest('audit.follow'), kInvalidParams);
  assert.match(refusal.message, /progressToken/);
});

test('VscodeJsonRpc.MaySendATokenWhereNoProgressIsReported', async (one) => {
  const { connection, transcript } = await connect(one);
  const { echo } = await connection.sendRequest('rpc.ping', { echo: 'quick', progressToken: 'unused' });
  assert.equal(echo, 'quick');
  assert.equal(transcript.messages.length, 1);
});

test('VscodeJsonRpc.MaySendProgressOfItsOwn', async (one) => {
  const { connection, transcript } = await connect(one);
  await connection.sendProgress(new ProgressType(), 7, { percent: 50 });
  await connection.sendProgress(new ProgressType(), 'seven', { percent: 100 });
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.equal(transcript.messages.length, 1);
});

// ---- Notifications ----

test('VscodeJsonRpc.NotifiesAndIsNeverAnswered', async (one) => {
  const { connection, transcript } = await connect(one);
  await connection.sendNotification('rpc.ping');
  await connection.sendNotification('rpc.ping', { echo: 'x' });
  await connection.sendNotification('rpc.ping', 'one', 'too many');
  await connection.sendNotification('no.such', { any: 'thing' });
  await connection.sendNotification('$/anything', [1, 2]);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.deepEqual(transcript.messages.map((message) => message.id), [0]);
});

test('VscodeJsonRpc.IsNotifiedOfAChangedPolicyOnlyIfItSubscribed', async (one) => {
  const subscriber = await connect(one);
  const other = await connect(one);
  const changed = new Promise((resolve) => subscriber.connection.onNotification('rpc.methodsChanged', resolve));
  await subscriber.connection.sendRequest('rpc.subscribe', { events: ['rpc.methodsChanged'] });

  const account = (await other.connection.sendRequest('identity.whoami')).account.sid;
  await denyStatusTo(one, other.connection, account);
  await changed;
  await other.connection.sendRequest('rpc.ping');
  assert.ok(!other.transcript.messages.some((message) => 'method' in message));

  // No longer: an empty subscription replaces the first.
  await subscriber.connection.sendRequest('rpc.subscribe', { events: [] });
  const count = subscriber.transcript.messages.length;
  await other.connection.sendRequest('access.set', { node: 'service.status', sddl: null });
  await subscriber.connection.sendRequest('rpc.ping');
  assert.equal(subscriber.transcript.messages.length, count + 1);
});

test('VscodeJsonRpc.IsRefusedASubscriptionToAnUnknownEvent', async (one) => {
  const { connection } = await connect(one);
  await refused(connection.sendRequest('rpc.subscribe', { events: ['no.such'] }), kInvalidParams);
});

test('VscodeJsonRpc.MayTraceAndCallUnknownMethods', async (one) => {
  const { connection, transcript } = await connect(one);
  await connection.trace(Trace.Verbose, { log() {} }, { sendNotification: true, traceFormat: TraceFormat.Text });
  await refused(connection.sendRequest('$/no.such'), kMethodNotFound);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
  assert.deepEqual(transcript.messages.map((message) => message.id), [0, 1]);
});

// ---- Sizes and numbers ----

test('VscodeJsonRpc.SendsAndReceivesAMebibyte', async (one) => {
  const { connection } = await connect(one);
  // A period that is not a power of two, so that a lost or repeated piece shows.
  const letters = Array.from({ length: 997 }, (_, index) => String.fromCharCode(97 + (index * index) % 26)).join('');
  const echo = letters.repeat(Math.ceil(kEchoCharacters / letters.length)).slice(0, kEchoCharacters);
  for (let round = 0; round < 3; ++round) {
    assert.ok((await connection.sendRequest('rpc.ping', { echo })).echo === echo, 'the echo is another text');
  }
  assert.ok((await connection.sendRequest('rpc.ping', echo)).echo === echo, 'the echo is another text');
  await refused(connection.sendRequest('rpc.ping', { echo: `${echo}x` }), kInvalidParams);
  assert.equal((await connection.sendRequest('rpc.ping')).pong, true);
});

// `calls` echoes in total, `atOnce` of them in flight.
async function echoes(connection, name, calls, atOnce) {
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const echo = `${name} ${next++}`;
      assert.equal((await connection.sendRequest('rpc.ping', { echo })).echo, echo);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

test('VscodeJsonRpc.KeepsAsManyInFlightAsTheServiceAllows', async (one) => {
  const { connection, transcript } = await connect(one);
  const kCalls = 640;
  await echoes(connection, 'call', kCalls, kInFlight);
  assert.equal(transcript.messages.length, kCalls);
});

test('VscodeJsonRpc.HasTwoConcurrentConnectionsWithTheSameIds', async (one) => {
  const [first, second] = [await connect(one), await connect(one)];
  const kCalls = 200;
  await Promise.all([
    echoes(first.connection, 'first', kCalls, kInFlight / 2),
    echoes(second.connection, 'second', kCalls, kInFlight / 2),
  ]);
  for (const { transcript } of [first, second]) {
    const ids = transcript.messages.map((message) => message.id).sort((a, b) => a - b);
    assert.deepEqual(ids, Array.from({ length: kCalls }, (_, id) => id));
  }
});

// ---- The end of a connection ----

test('VscodeJsonRpc.MayCloseInTheMiddleOfItsCalls', async (one) => {
  const { connection, socket } = await connect(one);
  const follows = [];
  for (const token of [0, 1, 'two']) follows.push((await follow(connection, token)).done);
  const ended = Promise.all(follows.map((done) => assert.rejects(done)));
  connection.dispose();
  socket.destroy();
  await ended;

  // The service closes it: this process has only the connection that asks.
  const next = await connect(one);
  const mine = async () =>
    (await next.connection.sendRequest('service.connections')).filter((each) => each.process.id === process.pid);
  let left = await mine();
  while (left.length > 1) left = await mine();
  assert.equal(left.length, 1);
});

async function sc(...words) {
  return (await promisify(execFile)('sc.exe', words)).stdout;
}

// STOPPED, START_PENDING and so on, which Windows does not translate.
async function stateOfService() {
  return /:\s*[1-7]\s+([A-Z_]+)/.exec(await sc('query', 'OnBehalf'))[1];
}

test('VscodeJsonRpc.IsNotifiedOfTheStopAndReconnectsWhenTheServiceIsBack', async (one) => {
  // sc.exe only requests it; asking again while the service is starting gives an error.
  const start = async () => {
    while ((await stateOfService()) !== 'STOPPED');
    await sc('start', 'OnBehalf');
    while ((await stateOfService()) !== 'RUNNING');
  };
  const { connection, socket, transcript } = await connect(one);
  await connection.sendRequest('rpc.subscribe', { events: ['service.stopping', 'rpc.methodsChanged'] });
  const stopping = new Promise((resolve) => connection.onNotification('service.stopping', resolve));
  const { done } = await follow(connection, 'until the end');
  const ended = assert.rejects(done);

  one.defer(async () => {
    if ((await stateOfService()) !== 'RUNNING') await start();
  });
  await sc('stop', 'OnBehalf');
  await stopping;
  await ended;
  await closed(socket);
  const told = transcript.messages.findIndex((message) => message.method === 'service.stopping');
  const answered = transcript.messages.findIndex((message) => 'error' in message);
  assert.ok(told < answered, 'the request was ended before the service said that it stops');

  await start();
  const again = await connect(one);
  assert.equal((await again.connection.sendRequest('rpc.ping')).pong, true);
});
