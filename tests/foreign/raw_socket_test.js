// The pipe without a library: both framings, and writes split in ways that no library splits them.
'use strict';

const assert = require('node:assert/strict');

const { test } = require('./cases.js');
const { Transcript, closed, openSocket } = require('./service.js');

async function open(one, framing) {
  const socket = await openSocket(one);
  const transcript = new Transcript(socket, framing);
  one.defer(() => transcript.check());
  return { socket, transcript };
}

// One write, complete when this resolves. Node joins writes that wait for one another.
function write(socket, bytes) {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
}

// Far more of them than a pipe's buffer holds.
const kLongText = 'x'.repeat(64 * 1024);

const request = (id, method, params) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const headerDelimited = (text) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;

test('RawSocket.GetsLinesForLines', async (one) => {
  const { socket, transcript } = await open(one, 'bare');
  await write(
    socket,
    `${request('a', 'rpc.ping', { echo: 'ä' })}\n${request('b', 'no.such')}\r\n${request('c', 'rpc.ping', ['c'])}\n`,
  );
  assert.equal((await transcript.answer('a')).result.echo, 'ä');
  assert.equal((await transcript.answer('b')).error.code, -32601);
  assert.equal((await transcript.answer('c')).result.echo, 'c');
  assert.equal(transcript.messages.length, 3);
});

test('RawSocket.NeedsNoNewlineAfterBareJson', async (one) => {
  const { socket, transcript } = await open(one, 'bare');
  for (let id = 0; id < 3; ++id) {
    await write(socket, request(id, 'rpc.ping'));
    assert.equal((await transcript.answer(id)).result.pong, true);
  }
});

test('RawSocket.FollowsTheAuditInLines', async (one) => {
  const { socket, transcript } = await open(one, 'bare');
  await write(socket, `${request(1, 'audit.follow', { progressToken: 'bare', limit: 1 })}\n`);
  const piece = await transcript.find((message) => message.method === '$/progress' || message.id === 1);
  assert.equal(piece.params?.token, 'bare', JSON.stringify(piece));
  await write(socket, `${JSON.stringify({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } })}\n`);
  assert.equal((await transcript.answer(1)).error.code, -32800);
  assert.equal(transcript.messages.at(-1).id, 1);
});

for (const [framing, frame] of [
  ['header', headerDelimited],
  ['bare', (text) => text],
]) {
  test(`RawSocket.MaySplitAFrameByteByByteWithFraming_${framing}`, async (one) => {
    const { socket, transcript } = await open(one, framing);
    for (const byte of Buffer.from(frame(request(1, 'rpc.ping', { echo: 'ü' })))) await write(socket, Buffer.of(byte));
    assert.equal((await transcript.answer(1)).result.echo, 'ü');
  });

  test(`RawSocket.MayDisconnectInTheMiddleOfAFrameWithFraming_${framing}`, async (one) => {
    const { socket } = await open(one, framing);
    const text = frame(request(1, 'rpc.ping'));
    await write(socket, text.slice(0, -5));
    socket.destroy();
    await closed(socket);
    const next = await open(one, framing);
    await write(next.socket, text);
    assert.equal((await next.transcript.answer(1)).result.pong, true);
  });
}

test('RawSocket.MayDisconnectWithoutReadingItsAnswers', async (one) => {
  const socket = await openSocket(one);
  const frames = Array.from({ length: 32 }, (_, id) => headerDelimited(request(id, 'rpc.ping', { echo: kLongText })));
  await write(socket, frames.join(''));
  socket.destroy();
  const next = await open(one, 'header');
  await write(next.socket, headerDelimited(request(1, 'rpc.ping')));
  assert.equal((await next.transcript.answer(1)).result.pong, true);
});

test('RawSocket.MaySendManyFramesInOneWrite', async (one) => {
  const { socket, transcript } = await open(one, 'header');
  const ids = Array.from({ length: 20 }, (_, id) => id);
  await write(socket, ids.map((id) => headerDelimited(request(id, 'rpc.ping', { echo: `${id}` }))).join(''));
  for (const id of ids) assert.equal((await transcript.answer(id)).result.echo, `${id}`);
});

test('RawSocket.GetsTheReasonWhenTheServiceRefusesAnInvalidFrame', async (one) => {
  const { socket, transcript } = await open(one, 'header');
  await write(socket, 'GET / HTTP/1.1\r\n\r\n');
  assert.equal((await transcript.answer(null)).error.code, -32700);
  await closed(socket);
});
