// Runs in the transpiler's own global scope, before and after Babel: what Babel expects of its surroundings, and the one
// function that the engine calls.
var console = (function () {
  function silent() {}
  return { log: silent, info: silent, warn: silent, error: silent, debug: silent };
})();

var downLevel = (function () {
  // Rhino has these, and has them right.
  var NATIVE = [
    'transform-dotall-regex',
    'transform-named-capturing-groups-regex',
    'transform-sticky-regex',
    'transform-typeof-symbol',
    'transform-unicode-regex',
  ];

  // The use of a name before its declaration, where that can be seen: block scoping alone would give undefined.
  function earlyUses(babel) {
    var t = babel.types;
    function read(scope) {
      Object.keys(scope.bindings).forEach(function (name) {
        var binding = scope.bindings[name];
        if (binding.kind !== 'let' && binding.kind !== 'const') {
          return;
        }
        var home = binding.path.getFunctionParent();
        binding.referencePaths.forEach(function (path) {
          if (path.isIdentifier() && path.node.start < binding.identifier.start && path.getFunctionParent() === home) {
            path.replaceWith(thrown(name));
          }
        });
      });
    }
    function thrown(name) {
      var error = t.newExpression(t.identifier('ReferenceError'), [
        t.stringLiteral("Cannot access '" + name + "' before initialization"),
      ]);
      var body = t.blockStatement([t.throwStatement(error)]);
      return t.callExpression(t.functionExpression(null, [], body), []);
    }
    return {
      visitor: {
        Program: function (program) {
          read(program.scope);
          program.traverse({ Scope: function (path) { read(path.scope); } });
        },
      },
    };
  }

  function options(name, map) {
    return {
      filename: name,
      sourceFileName: name,
      sourceType: 'script',
      babelrc: false,
      configFile: false,
      comments: false,
      compact: false,
      sourceMaps: true,
      inputSourceMap: map === null ? false : JSON.parse(map),
      plugins: [earlyUses],
      presets: [['env', {
        targets: { ie: '11' },
        modules: false,
        exclude: NATIVE,
      }]],
    };
  }

  function transform(name, source, map) {
    try {
      return Babel.transform(source, options(name, map));
    } catch (e) {
      if (map === null || e.loc) {
        throw e;
      }
      // A wrong map is no reason to refuse a program.
      return Babel.transform(source, options(name, null));
    }
  }

  // Babel's messages begin with the file and end with the position and a picture of the place.
  function reason(e, name) {
    var line = String(e && e.message).split('\n')[0].replace(/\s*\(\d+:\d+\)\s*$/, '');
    return (line.indexOf('/' + name + ': ') === 0 ? line.substring(name.length + 3) : line).replace(/\.$/, '');
  }

  var STAYS = /^[g-z0-9+\/]*[A-Za-f]AAA/;

  // Babel's helpers are on one line each and are said to stand where the text before them ends: they stand nowhere.
  function mappingsOfTheAuthor(code, mappings) {
    var lines = code.split('\n');
    return mappings.split(';').map(function (group, i) {
      var line = lines[i] || '';
      var helper = line.lastIndexOf('function ', 0) === 0 && line.slice(-2) === ' }'
        && group.split(',').every(function (segment) { return STAYS.test(segment); });
      return helper ? '' : group;
    }).join(';');
  }

  // Rhino's Reflect.get forgets for whom a getter is asked, so that super.x in a class would read the wrong object: let
  // Babel's helper do without.
  var REFLECT_GET = /"undefined" != typeof Reflect && Reflect\.get \? Reflect\.get\.bind\(\) : /;

  // The program and its map as texts, or else the reason, line and column (both from 1) of what is wrong with it.
  return function (name, source, map) {
    try {
      var result = transform(name, source, map);
      return [result.code.replace(REFLECT_GET, ''), JSON.stringify({
        version: 3,
        sourceRoot: result.map.sourceRoot,
        sources: result.map.sources,
        names: [],
        mappings: mappingsOfTheAuthor(result.code, result.map.mappings),
      })];
    } catch (e) {
      var at = (e && e.loc) || { line: 1, column: 0 };
      var what = e && e.reasonCode === 'ImportOutsideModule'
        ? 'import and export are not supported, a program is one script: bundle it, for example with webpack'
        : reason(e, name);
      return [what, at.line, at.column + 1];
    }
  };
})();
