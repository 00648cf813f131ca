// A typed client of Evil * / #error injected \ 1" #error injected ??/.
// Written by `onbehalf generate --language typescript`: generate it again when the service's
// methods change; do not edit it.
//
// Calls end as vscode-jsonrpc's own do: with the result, or with a ResponseError that has the
// service's code. Results are not validated. Integers beyond 2^53 are not exact.

import type { CancellationToken, MessageConnection } from "vscode-jsonrpc";
import { ParameterStructures, ProgressType } from "vscode-jsonrpc";

export type EvilRunParamsWords = "" | "*/" | "\"" | "\\" | "a b" | "a-b" | "a_b" | "??/" | "\n#error injected" | "1" | "\u2028#error injected" | "ToString";

export type EvilRunParamsDeepErrorInjected = "ends here */ #error injected\n#error injected\r\n#error injected\u2028#error injected\u2029#error injected\u0085#error injected </summary> <b> & \"quoted\" \u202e\u2066 ??/\n#error injected */*/ \\";

export interface EvilRunParamsDeep {
  "gone\n#error injected": unknown;
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  "\n#error injected"?: EvilRunParamsDeepErrorInjected;
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   * The schema's "oneOf" is not expressed.
   */
  "*/"?: Array<unknown>;
  /**
   * Always ["ends here * / #error injected\n#error injected\r\n#error injected\u2028#error i....
   */
  n?: unknown;
}

/** Parameters of evil.run. */
export interface EvilRunParams {
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  class: string;
  "2fa": string;
  "dry-run"?: string;
  dry_run?: string;
  dryRun?: string;
  "\"quoted\"\n#error injected"?: string;
  "back\\slash\\"?: string;
  "*/ #error injected"?: string;
  std?: string;
  Json?: string;
  constructor?: string;
  __proto__?: string;
  "\u00fcml\u00e4ut"?: string;
  "\ud83d\ude00"?: string;
  "\u4e2d"?: string;
  "??/"?: string;
  JsonIgnoreCondition?: string;
  EvilRunParams?: string;
  Equals?: string;
  progressToken?: string;
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  words?: EvilRunParamsWords;
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  deep?: EvilRunParamsDeep;
}

/**
 * Result of evil.run.
 * ends here * / #error injected #error injected #error injected #error injected #error injected
 * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
 */
export interface EvilRunResult {
  /** One of "\n#error injected", "* /", " ", "\\". */
  "result\n#error injected"?: string;
}

/**
 * Progress of evil.run.
 * ends here * / #error injected #error injected #error injected #error injected #error injected
 * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
 */
export interface EvilRunProgress {
  /**
   * ends here * / #error injected #error injected #error injected #error injected #error injected
   * #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  "*/\n#error injected"?: string;
}

/** Result of evil_run. */
export interface EvilRunResult_2 {
  a?: string;
}

/** Result of evil.run.params. */
export interface EvilRunParamsResult_2 {
  a?: string;
}

/** Parameters of evilRun.params. */
export interface EvilRunParamsParams {
  a?: string;
}

/** Result of evilRun.params. */
export interface EvilRunParamsResult_3 {
  a?: string;
}

function call<R>(connection: MessageConnection, method: string, params?: object, token?: CancellationToken): Promise<R> {
  const rest: unknown[] = params === undefined ? [] : [ParameterStructures.byName, params];
  if (token !== undefined) rest.push(token);
  return connection.sendRequest<R>(method, ...rest);
}

let lastProgressToken = 0;

async function callWithProgress<P, R>(
  connection: MessageConnection,
  method: string,
  params: object,
  progress?: (value: P) => void,
  token?: CancellationToken,
): Promise<R> {
  if (progress === undefined) return call<R>(connection, method, params, token);
  const progressToken = `onbehalf-${++lastProgressToken}`;
  const listener = connection.onProgress(new ProgressType<P>(), progressToken, progress);
  try {
    return await call<R>(connection, method, { ...params, progressToken }, token);
  } finally {
    listener.dispose();
  }
}

/** The methods of evil. */
export class EvilMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /**
   * evil.run: ends here * / #error injected #error injected #error injected #error injected #error
   * injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   * Reports its progress to `progress`.
   */
  run(params: EvilRunParams, progress?: (value: EvilRunProgress) => void, token?: CancellationToken): Promise<EvilRunResult> {
    return callWithProgress<EvilRunProgress, EvilRunResult>(this.connection, "evil.run", params, progress, token);
  }

  /** evil.evilMethods */
  evilMethods(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.evilMethods", undefined, token);
  }

  /**
   * evil.Evil Methods
   * "evil.Evil Methods" in JSON; the name evilMethods is taken.
   */
  evilMethods_2(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.Evil Methods", undefined, token);
  }

  /** evil.client */
  client(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.client", undefined, token);
  }

  /** evil.json */
  json(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.json", undefined, token);
  }

  /** evil.callOptions */
  callOptions(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.callOptions", undefined, token);
  }

  /**
   * evil.constructor
   * "evil.constructor" in JSON; the name constructor is taken.
   */
  constructor_2(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.constructor", undefined, token);
  }

  /**
   * evil.connection
   * "evil.connection" in JSON; the name connection is taken.
   */
  connection_2(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.connection", undefined, token);
  }

  /** evil.evilRunParams */
  evilRunParams(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.evilRunParams", undefined, token);
  }

  /** evil.delete */
  delete(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.delete", undefined, token);
  }

  /** evil.* / #error injected */
  errorInjected(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "evil.*/\n#error injected", undefined, token);
  }

  /**
   * evil."); #error injected: ends here * / #error injected #error injected #error injected #error
   * injected #error injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   * "evil.\"); #error injected" in JSON; the name errorInjected is taken.
   */
  errorInjected_2(token?: CancellationToken): Promise<null> {
    return call(this.connection, "evil.\"); #error injected", undefined, token);
  }

  /** evil.run.params */
  runParams(token?: CancellationToken): Promise<EvilRunParamsResult_2> {
    return call(this.connection, "evil.run.params", undefined, token);
  }

  /**
   * evil.follow
   * Passes its results piece by piece to `progress`. One of "* /", "\n#error injected".
   */
  follow(progress: (value: string) => void, token?: CancellationToken): Promise<null> {
    return callWithProgress<string, null>(this.connection, "evil.follow", {}, progress, token);
  }
}

/** The methods of class. */
export class ClassMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** class.class */
  class(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "class.class", undefined, token);
  }
}

/** The methods of std. */
export class StdMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** std.std */
  std(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "std.std", undefined, token);
  }
}

/** The methods of promise. */
export class PromiseMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** promise.then */
  then(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "promise.then", undefined, token);
  }
}

/** The methods of service. */
export class ServiceMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** service.service */
  service(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "service.service", undefined, token);
  }
}

/** The methods of evil_run. */
export class EvilRunMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** evil_run.params. One of "x". */
  params(token?: CancellationToken): Promise<string> {
    return call(this.connection, "evil_run.params", undefined, token);
  }
}

/** The methods of other. */
export class OtherMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** evil_run */
  evilRun(token?: CancellationToken): Promise<EvilRunResult_2> {
    return call(this.connection, "evil_run", undefined, token);
  }
}

/** The methods of evilRun. */
export class EvilRunMethods_2 {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** evilRun.params */
  params(params: EvilRunParamsParams = {}, token?: CancellationToken): Promise<EvilRunParamsResult_3> {
    return call(this.connection, "evilRun.params", params, token);
  }
}

/** The methods of i. */
export class IMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** i.evil */
  evil(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "i.evil", undefined, token);
  }
}

/** The methods of iEvil. */
export class IEvilMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** iEvil.methods */
  methods(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "iEvil.methods", undefined, token);
  }
}

/** The methods of 2. */
export class Value2Methods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** 2.2 */
  value2(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "2.2", undefined, token);
  }
}

/** The methods of #error injected. */
export class ErrorInjectedMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** #error injected.x */
  x(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "\n#error injected.x", undefined, token);
  }
}

/** The methods of 中. */
export class ValueMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /**
   * 中.国: ends here * / #error injected #error injected #error injected #error injected #error
   * injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
   */
  value(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "\u4e2d.\u56fd", undefined, token);
  }
}

/** The methods of . */
export class ValueMethods_2 {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** . */
  value(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, ".", undefined, token);
  }

  /**
   * ..
   * ".." in JSON; the name value is taken.
   */
  value_2(token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "..", undefined, token);
  }
}

/** All methods over one connection, which must already be listening. */
export class Service {
  readonly evil: EvilMethods;
  readonly class: ClassMethods;
  readonly std: StdMethods;
  readonly promise: PromiseMethods;
  readonly service: ServiceMethods;
  readonly evilRun: EvilRunMethods;
  readonly other: OtherMethods;
  readonly evilRun_2: EvilRunMethods_2;
  readonly i: IMethods;
  readonly iEvil: IEvilMethods;
  readonly value2: Value2Methods;
  readonly errorInjected: ErrorInjectedMethods;
  readonly value: ValueMethods;
  readonly value_2: ValueMethods_2;

  constructor(connection: MessageConnection) {
    this.evil = new EvilMethods(connection);
    this.class = new ClassMethods(connection);
    this.std = new StdMethods(connection);
    this.promise = new PromiseMethods(connection);
    this.service = new ServiceMethods(connection);
    this.evilRun = new EvilRunMethods(connection);
    this.other = new OtherMethods(connection);
    this.evilRun_2 = new EvilRunMethods_2(connection);
    this.i = new IMethods(connection);
    this.iEvil = new IEvilMethods(connection);
    this.value2 = new Value2Methods(connection);
    this.errorInjected = new ErrorInjectedMethods(connection);
    this.value = new ValueMethods(connection);
    this.value_2 = new ValueMethods_2(connection);
  }
}
