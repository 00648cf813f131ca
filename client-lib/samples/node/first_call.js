// Calls OnBehalf from Node with vscode-jsonrpc, which speaks the service's protocol unchanged.
//
//     npm install
//     node first_call.js
//
// It prints who it is to the service, two echoes and, if it may read the audit (administrators), its own calls from
// there until it cancels:
//
//     I am CONTOSO\alice (S-1-5-21-1004336348-1177238915-682003330-1104)
//     echo: by position
//     echo: by name
//     audit: rpc.ping decision
//     audit: rpc.ping outcome
//     cancelled
'use strict';

const { once } = require('node:events');
const net = require('node:net');

const {
  CancellationTokenSource,
  ProgressType,
  SocketMessageReader,
  SocketMessageWriter,
  createMessageConnection,
} = require('vscode-jsonrpc/node');

const kRequestCancelled = -32800;

async function main() {
  const socket = net.connect('\\\\.\\pipe\\onbehalf');
  try {
    await once(socket, 'connect');
    const service = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    service.listen();

    const me = await service.sendRequest('identity.whoami');
    console.log(`I am ${me.account.name} (${me.account.sid})`);

    // A single object is sent as parameters by name; anything else by position.
    console.log(`echo: ${(await service.sendRequest('rpc.ping', 'by position')).echo}`);
    console.log(`echo: ${(await service.sendRequest('rpc.ping', { echo: 'by name' })).echo}`);

    // Any unique token will do: it marks this request's progress. The request ends when it is cancelled.
    const progressToken = 'my calls';
    const enough = new CancellationTokenSource();
    service.onProgress(new ProgressType(), progressToken, ({ lines }) => {
      for (const line of lines) console.log(`audit: ${line.method} ${line.event}`);
      enough.cancel();
    });
    try {
      await service.sendRequest('audit.follow', { method: 'rpc.ping', limit: 2, progressToken }, enough.token);
    } catch (error) {
      if (error.code !== kRequestCancelled) throw error;
      console.log('cancelled');
    }
  } finally {
    socket.destroy();
  }
}

main().catch((error) => {
  // An error from the service is a ResponseError with its code.
  console.error(error.code === undefined ? error.message : `${error.message} (${error.code})`);
  process.exitCode = 1;
});
