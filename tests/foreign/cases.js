// Runs the cases one after the other and reports them as GoogleTest does, for .ci/count_tests.awk, and as a
// JUnit report, for .ci/summary.ps1.
'use strict';

const fs = require('node:fs');

// A case that takes longer has failed. Far longer than most take: it ends a run that hangs.
const kCaseMilliseconds = 60_000;

const cases = [];

// What a case registers with `defer` runs when it has ended, even if it failed: the last first. A failure in
// it fails the case.
class Case {
  #deferred = [];
  // Of promises that the case did not await.
  rejections = [];

  defer(action) {
    this.#deferred.push(action);
  }

  // Returns the failures.
  async end() {
    const errors = [];
    while (this.#deferred.length > 0) {
      try {
        await this.#deferred.pop()();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}

// Registers a case, by a name of the form Suite.WhatItShows. `body` takes a Case.
function test(name, body) {
  cases.push({ name, body });
}

function within(limit, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

let running = null;
process.on('unhandledRejection', (error) => running.rejections.push(error));

async function runOne({ name, body }) {
  console.log(`[ RUN      ] ${name}`);
  const started = performance.now();
  const one = new Case();
  running = one;
  const errors = [];
  try {
    await within(kCaseMilliseconds, Promise.resolve(one).then(body));
  } catch (error) {
    errors.push(error);
  }
  errors.push(...(await within(kCaseMilliseconds, one.end()).catch((error) => [error])), ...one.rejections);
  const milliseconds = Math.round(performance.now() - started);
  for (const error of errors) console.log(error.stack);
  if (errors.length > 0) {
    console.log(`[  FAILED  ] ${name} (${milliseconds} ms)`);
  } else {
    console.log(`[       OK ] ${name} (${milliseconds} ms)`);
  }
  return { name, errors, milliseconds };
}

function escaped(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };
  return text.replace(/[&<>"\n]/g, (character) => entities[character]);
}

function report(outcomes) {
  const lines = outcomes.map(({ name, errors, milliseconds }) => {
    const dot = name.indexOf('.');
    const head =
      `<testcase classname="${escaped(name.slice(0, dot))}" name="${escaped(name.slice(dot + 1))}"` +
      ` time="${milliseconds / 1000}"`;
    if (errors.length > 0) return `${head}><failure message="${escaped(String(errors[0]))}"/></testcase>`;
    return `${head}/>`;
  });
  return `<testsuite>\n${lines.join('\n')}\n</testsuite>\n`;
}

// Runs the cases whose names contain `filter`, and writes the report if a file for it is given. Returns the
// exit code: 0 only if at least one case ran and none failed.
async function run({ filter = '', reportFile = null }) {
  const chosen = cases.filter(({ name }) => name.includes(filter));
  console.log(`[==========] Running ${chosen.length} tests`);
  const outcomes = [];
  for (const each of chosen) outcomes.push(await runOne(each));
  if (reportFile !== null) fs.writeFileSync(reportFile, report(outcomes));
  return chosen.length > 0 && outcomes.every(({ errors }) => errors.length === 0) ? 0 : 1;
}

module.exports = { run, test };
