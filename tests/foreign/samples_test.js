// The Node sample, run as its readers run it. tests/dotnet and tests/powershell run those for .NET and
// PowerShell.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { test } = require('./cases.js');
const { connect } = require('./service.js');

const kSamples = path.join(__dirname, '..', '..', 'client-lib', 'samples');

test('Samples.NodeRuns', async (one) => {
  const { connection } = await connect(one);
  const { sid } = (await connection.sendRequest('identity.whoami')).account;
  const sample = path.join(kSamples, 'node', 'first_call.js');
  const { stdout } = await promisify(execFile)(process.execPath, [sample]);
  const lines = stdout.split(/\r?\n/).filter((line) => line !== '');
  assert.match(lines[0], /^I am \S.* \(S-1-[-0-9]+\)$/);
  assert.ok(lines[0].endsWith(`(${sid})`), `${lines[0]} instead of ${sid}`);
  assert.deepEqual(lines.slice(1, 3), ['echo: by position', 'echo: by name']);
  const audit = lines.slice(3, -1);
  assert.ok(audit.length > 0, 'no line of the audit');
  for (const line of audit) assert.match(line, /^audit: rpc\.ping (decision|outcome)$/);
  assert.equal(lines.at(-1), 'cancelled');
});

test('Samples.NodeUsesTheTestedVersion', () => {
  const wanted = JSON.parse(fs.readFileSync(path.join(kSamples, 'node', 'package.json'), 'utf8')).dependencies;
  assert.equal(wanted['vscode-jsonrpc'], require('vscode-jsonrpc/package.json').version);
});
