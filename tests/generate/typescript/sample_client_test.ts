// The client generated from sample.json used with unmodified vscode-jsonrpc: what it puts on the wire, and
// how it reads responses. Where the compiler must refuse something, "@ts-expect-error" makes it an error if
// it does not.

import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  createMessageConnection,
  Disposable,
  ResponseError,
} from "vscode-jsonrpc";
import type { DataCallback, Message } from "vscode-jsonrpc";
import { Service } from "./sample";
import type { SampleFollowProgress, SampleKindsParams } from "./sample";

// Node's console; nothing else of Node is used here.
declare const console: { log(text: string): void };
declare const process: { exitCode: number };

type Json = { [name: string]: any };

class Reader extends AbstractMessageReader {
  private callback: DataCallback | undefined;

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    return Disposable.create(() => {});
  }
  deliver(message: Json): void {
    this.callback?.(message as unknown as Message);
  }
}

// Passes each message to `peer` as it would come from the wire.
class Writer extends AbstractMessageWriter {
  constructor(private readonly peer: (message: Json) => void) {
    super();
  }
  async write(message: Message): Promise<void> {
    const text = JSON.stringify(message);
    void Promise.resolve().then(() => this.peer(JSON.parse(text)));
  }
  end(): void {}
}

// A client of a service that calls `serve` with each message.
function clientOf(serve: (message: Json, send: (message: Json) => void) => void): Service {
  const reader = new Reader();
  const send = (message: Json) => reader.deliver({ jsonrpc: "2.0", ...message });
  const connection = createMessageConnection(reader, new Writer((message) => serve(message, send)));
  connection.listen();
  return new Service(connection);
}

// The same, for a service that answers everything with `result`; `seen` collects the messages.
function answering(result: unknown, seen: Json[]): Service {
  return clientOf((message, send) => {
    seen.push(message);
    if ("id" in message) send({ id: message.id, result });
  });
}

function expectEqual(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

const required: SampleKindsParams = {
  text: "t",
  whole: 1,
  real: 0.5,
  flag: true,
  word: "two words",
  textOrNull: null,
  list: ["a"],
};

const tests: { [name: string]: () => Promise<void> } = {
  async SendsParametersByName() {
    const seen: Json[] = [];
    await answering({}, seen).sample.kinds({ ...required, inner: { y: 2 }, maybeList: [1, null] });
    expectEqual(seen[0]!.method, "sample.kinds");
    expectEqual(seen[0]!.params, { ...required, inner: { y: 2 }, maybeList: [1, null] });
  },

  async SendsNoParametersToAMethodWithoutAny() {
    const seen: Json[] = [];
    const service = answering(null, seen);
    expectEqual(await service.sample.none(), null);
    expectEqual("params" in seen[0]!, false);
    await service.sample.none(new CancellationTokenSource().token);
    expectEqual("params" in seen[1]!, false);
    await service.sample.list();
    expectEqual(seen[2]!.params, {});
    await service.sample.list({ limit: 5 }, new CancellationTokenSource().token);
    expectEqual(seen[3]!.params, { limit: 5 });
  },

  async CancelsWithAToken() {
    const source = new CancellationTokenSource();
    let request: Json = {};
    const service = clientOf((message, send) => {
      if (message.method === "$/cancelRequest") {
        expectEqual(message.params.id, request.id);
        send({ id: request.id, error: { code: -32800, message: "cancelled" } });
      } else {
        request = message;
        source.cancel();
      }
    });
    const error = await service.sample.list({ limit: 1 }, source.token).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expectEqual(error instanceof ResponseError && error.code, -32800);
  },

  async PassesProgressToItsCall() {
    const service = clientOf((message, send) => {
      const value = { lines: [String(message.params.from)] };
      send({ method: "$/progress", params: { token: message.params.progressToken, value } });
      send({ method: "$/progress", params: { token: "somebody else's", value } });
      send({ id: message.id, result: { last: message.params.from } });
    });
    const pieces: SampleFollowProgress[][] = [[], []];
    const results = await Promise.all(
      pieces.map((into, i) => service.sample.follow({ from: i }, (piece) => into.push(piece))),
    );
    expectEqual(results, [{ last: 0 }, { last: 1 }]);
    expectEqual(pieces, [[{ lines: ["0"] }], [{ lines: ["1"] }]]);
  },

  async RequestsNoProgressWithoutACallback() {
    const seen: Json[] = [];
    const service = answering("done", seen);
    await service.other.progress();
    expectEqual(seen[0]!.params, {});
    await service.other.steps({ count: 1 }, () => {});
    expectEqual(typeof seen[1]!.params.progressToken, "string");
  },

  async ReturnsWhatTheServiceSent() {
    const service = answering({ word: "of a newer service", list: [{ name: "a" }], inner: null }, []);
    const result = await service.sample.kinds(required);
    const word: string = result.word;
    const name: string | undefined = result.list[0]?.name;
    const y: number | undefined = result.inner?.y;
    const maybe: string | undefined = result.maybe;
    expectEqual([word, name, y === undefined, maybe === undefined], ["of a newer service", "a", true, true]);
  },
};

// For the compiler only.
export async function misuse(service: Service): Promise<void> {
  // @ts-expect-error: not one of the schema's words
  await service.sample.kinds({ ...required, word: "three" });
  // @ts-expect-error: required members are missing
  await service.sample.kinds({ text: "t" });
  // @ts-expect-error: there is no such parameter
  await service.sample.list({ limits: 1 });
  // @ts-expect-error: null is not the same as omitted
  await service.sample.kinds({ ...required, maybeText: null });
  // @ts-expect-error: a stream needs a callback for its pieces
  await service.sample.follow({});
  const result = await service.sample.kinds(required);
  // @ts-expect-error: it may be null
  result.textOrNull.length;
  // @ts-expect-error: it may be missing
  result.maybe.length;
  // @ts-expect-error: its type is unknown
  result.anything.length;
}

async function run(): Promise<void> {
  const names = Object.keys(tests);
  console.log(`[==========] Running ${names.length} tests from 1 test suite.`);
  for (const name of names) {
    console.log(`[ RUN      ] TypeScript.${name}`);
    const began = Date.now();
    try {
      await tests[name]!();
      console.log(`[       OK ] TypeScript.${name} (${Date.now() - began} ms)`);
    } catch (error) {
      console.log(String(error));
      console.log(`[  FAILED  ] TypeScript.${name} (${Date.now() - began} ms)`);
      process.exitCode = 1;
    }
  }
}

void run();
