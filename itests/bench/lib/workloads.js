// The workloads that are compared by requests: what is asked, what has to be answered, and who takes part.
//
// program  what mims run, and peers that run mims; those with a program of their own pass it over
// beside   further mims of the node, by name
// answer   part of every answer; servers with a fresh instance for each request continue it with `fresh`
// prepare  asked once before
// counters how many keys the answers count; an asterisk in the path stands for them in turn. No count is answered twice,
//          and as much is stored as was answered
// about    what the servers do differently
// long     not in the short form
'use strict';

const ALL = ['mimosa', 'node:http', 'node vm.Context', 'express', 'workerd', 'deno', 'bun'];
const HELLO = { path: '/hello/ada?lang=en', answer: '"hello":"ada","lang":"en","n":', fresh: '1}' };
const JS = ['mimosa', 'node:http', 'node vm.Context'];
const WASM = ['mimosa', 'node WebAssembly', 'workerd WebAssembly'];
const KEPT_TOO = [...WASM, 'workerd kept WebAssembly'];
const STORES = ['mimosa', 'workerd Durable Object', 'deno KV'];
const ITEMS = [...STORES, 'node:http array'];
const SHA256 = '4b5de870707f5b606d551481fb74ac3fee67ae07ac91a5e808dd2d67f0994636'; // as OpenSSL has it

const CPU = { program: 'cpu', fresh: '1}', peers: JS, connections: 4, long: true };
const COMPUTING = { path: '/', peers: WASM, connections: 4, long: true };
const COUNTER = {
  program: 'store',
  path: '/count/k0',
  answer: '"count":',
  counters: 1,
  peers: STORES,
  about: 'kept in a file that is synced (fsync) before the answer, by all three',
};

const WORKLOADS = [
  { name: 'hello A', ...HELLO, program: 'a', peers: ALL },
  { name: 'hello B', ...HELLO, program: 'b', peers: JS, long: true },
  { name: 'hello C', ...HELLO, program: 'c', peers: JS, long: true },
  { name: 'hello of the npm router', program: 'router', path: '/hello/ada', answer: '"hello":"ada","n":', fresh: '1}', peers: JS, long: true },
  { name: 'fib(27)', program: 'a', path: '/fib/27', answer: '"fib":196418,"n":', fresh: '1}', peers: JS, connections: 4 },
  { name: 'string building', ...CPU, path: '/strings', answer: '"result":108890,"n":' },
  { name: 'JSON', ...CPU, path: '/json', answer: '"result":502500,"n":' },
  { name: 'durable counter', ...COUNTER },
  { name: 'durable counter, 8 connections', ...COUNTER, connections: 8, long: true },
  { name: 'durable counter, 128 connections', ...COUNTER, connections: 128, long: true },
  { name: 'durable counter, 32 keys in turn', ...COUNTER, path: '/count/k*', counters: 32, long: true },
  {
    name: 'page of 10,000 items',
    program: 'store',
    prepare: '/fill',
    path: '/page',
    answer: '"first":5000,"size":20,',
    peers: ITEMS,
    connections: 4,
    about: 'mimosa counts all of a tag and skips to an offset; workerd and deno begin at a key and count nothing',
    long: true,
  },
  {
    name: 'query of 10,000 items',
    program: 'store',
    prepare: '/fill',
    path: '/query',
    answer: '"total":7992,"first":251,"size":20,',
    peers: ITEMS,
    connections: 4,
    about: 'filtered, ordered, counted; workerd by SQL with json_extract, deno by reading all items, node:http has them in memory',
  },
  {
    name: 'call of another mim',
    program: 'caller',
    beside: { callee: 'a' },
    ...HELLO,
    peers: ['mimosa', 'node:http calls itself'],
    about: 'over loopback HTTP; with mimosa both the caller and the callee are fresh instances',
  },
  { name: 'WebAssembly hello', program: 'hello.wasm', path: '/', answer: '"hello":"ada","n":', fresh: '1}', peers: KEPT_TOO },
  { name: 'WebAssembly fib(27)', ...COMPUTING, program: 'fib.wasm', answer: '196418' },
  { name: 'WebAssembly SHA-256 of 640 KiB', ...COMPUTING, program: 'sha256.wasm', answer: SHA256 },
];

module.exports = { WORKLOADS };
