package mimosa.itests;

import static mimosa.itests.JavaScriptCase.handler;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What mim authors may rely on of {@code context.storage}, called over HTTP. */
class StorageContractTest {
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("storage");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"storage", "files"})
    void holds(JavaScriptCase c) {
        c.check(node);
    }

    static Stream<JavaScriptCase> storage() {
        String s = "var s=context.storage, o=[];";
        return Stream.of(
                handler(
                                "J7.1",
                                "values are strings",
                                s + "s.setItem('a',5); s.setItem('b',{});"
                                        + " response.end(s.getItem('a')+s.getItem('b')+s.getItem('zz'))")
                        .answers("5[object Object]null"),
                handler(
                                "J7.2",
                                "insertion order holds when a value changes",
                                s + "s.removeItem('a'); s.removeItem('b'); s.removeItem('data');"
                                        + " s.setItem('a','1'); s.setItem('b','2'); s.setItem('c','3');"
                                        + " s.setItem('a','9'); s.eachItem(function(k,v){o.push(k+v)}); response.end(o.join())")
                        .answers("a9,b2,c3"),
                handler(
                                "J7.3",
                                "eachItem sees a snapshot",
                                s + "s.eachItem(function(k){s.removeItem(k)}); s.setItem('a','1'); s.setItem('b','2');"
                                        + " s.removeItem('a'); s.setItem('a','3');"
                                        + " s.eachItem(function(k){o.push(k); s.setItem('d','4')});"
                                        + " s.removeItem('d'); response.end(o.join())")
                        .answers("b,a"),
                handler(
                                "J7.4",
                                "setItem clears a tag",
                                s + "s.setItemWithTag('k','1','t'); s.setItem('k','2');"
                                        + " s.eachItemByTag('t',function(k){o.push(k)}); response.end(o.length+s.getItem('k'))")
                        .answers("02"),
                handler(
                                "J7.5",
                                "removing a tag spares what has another one",
                                s + "s.setItemWithTag('k','1','t'); s.setItemWithTag('k','1','u');"
                                        + " s.removeItemsByTag('t');"
                                        + " s.eachItemByTag('u',function(k){o.push(k)}); response.end(o.join())")
                        .answers("k"),
                handler(
                                "J7.6",
                                "a value over the limit changes nothing",
                                s + "s.setItem('q','old'); try{s.setItem('q',new Array(5*1024*1024+2).join('x'))}"
                                        + "catch(e){response.end(e.name+s.getItem('q'))}")
                        .answers("QuotaExceededErrorold"),
                handler(
                                "J7.7",
                                "an illegal key is a TypeError on set and null on get",
                                s
                                        + "['',undefined,{}].forEach(function(k){try{s.setItem(k,'1')}catch(e){o.push(e.name)};"
                                        + " o.push(s.getItem(k))}); response.end(o.map(String).join())")
                        .answers("TypeError,null,TypeError,null,TypeError,null"),
                handler(
                                "J7.8",
                                "any text round-trips",
                                s + "if (request.url==='/w') { s.setItem('\\u0000\\ud800','\\udfff'); response.end(); }"
                                        + " else response.end(String(s.getItem('\\u0000\\ud800')==='\\udfff'))")
                        .call("GET", "/w")
                        .call("GET", "/r")
                        .answers("true"),
                handler("J7.10", "there is no query", "response.end(typeof context.storage.query)")
                        .answers("undefined"),
                handler(
                                "J7.19",
                                "an exception rolls back",
                                s + "s.setItem('x','1'); var m=''; try{s.lockExecute(function(){s.setItem('x','2');"
                                        + " throw new Error('e')})}catch(e){m=e.message} response.end(m+s.getItem('x'))")
                        .answers("e1"),
                handler(
                                "J7.20",
                                "a quota inside a lock rolls back and frees it",
                                s
                                        + "if (request.url==='/w') { s.setItem('x','1'); s.lockExecute(function(){s.setItem('x','2');"
                                        + " while(true){}}) } else s.lockExecute(function(){response.end(s.getItem('x'))})")
                        .env("MCM.MAX_EXECUTION_TIME_SEC", "1")
                        .call("GET", "/w")
                        .call("GET", "/r")
                        .answers("1"),
                handler(
                                "J7.21",
                                "a nested lock joins the outer one",
                                s + "response.end(s.lockExecute(function(){s.setItem('x','3');"
                                        + " return s.lockExecute(function(){return s.getItem('x')})}))")
                        .answers("3"),
                handler(
                                "J7.23",
                                "an answer inside a rolled back lock can be repeated",
                                s
                                        + "try{s.lockExecute(function(){response.end('no'); throw 1})}catch(e){response.end('yes')}")
                        .answers("yes"),
                handler(
                                "seed",
                                "lockExecute transfers all or nothing",
                                s + "s.setItem('from','10'); s.setItem('to','0'); function move(n){"
                                        + "s.lockExecute(function(){ s.setItem('from',String(s.getItem('from')-n));"
                                        + " if (s.getItem('from')<0) throw new Error('insufficient');"
                                        + " s.setItem('to',String(Number(s.getItem('to'))+n)) })}"
                                        + " move(4); try{move(7)}catch(e){o.push(e.message)}"
                                        + " response.end(o.concat(s.getItem('from'),s.getItem('to')).join())")
                        .answers("insufficient,6,4"));
    }

    static Stream<JavaScriptCase> files() {
        String s = "var s=context.storage, o=[];";
        String users =
                s + "for (var i=1;i<=30;i++) s.setItemWithTag('u'+i, JSON.stringify({name:'n'+i,age:i}), 'users');"
                        + " s.setItemWithTag('bad','not json','users');";
        return Stream.of(
                handler(
                                "J7.11",
                                "a page of the items that match",
                                users + "s.getJsonItemsPaginated(0,10,function(items,total){"
                                        + "response.end(items.length+','+total+','+items[0].age)},{tag:'users',"
                                        + "filters:[{jsonPath:'$.age',comparisonOperator:'>',value:'18'}]})")
                        .answers("10,12,19"),
                handler(
                                "J7.16",
                                "a path that is not supported is named",
                                s + "try{s.getJsonItemsPaginated(0,1,function(){},{filters:[{jsonPath:'$..a',"
                                        + "comparisonOperator:'=',value:'1'}]})}catch(e){response.end(e.message)}")
                        .answers(200, "$..a"),
                handler(
                                "J7.26",
                                "a saved file is sent with its type",
                                s + "s.saveFile('d/f.txt','aGk='); response.writeMimeFile('d/f.txt','text/plain')")
                        .answers("hi"),
                handler(
                                "J7.27",
                                "a path cannot leave the file area",
                                s + "['../f','a/../../f','a\\\\b'].forEach(function(p){try{s.saveFile(p,'aGk=')}"
                                        + "catch(e){o.push(/illegal path/.test(e.message))}}); response.end(o.join())")
                        .answers("true,true,true"),
                handler("J5.7", "a missing file is a 404", "response.writeMimeFile('none','text/plain')")
                        .answers(404, "\"code\":404"),
                handler(
                                "J4.8",
                                "a form is walked part by part",
                                s + "request.handleFormRequest({found:function(k,f){return f?"
                                        + "{action:'store',path:'m/x.bin'}:{action:'get'}},get:function(k,v){o.push(k+v)},"
                                        + "store:function(p,n){o.push(p+n)}}); response.end(o.join())")
                        .call(
                                "POST",
                                "",
                                Map.of("Content-Type", "multipart/form-data; boundary=b"),
                                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\n"
                                        + "Content-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n"
                                        + "sixsix\r\n--b--\r\n")
                        .answers("a1,m/x.bin6"));
    }
}
