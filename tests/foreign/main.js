// usage: node main.js [--filter TEXT] [--report FILE]
//
// Calls the installed service as third-party programs do. vscode-jsonrpc is found through NODE_PATH.
'use strict';

const { parseArgs } = require('node:util');

const { run } = require('./cases.js');

require('./vscode_jsonrpc_test.js');
require('./raw_socket_test.js');
require('./samples_test.js');

const { values } = parseArgs({ options: { filter: { type: 'string' }, report: { type: 'string' } } });
// A socket that a failed case has left would keep the process alive.
run({ filter: values.filter, reportFile: values.report }).then((code) => process.exit(code));
