package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mimosa.api.MimosaException;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors as scripts and libraries expect them. */
class ErrorsTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    /** What an expression gives, at line 1; {@code out} in it is the text so far. */
    private static String value(String expression) throws Exception {
        Bench.Run run = bench.run("function Old(m){var e=new Error(m);Object.setPrototypeOf(e,Old.prototype);return e}"
                + "Old.prototype=Object.create(Error.prototype,{name:{value:'Old'}});"
                + "function New(m){this.message=m;this.name='New';Error.captureStackTrace(this,New)}"
                + "New.prototype=Object.create(Error.prototype);"
                + "function thrown(f){try{f()}catch(e){return e}}"
                + "response.end(String(" + expression + "))");
        assertNull(run.failure());
        return run.text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "new Error('boom')                                  | Error: boom",
                "TypeError('boom')                                  | TypeError: boom",
                "new Error()                                        | Error",
                "new Error(' ')                                     | 'Error:  '",
                "new AggregateError([1], 'many')                    | AggregateError: many",
                "new Old('boom')                                    | Old: boom",
                "new New('boom')                                    | New: boom",
                "Reflect.construct(RangeError, ['r'], Old)          | Old: r",
                "thrown(function(){null.x})                         | TypeError: Cannot read property \"x\" from null",
                "thrown(function(){nothing()})                      | ReferenceError: \"nothing\" is not defined",
                "thrown(function(){JSON.parse('{')})                | SyntaxError: Unterminated object literal",
                "thrown(function(){throw new Error('own')})         | Error: own",
            })
    void stackBeginsWithTheErrorAndNamesThePlace(String error, String title) throws Exception {
        String stack = value(error + ".stack");
        assertTrue(stack.startsWith(title), stack);
        assertTrue(stack.contains("\n    at index.js:1"), stack);
        assertTrue(!stack.endsWith("\n"), stack);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[TypeError.name, TypeError.length, AggregateError.length]        | TypeError,1,2",
                "[new TypeError('x') instanceof TypeError, new TypeError('x') instanceof Error] | true,true",
                "thrown(function(){null.x}) instanceof TypeError                  | true",
                "thrown(function(){null.x}).constructor === TypeError             | true",
                "Error.prototype.constructor === Error                            | true",
                "Object.getPrototypeOf(TypeError) === Error                       | true",
                "Object.keys(new Error('x')).length                               | 0",
                "new Error('x', {cause: 7}).cause                                 | 7",
                "new AggregateError([1, 2]).errors                                | 1,2",
                "Error.isError(new RangeError('x'))                               | true",
                "Object.prototype.toString.call(new TypeError('x'))               | [object Error]",
                "/native code/.test(Function.prototype.toString.call(RangeError)) | true",
                "(function(){var e=new Error('x');e.stack='mine';return e.stack})()      | mine",
                "(function(){var e=new Error('x');e.stack=null;return e.stack})()        | null",
                "(function(){var e=new Old('x');e.name;Object.freeze(e);return typeof e.stack})() | string",
                "(function(){var e=Error;Error=1;return e('x').stack.split(':')[0]})()   | Error",
            })
    void areOtherwiseAsTheLanguageHasThem(String expression, String expected) throws Exception {
        assertEquals(expected, value(expression));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(function(){var o={};Error.captureStackTrace(o);return o.stack.split('\\n')[0]})()    | Error",
                "(function(){var o={};Error.captureStackTrace(o,5);return typeof o.stack})()           | string",
                "(function(){var o={};(function f(){(function g(){Error.captureStackTrace(o,f)})()})();"
                        + "return /at [fg] /.test(o.stack)})()                                         | false",
                "(function(){var o={};(function f(){Error.captureStackTrace(o,function(){})})();"
                        + "return /at f /.test(o.stack)})()                                            | true",
                "thrown(function(){Error.captureStackTrace()}).name                                    | TypeError",
                "thrown(function(){Error.captureStackTrace(null)}).name                                | TypeError",
                "thrown(function(){Error.captureStackTrace(Object.freeze({}))}).name                   | TypeError",
                "(Error.prepareStackTrace=function(e,s){return s},typeof new Error('x').stack)         | string",
                "(Error.prepareStackTrace=5,Error.stackTraceLimit=0,typeof new TypeError('x').stack)   | string",
            })
    void stacksAreCapturedWhateverIsGiven(String expression, String expected) throws Exception {
        assertEquals(expected, value(expression));
    }

    @Test
    void aThrownErrorOfAClassOfTheAuthorIsAnAnswerWithItsPlace() throws Exception {
        Bench.Run run = bench.run("class HttpError extends Error {\n constructor(m) {\n super(m);"
                + " this.name = 'HttpError';\n } }\n throw new HttpError('gone');");
        assertEquals("HttpError: gone", run.failure());
        assertTrue(run.host().logText().contains("HttpError: gone\n    at index.js:5"), run.host()::logText);
    }

    @Test
    void whoLooksForWhatOtherHostsOfferIsToldWhatToDo() throws Exception {
        Bench.Run run = bench.run("require('lodash')");
        assertEquals("ReferenceError: \"require\" is not defined.", run.failure());
        assertTrue(
                run.host()
                        .logText()
                        .contains(
                                "ReferenceError: \"require\" is not defined (there are no modules here: bundle the program,"
                                        + " for example with webpack)\n    at index.js:1"),
                run.host()::logText);
        MimosaException refused = assertThrows(MimosaException.class, () -> bench.load("var fs = require('fs');"));
        assertTrue(refused.getMessage().contains("bundle the program"), refused::getMessage);
        assertTrue(bench.run("nothing()").host().logText().contains("\"nothing\" is not defined.\n"));
    }

    /** The script that prints its stacks itself means its own lines as well. */
    @Test
    void stacksNameTheAuthorsLines() throws Exception {
        String program = "class A {\n  static of() {\n    return new A();\n  }\n  constructor() {\n"
                + "    const o = {};\n    Error.captureStackTrace(o);\n    this.stacks = [new Error('x').stack, o.stack];\n"
                + "  }\n}\nmimikModule.exports = (c, q, response) => {\n  response.end(A.of().stacks.join());\n};\n";
        assertEquals(
                "Error: x\n    at A (index.js:8)\n    at of (index.js:3)\n    at index.js:12,"
                        + "Error\n    at A (index.js:7)\n    at of (index.js:3)\n    at index.js:12",
                bench.send(bench.load(program), TestExchange.get()).text());
    }
}
