// The installed service as seen by a Node program: sockets, vscode-jsonrpc connections, and the messages on
// them.
'use strict';

const assert = require('node:assert/strict');
const net = require('node:net');

const { SocketMessageReader, SocketMessageWriter, createMessageConnection } = require('vscode-jsonrpc/node');

const kPipe = '\\\\.\\pipe\\onbehalf';

// The messages of a socket in the order in which they came, parsed by this class and not by the library under
// test. `framing` is 'header' or 'bare'; bytes that the service may not write are recorded in `faults`.
class Transcript {
  messages = [];
  faults = [];
  #framing;
  #rest = Buffer.alloc(0);
  #waiting = [];
  #closed = false;

  constructor(socket, framing) {
    this.#framing = framing;
    socket.on('data', (bytes) => {
      try {
        this.#rest = Buffer.concat([this.#rest, bytes]);
        for (let text = this.#next(); text !== null; text = this.#next()) this.messages.push(JSON.parse(text));
      } catch (error) {
        this.faults.push(error.message);
      }
      this.#wake();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  // Resolves with the first message for which `wanted` returns true, which may have come already. Rejects
  // when the connection is closed without one.
  async find(wanted) {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found !== undefined) return found;
      if (this.#closed) throw new Error(`the connection was closed after ${JSON.stringify(this.messages)}`);
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  answer(id) {
    return this.find((message) => message.id === id);
  }

  // Values of $/progress for a token.
  progress(token) {
    return this.messages
      .filter((message) => message.method === '$/progress' && message.params.token === token)
      .map((message) => message.params.value);
  }

  // What must hold for every connection: no id is answered twice, everything is JSON-RPC 2.0.
  check() {
    assert.deepEqual(this.faults, []);
    const ids = this.messages.filter((message) => 'id' in message).map((message) => message.id);
    assert.equal(new Set(ids).size, ids.length, `an id was answered twice: ${ids}`);
    for (const message of this.messages) assert.equal(message.jsonrpc, '2.0');
  }

  #next() {
    return this.#framing === 'bare' ? this.#nextLine() : this.#nextHeaderDelimited();
  }

  #nextLine() {
    const end = this.#rest.indexOf('\n');
    return end === -1 ? null : this.#take(0, end, 1);
  }

  #nextHeaderDelimited() {
    const blank = this.#rest.indexOf('\r\n\r\n');
    if (blank === -1) return null;
    const head = this.#rest.toString('latin1', 0, blank);
    // Exactly this header and this spelling: StreamJsonRpc matches names case-sensitively.
    const length = /^Content-Length: ([0-9]+)$/.exec(head);
    if (length === null) {
      this.#rest = Buffer.alloc(0);
      throw new Error(`unexpected header: ${JSON.stringify(head)}`);
    }
    const begin = blank + 4;
    const end = begin + Number(length[1]);
    return this.#rest.length < end ? null : this.#take(begin, end, 0);
  }

  #take(begin, end, behind) {
    const text = this.#rest.toString('utf8', begin, end);
    this.#rest = this.#rest.subarray(end + behind);
    return text;
  }

  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

// A connected socket, closed when the case ends.
async function openSocket(one) {
  const socket = net.connect(kPipe);
  one.defer(() => socket.destroy());
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

// Resolves when either side closes the socket.
function closed(socket) {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));
}

// A vscode-jsonrpc connection as its users create one, closed when the case ends. The case fails if the
// library or the transcript finds a fault in the messages.
async function connect(one) {
  const socket = await openSocket(one);
  const transcript = new Transcript(socket, 'header');
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const faults = [];
  connection.onError(([error]) => faults.push(error.message));
  connection.onUnhandledNotification((message) => faults.push(`nobody asked for ${message.method}`));
  one.defer(() => {
    connection.dispose();
    assert.deepEqual(faults, []);
    transcript.check();
  });
  connection.listen();
  return { connection, socket, transcript };
}

module.exports = { Transcript, closed, connect, kPipe, openSocket };
