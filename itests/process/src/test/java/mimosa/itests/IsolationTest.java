package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever a request does to its world, the next one and the neighbours see nothing of it. */
class IsolationTest {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 4;

    /** Leaves traces of every kind it can think of, by the number in the path, and reports the traces it finds. */
    private static final String LEAKER =
            """
            var top = { n: 0, list: [], re: /x/g, bytes: new Uint8Array(4), map: new Map() };
            var leak = [
              function () { globalThis.leaked = 1; },
              function () { leakedSloppy = 1; },
              function () { Object.prototype.leaked = 1; },
              function () { Array.prototype.leaked = 1; },
              function () { Function.prototype.leaked = 1; },
              function () { String.prototype.trim = function () { return 'leaked'; }; },
              function () { JSON.parse = function () { return 'leaked'; }; },
              function () { Math.max = null; },
              function () { top.n++; top.list.push(1); },
              function () { top.re.exec('axa'); },
              function () { top.bytes[0] = 7; },
              function () { top.map.set('leaked', 1); },
              function () { top.symbol = Symbol.for('leaked'); top.symbol.description; },
              function () { Object.defineProperty(Object.prototype, 'leakedGetter', { get: function () { return 1; }, configurable: true }); },
              function () { Promise.prototype.then = function () { return this; }; },
              function () { setTimeout(function () { globalThis.leaked = 1; top.n++; }, 1); },
              function () { setImmediate = function () {}; },
              function () { Date.now = function () { return 0; }; },
              function () { mimikModule.exports = function (c, q, s) { s.end('leaked'); }; },
              function () { delete globalThis.JSON; },
              function () { Object.setPrototypeOf(Array.prototype, { leaked: 1 }); },
              function () { Array.prototype[Symbol.iterator] = null; },
              function () { RegExp.prototype.test = function () { return 'leaked'; }; /(a)(b)/.exec('ab'); },
              function () { eval('var leaked = 1'); new Function('leaked = 1')(); }
            ];
            function found() {
              var f = [];
              if (typeof leaked !== 'undefined') f.push('global');
              if (typeof leakedSloppy !== 'undefined') f.push('sloppy');
              if ({}.leaked || [].leaked || leak[0].leaked || {}.leakedGetter) f.push('prototype');
              if (' a '.trim() !== 'a') f.push('String');
              if (typeof JSON !== 'object' || JSON.parse('1') !== 1) f.push('JSON');
              if (typeof Math.max !== 'function') f.push('Math');
              if (top.n !== 0 || top.list.length !== 0) f.push('closure');
              if (top.re.lastIndex !== 0) f.push('lastIndex');
              if (top.bytes[0] !== 0) f.push('bytes');
              if (top.map.size !== 0) f.push('map');
              if (top.symbol) f.push('symbol');
              if (Promise.resolve().then(function () {}) === undefined) f.push('Promise');
              if (Date.now() < 1e12) f.push('Date');
              if (!/x/.test('x') || /x/.test('x') === 'leaked') f.push('RegExp');
              if (RegExp.$1 === 'a') f.push('RegExp.$1');
              if (typeof [][Symbol.iterator] !== 'function') f.push('iterator');
              if (Object.getPrototypeOf(Array.prototype) !== Object.prototype) f.push('setPrototypeOf');
              return f;
            }
            mimikModule.exports = function (context, request, response) {
              var seen = found();
              var n = Number(request.url.slice(1));
              if (n >= 0) leak[n % leak.length]();
              response.end('found:' + seen.join());
            };
            """;

    @Test
    void nothingLeaksIntoTheNextRequestOrAnotherMim() throws InterruptedException {
        try (Node node = Node.start("isolation")) {
            node.serve("leaker", LEAKER);
            node.serve("neighbour", LEAKER);
            Map<String, Integer> answers = new ConcurrentHashMap<>();
            AtomicInteger next = new AtomicInteger();
            List<Thread> clients = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                clients.add(Thread.ofPlatform().start(() -> {
                    for (int i = next.getAndIncrement(); i < REQUESTS; i = next.getAndIncrement()) {
                        boolean neighbour = i % 4 == 3;
                        String path = neighbour ? "/api/neighbour/v1/-1" : "/api/leaker/v1/" + i;
                        var answer = node.get(path);
                        answers.merge(answer.statusCode() + " " + answer.body(), 1, Integer::sum);
                    }
                }));
            }
            for (Thread client : clients) {
                client.join();
            }
            assertEquals(Map.of("200 found:", REQUESTS), new TreeMap<>(answers));
            assertTrue(node.isAlive());
        }
    }
}
