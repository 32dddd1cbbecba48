// The state that the nasty requests of requests.txt find and spoil: some of everything that a program can have.
var plain = { a: 1, b: 'two', c: [3, [4]], nested: { deep: { deeper: {} } } };
var frozen = Object.freeze({ x: 1, inner: { y: 2 } });
var sealed = Object.seal({ x: 1, y: 2 });
var closed = Object.preventExtensions({ x: 1 });
var reads = 0;
var accessors = {
    get counted() { return ++reads; },
    set twice(v) { this.kept = v * 2; },
    kept: 1
};
var dense = [5, 3, 9, 1, 7];
var holes = [1, , 3, , 5];
var sparse = [];
sparse[100000] = 'far';
sparse[3] = 'near';
var huge = [1];
huge[4294967290] = 'end';
var strings = ['pear', 'Apple', 'fig', 'äpfel'];
var objects = [{ k: 2 }, { k: 1 }, { k: 3 }];
var key1 = {}, key2 = {}, key3 = function key3() {};
var map = new Map([[1, 'one'], ['1', 'text'], [NaN, 'nan'], [-0, 'zero'], [key1, key2], ['Aa', 1], ['BB', 2], ['C#', 3]]);
map.set('changed', 1);
map.delete('gone');
var set = new Set([1, NaN, 0, 'Aa', 'BB', key1]);
var weakMap = new WeakMap([[key1, { w: 1 }], [key2, 2]]);
var weakSet = new WeakSet([key1]);
var buffer = new ArrayBuffer(64);
var bytes = new Uint8Array(buffer);
for (var i = 0; i < 64; i++) {
    bytes[i] = (i * 7) & 255;
}
var clamped = new Uint8ClampedArray(buffer, 0, 8);
var int8 = new Int8Array(buffer, 8, 8);
var int16 = new Int16Array(buffer, 16, 4);
var uint16 = new Uint16Array(buffer, 16, 4);
var int32 = new Int32Array(buffer, 24, 2);
var uint32 = new Uint32Array(buffer, 24, 2);
var float32 = new Float32Array(buffer, 32, 2);
var float64 = new Float64Array(buffer, 40, 2);
var view = new DataView(buffer, 4, 40);
var symbol = Symbol('own');
var known = Symbol.for('known');
var bySymbol = {};
bySymbol[symbol] = 1;
bySymbol[known] = 2;
var globalRegExp = /(\w)(\d)/g;
var stickyRegExp = /o/y;
globalRegExp.exec('a1b2c3');
stickyRegExp.lastIndex = 2;
/(first)-(second)/.exec('first-second');
var date = new Date(86400000);
function* counting() {
    var total = 0;
    try {
        while (true) {
            total += (yield total) || 1;
        }
    } finally {
        plain.finished = true;
    }
}
var suspended = counting();
suspended.next();
suspended.next(5);
var fresh = counting();
function* delegating() {
    yield 'before';
    yield* counting();
}
var delegated = delegating();
delegated.next();
delegated.next();
var mapIterator = map.entries();
mapIterator.next();
var setIterator = set.values();
setIterator.next();
var arrayIterator = dense[Symbol.iterator]();
arrayIterator.next();
var stringIterator = 'xyz'[Symbol.iterator]();
stringIterator.next();
var matches = 'a1b2c3'.matchAll(/(\w)(\d)/g);
matches.next();
var typedIterator = int8.entries();
typedIterator.next();
function counter() {
    var n = 0, log = [];
    return { next: function () { log.push(n); return ++n; }, log: log };
}
var count = counter();
count.next();
function Shape(name) {
    this.name = name;
    Shape.made = (Shape.made || 0) + 1;
}
Shape.prototype.area = function () { return 0; };
function Square(side) {
    Shape.call(this, 'square');
    this.side = side;
}
Square.prototype = Object.create(Shape.prototype, { constructor: { value: Square, writable: true, configurable: true } });
Square.prototype.area = function () { return this.side * this.side; };
var square = new Square(3);
var boundSum = function (a, b, c) { arguments[0] = 'changed'; return [a, b, c, arguments.length].join(); }.bind(plain, 1, 2);
var boundState = function () { this.a++; return this.a; }.bind(plain);
function sloppy(a, b) { return { args: arguments, set: function (v) { a = v; }, get: function () { return a; } }; }
var mapped = sloppy(1, 2, 3);
var strictArguments = (function () { 'use strict'; return arguments; })(1, 2);
var trapped = { traps: 0 };
var handler = {
    get: function (t, k) { trapped.traps++; return k in t ? t[k] : 'trap ' + String(k); },
    set: function (t, k, v) { trapped.last = k; t[k] = v; return true; }
};
var proxyTarget = { p: 1 };
var proxy = new Proxy(proxyTarget, handler);
var revocable = Proxy.revocable({ q: 1 }, {});
var settle = {};
var pending = new Promise(function (resolve, reject) { settle.resolve = resolve; settle.reject = reject; });
var reactions = [];
pending.then(function (v) { reactions.push('then ' + v); }, function (e) { reactions.push('catch ' + e); });
var resolved = Promise.resolve('done');
var rejected = Promise.reject(new Error('handled'));
rejected.catch(function () {});
var all = Promise.all([resolved, pending]);
var race = Promise.race([pending, new Promise(function () {})]);
var big = 123456789012345678901234567890n;
var errorRead = new Error('read');
var stackRead = errorRead.stack;
var errorUnread = new TypeError('unread');
function tag(strings) { return strings; }
function tagged() { return tag`a${1}b`; }
var site = tagged();
var evaluated = (0, eval)('var fromEval = 1; (function () { return ++fromEval; })');
var constructed = new Function('a', 'constructed.calls = (constructed.calls || 0) + 1; return a');
constructed(1);
var scopeObject = { w: 1 };
var withClosure;
with (scopeObject) {
    withClosure = function () { return ++w; };
}
function SubArray() {
    var made = Array.prototype.slice.call(arguments);
    Object.setPrototypeOf(made, SubArray.prototype);
    return made;
}
SubArray.prototype = Object.create(Array.prototype);
SubArray.prototype.last = function () { return this[this.length - 1]; };
var sub = SubArray(1, 2, 3);
var globalReads = 0;
Object.defineProperty(globalThis, 'accessed', {
    get: function () { return ++globalReads; },
    set: function (v) { globalReads = v; },
    configurable: true
});
var rope = 'rope';
for (i = 0; i < 200; i++) {
    rope = rope + i + '-';
}
var ropes = { left: 'a' + rope, right: rope + 'b' };
var eleven = {}, thousands = {}, trimmed = {};
for (i = 0; i < 9; i++) {
    eleven['p' + i] = i;
}
for (i = 0; i < 2100; i++) {
    thousands['p' + i] = i;
}
for (i = 0; i < 30; i++) {
    trimmed['p' + i] = i;
}
for (i = 0; i < 30; i += 3) {
    delete trimmed['p' + i];
}
const constant = { inside: 1 };
var cyclic = {};
cyclic.self = cyclic;
var extended = { make() { return super.toString(); }, own: 1 };
var made = Object.create(extended);
var labelled = 0;
outer: for (i = 0; i < 5; i++) {
    for (var j = 0; j < 5; j++) {
        if (j === 3) {
            continue outer;
        }
        labelled++;
    }
}
setTimeout(function (list) { arguments[0] = 'spoiled'; list = 1; reactions.push('timer ' + typeof arguments[0]); }, 0, ['argument']);
setImmediate(function (o) { o.seen = (o.seen || 0) + 1; reactions.push('immediate ' + o.seen); }, { of: 'immediate' });
console.log('top level', plain);

// A digest of what a script can see, made with functions that no request can have spoiled before.
var digest = (function () {
    var ownKeys = Reflect.ownKeys, describe = Object.getOwnPropertyDescriptor, proto = Object.getPrototypeOf;
    var extensible = Object.isExtensible, text = String;
    function hashed(hash, s) {
        for (var i = 0; i < s.length; i++) {
            hash = (hash * 31 + s.charCodeAt(i)) | 0;
        }
        return hash;
    }
    return function (roots, most) {
        var ids = new Map(), open = [], lines = [];
        function id(v) {
            if (v === null || (typeof v !== 'object' && typeof v !== 'function')) {
                return typeof v === 'number' && v === 0 && 1 / v < 0 ? '-0' : typeof v + text(v);
            }
            var known = ids.get(v);
            if (known === undefined) {
                known = ids.size;
                ids.set(v, known);
                open.push(v);
            }
            return '#' + known;
        }
        function line(v) {
            var hash = hashed(extensible(v) ? 1 : 2, id(proto(v)));
            var keys = ownKeys(v), i, d;
            for (i = 0; i < keys.length; i++) {
                d = describe(v, keys[i]);
                if (d === undefined) {
                    hash = hashed(hash, text(keys[i]));
                    continue;
                }
                hash = hashed(hash, text(keys[i]) + (d.writable ? 'w' : '') + (d.enumerable ? 'e' : '') + (d.configurable ? 'c' : ''));
                // not d.value, which for a built-in that nobody has used is the engine's own
                hash = 'value' in d ? hashed(hash, id(v[keys[i]])) : hashed(hash, id(d.get) + id(d.set));
            }
            if (v instanceof Map) {
                v.forEach(function (value, key) { hash = hashed(hash, id(key) + id(value)); });
            } else if (v instanceof Set) {
                v.forEach(function (value) { hash = hashed(hash, id(value)); });
            } else if (v instanceof Date) {
                hash = hashed(hash, text(v.getTime()));
            }
            return hash;
        }
        var start = hashed(7, roots.map(id).join());
        for (var next = 0; next < open.length && next < most; next++) {
            if (open[next] !== proxy && open[next] !== revocable.proxy && open[next] !== Date.prototype) {
                lines.push(line(open[next]));
            }
        }
        return open.length + ':' + lines.reduce(function (h, l) { return (h * 31 + l) | 0; }, start);
    };
})();
var visible = ['plain', 'frozen', 'sealed', 'closed', 'accessors', 'dense', 'holes', 'sparse', 'strings', 'objects', 'map',
    'set', 'buffer', 'bytes', 'float64', 'bySymbol', 'globalRegExp', 'stickyRegExp', 'date', 'count', 'square', 'mapped',
    'strictArguments', 'trapped', 'handler', 'proxyTarget', 'reactions', 'errorUnread', 'site', 'scopeObject', 'sub',
    'eleven', 'thousands', 'trimmed', 'constant', 'cyclic', 'made', 'settle', 'symbol', 'fromEval', 'labelled', 'rope'];
function probe() {
    var parts = visible.map(function (name) {
        return name + '=' + digest([globalThis[name]], 5);
    });
    parts.push(suspended.next(2).value, fresh.next().done, delegated.next().value, mapIterator.next().value,
        setIterator.next().value, arrayIterator.next().value, stringIterator.next().value, matches.next().value,
        typedIterator.next().value, count.next(), boundSum(3), boundState(), mapped.get(), evaluated(), withClosure(),
        accessors.counted, accessed, weakMap.has(key1), weakMap.get(key2), weakSet.has(key1), weakSet.has(key2),
        RegExp.$1, RegExp.lastMatch, RegExp['$`'], Symbol.keyFor(known), Symbol.for('known') === known,
        view.getInt16(0), big + 1n, proxy.p, revocable.proxy.q, made.own, square.area(), typeof tagged(), errorUnread.stack,
        tagged() === site, rope.length, typeof j, Object.keys(globalThis).length);
    return parts.map(String).join(';');
}
