// A typed client of Sample 1.0.
// Written by `onbehalf generate --language typescript`: generate it again when the service's
// methods change; do not edit it.
//
// Calls end as vscode-jsonrpc's own do: with the result, or with a ResponseError that has the
// service's code. Results are not validated. Integers beyond 2^53 are not exact.

import type { CancellationToken, MessageConnection } from "vscode-jsonrpc";
import { ParameterStructures, ProgressType } from "vscode-jsonrpc";

export type SampleKindsParamsWord = "one" | "two words";

export type SampleKindsParamsMaybeWord = "up" | "down";

export interface SampleKindsParamsInner {
  y: number;
  x?: number;
}

/** Parameters of sample.kinds. */
export interface SampleKindsParams {
  /** A text. */
  text: string;
  whole: number;
  real: number;
  flag: boolean;
  /** A word. */
  word: SampleKindsParamsWord;
  textOrNull: string | null;
  list: Array<string>;
  maybeText?: string;
  maybeWord?: SampleKindsParamsMaybeWord | null;
  maybeList?: Array<number | null>;
  inner?: SampleKindsParamsInner;
  anything?: unknown;
  object?: { [name: string]: unknown };
}

export interface SampleKindsResultInner {
  y: number;
  x?: number;
}

export interface SampleKindsResultListItem {
  name: string;
}

/**
 * Result of sample.kinds.
 * What has come.
 */
export interface SampleKindsResult {
  /** One of "one", "two words". */
  word: string;
  /** the text */
  text: string;
  whole: number;
  real: number;
  flag: boolean;
  nothing: null;
  textOrNull: string | null;
  inner: SampleKindsResultInner | null;
  list: Array<SampleKindsResultListItem>;
  matrix: Array<Array<number>>;
  object: { [name: string]: unknown };
  anything: unknown;
  maybe?: string;
}

/** Parameters of sample.list. */
export interface SampleListParams {
  limit?: number;
}

export interface SampleListResultItem {
  id: number;
}

/** Parameters of sample.wide. */
export interface SampleWideParams {
  /** The schema's "oneOf" is not expressed. */
  choice?: unknown;
  /** One of the types ["string","integer"]. */
  several?: unknown;
  /** The schema's "$ref" is not expressed. */
  reference?: unknown;
  /** One of [1,2,3]. */
  numbers?: number;
  /** Always 5. */
  fixed?: number;
  /** Elements at fixed positions are not expressed. */
  pair?: Array<unknown>;
  /** The types of further members are not expressed. */
  map?: { [name: string]: unknown };
  /** The schema allows no value at all. */
  never?: unknown;
  always?: unknown;
}

/** Parameters of sample.follow. */
export interface SampleFollowParams {
  from?: number;
}

/** Result of sample.follow. */
export interface SampleFollowResult {
  last: number;
}

/** Progress of sample.follow. */
export interface SampleFollowProgress {
  lines: Array<string>;
  /** where it is */
  at?: number;
}

/** Parameters of other.steps. */
export interface OtherStepsParams {
  count?: number;
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

/** The methods of sample. */
export class SampleMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /** sample.kinds: Takes and gives a value of every kind. */
  kinds(params: SampleKindsParams, token?: CancellationToken): Promise<SampleKindsResult> {
    return call(this.connection, "sample.kinds", params, token);
  }

  /** sample.none: Takes nothing and gives nothing. */
  none(token?: CancellationToken): Promise<null> {
    return call(this.connection, "sample.none", undefined, token);
  }

  /** sample.list: Gives a list. */
  list(params: SampleListParams = {}, token?: CancellationToken): Promise<Array<SampleListResultItem>> {
    return call(this.connection, "sample.list", params, token);
  }

  /** sample.maybe: Gives a number or null. null: there is none */
  maybe(token?: CancellationToken): Promise<number | null> {
    return call(this.connection, "sample.maybe", undefined, token);
  }

  /**
   * sample.wide: Has schemas that no type says. The schema's "allOf" is not expressed.
   */
  wide(params: SampleWideParams = {}, token?: CancellationToken): Promise<unknown> {
    return call(this.connection, "sample.wide", params, token);
  }

  /**
   * sample.follow: Goes on and on.
   * Passes its results piece by piece to `progress`.
   */
  follow(params: SampleFollowParams, progress: (value: SampleFollowProgress) => void, token?: CancellationToken): Promise<SampleFollowResult> {
    return callWithProgress<SampleFollowProgress, SampleFollowResult>(this.connection, "sample.follow", params, progress, token);
  }
}

/** The methods of other. */
export class OtherMethods {
  private readonly connection: MessageConnection;

  constructor(connection: MessageConnection) {
    this.connection = connection;
  }

  /**
   * other.progress: Has no parameters of its own.
   * Reports its progress to `progress`. per cent
   */
  progress(progress?: (value: number) => void, token?: CancellationToken): Promise<unknown> {
    return callWithProgress<number, unknown>(this.connection, "other.progress", {}, progress, token);
  }

  /** alone: Has no namespace. */
  alone(token?: CancellationToken): Promise<boolean> {
    return call(this.connection, "alone", undefined, token);
  }

  /**
   * other.steps: Reports anything.
   * Returns its results, or passes them piece by piece to `progress`, if that is given.
   */
  steps(params: OtherStepsParams = {}, progress?: (value: unknown) => void, token?: CancellationToken): Promise<unknown> {
    return callWithProgress<unknown, unknown>(this.connection, "other.steps", params, progress, token);
  }
}

/** All methods over one connection, which must already be listening. */
export class Service {
  readonly sample: SampleMethods;
  readonly other: OtherMethods;

  constructor(connection: MessageConnection) {
    this.sample = new SampleMethods(connection);
    this.other = new OtherMethods(connection);
  }
}
