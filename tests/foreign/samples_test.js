// The samples for other languages, run as their readers run them.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { skipWithout, test } = require('./cases.js');
const { connect } = require('./service.js');

const kSamples = path.join(__dirname, '..', '..', 'client-lib', 'samples');
// Building the C# sample fetches its packages the first time.
const kProgramMilliseconds = 240_000;

// Resolves with what a program printed and its exit code; `code` is null where there is no such program.
function run(program, ...words) {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: kProgramMilliseconds }, (error, output, errors) => {
      if (error === null) resolve({ code: 0, output, errors });
      else if (error.code === 'ENOENT') resolve({ code: null, output, errors });
      else resolve({ code: error.code ?? error.signal, output, errors });
    });
  });
}

// Runs a sample and looks at what it printed, which is the same in every language.
async function expectFirstCall(one, program, ...words) {
  const { connection } = await connect(one);
  const { sid } = (await connection.sendRequest('identity.whoami')).account;
  const { code, output, errors } = await run(program, ...words);
  assert.equal(code, 0, `${output}${errors}`);
  const lines = output.split(/\r?\n/).filter((line) => line !== '');
  assert.match(lines[0], /^I am \S.* \(S-1-[-0-9]+\)$/);
  assert.ok(lines[0].endsWith(`(${sid})`), `${lines[0]} instead of ${sid}`);
  assert.deepEqual(lines.slice(1, 3), ['echo: by position', 'echo: by name']);
  const audit = lines.slice(3, -1);
  assert.ok(audit.length > 0, 'no line of the audit');
  for (const line of audit) assert.match(line, /^audit: rpc\.ping (decision|outcome)$/);
  assert.equal(lines.at(-1), 'cancelled');
}

test('Samples.NodeRuns', (one) => expectFirstCall(one, process.execPath, path.join(kSamples, 'node', 'first_call.js')));

test('Samples.NodeUsesTheVersionThatIsTestedHere', () => {
  const wanted = JSON.parse(fs.readFileSync(path.join(kSamples, 'node', 'package.json'), 'utf8')).dependencies;
  assert.equal(wanted['vscode-jsonrpc'], require('vscode-jsonrpc/package.json').version);
});

for (const [name, program, variable] of [
  ['WindowsPowerShell', 'powershell.exe', 'ONBEHALF_REQUIRE_WINDOWS'],
  ['PowerShell7', 'pwsh.exe', 'ONBEHALF_REQUIRE_RUNTIMES'],
]) {
  test(`Samples.${name}Runs`, async (one) => {
    const probe = await run(program, '-NoProfile', '-Command', '40 + 2');
    if (probe.output.trim() !== '42') skipWithout(`a ${program} that runs commands`, variable);
    const script = path.join(kSamples, 'powershell', 'first_call.ps1');
    await expectFirstCall(one, program, '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', script);
  });
}

test('Samples.CSharpBuildsAndRuns', async (one) => {
  if ((await run('dotnet', '--version')).code !== 0) skipWithout("the .NET SDK's dotnet", 'ONBEHALF_REQUIRE_RUNTIMES');
  // Everything that the build makes goes into the current folder.
  const made = path.resolve('csharp');
  const build = await run(
    'dotnet',
    'build',
    path.join(kSamples, 'csharp', 'first_call.csproj'),
    // They would keep the build's output open.
    '--disable-build-servers',
    '--output',
    path.join(made, 'bin'),
    `-p:BaseIntermediateOutputPath=${path.join(made, 'obj').replaceAll('\\', '/')}/`,
  );
  assert.equal(build.code, 0, `${build.output}${build.errors}`);
  await expectFirstCall(one, path.join(made, 'bin', 'first_call.exe'));
}, kProgramMilliseconds);
