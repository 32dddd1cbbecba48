package mimosa.engine.js;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mozilla.javascript.Node;
import org.mozilla.javascript.Token;
import org.mozilla.javascript.ast.ArrayLiteral;
import org.mozilla.javascript.ast.Assignment;
import org.mozilla.javascript.ast.AstNode;
import org.mozilla.javascript.ast.AstRoot;
import org.mozilla.javascript.ast.BreakStatement;
import org.mozilla.javascript.ast.CatchClause;
import org.mozilla.javascript.ast.ContinueStatement;
import org.mozilla.javascript.ast.ForInLoop;
import org.mozilla.javascript.ast.ForLoop;
import org.mozilla.javascript.ast.FunctionCall;
import org.mozilla.javascript.ast.FunctionNode;
import org.mozilla.javascript.ast.Label;
import org.mozilla.javascript.ast.Loop;
import org.mozilla.javascript.ast.Name;
import org.mozilla.javascript.ast.NodeVisitor;
import org.mozilla.javascript.ast.ObjectLiteral;
import org.mozilla.javascript.ast.ObjectProperty;
import org.mozilla.javascript.ast.PropertyGet;
import org.mozilla.javascript.ast.Scope;
import org.mozilla.javascript.ast.SwitchStatement;
import org.mozilla.javascript.ast.UpdateExpression;
import org.mozilla.javascript.ast.VariableDeclaration;
import org.mozilla.javascript.ast.VariableInitializer;

/**
 * Resolves the names of a program as ES2015 does, and finds where Rhino would resolve them otherwise:
 *
 * <ul>
 *   <li>a {@code const} in a loop, which keeps its first value, or in a block, when its name is used outside of it;
 *   <li>a {@code let} in the head of a loop that a function in the loop uses, and one in a loop without initial value,
 *       which keeps the value of the round before;
 *   <li>the name of a {@code catch} whose block has a {@code let} or {@code const}, when it is used outside, too;
 *   <li>an assignment to a {@code const}, or its use before the declaration, which do nothing and give undefined.
 * </ul>
 *
 * What Rhino refuses by itself, such as a {@code const} with the name of another variable of the function, is not looked
 * for.
 */
final class BlockScopes implements NodeVisitor {
    private final boolean eval;
    private final List<Use> uses = new ArrayList<>();
    private final List<Binding> blockConstants = new ArrayList<>();
    private final List<Binding> leakyParameters = new ArrayList<>();
    private final List<FunctionNode> blockFunctions = new ArrayList<>();
    private final Map<FunctionNode, Block> scopeOfBlockFunction = new IdentityHashMap<>();
    private final Set<AstNode> assigned = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<AstNode> bindingNames = Collections.newSetFromMap(new IdentityHashMap<>());
    private Block current;
    private AstNode entering;
    private Problem first;

    /** @param eval whether names declared at the top leak into unknown code */
    BlockScopes(boolean eval) {
        this.eval = eval;
    }

    /** The first wrong place. */
    record Problem(int position, int line, int column, String reason) {}

    private enum Kind {
        VARIABLE,
        LET,
        CONST
    }

    /** One declared name. */
    private record Binding(String name, Kind kind, Block scope, AstNode node, boolean loopHead) {
        boolean isBefore(AstNode other) {
            return node.getAbsolutePosition() <= other.getAbsolutePosition();
        }
    }

    private record Use(String name, AstNode node, Block scope) {}

    /** A scope of ES2015. */
    private static final class Block {
        final Block parent;
        final AstNode node;
        final Block function;
        final boolean inLoop;
        final Map<String, Binding> bindings = new HashMap<>();

        Block(Block parent, AstNode node, boolean isFunction) {
            this.parent = parent;
            this.node = node;
            this.function = isFunction ? this : parent.function;
            this.inLoop = !isFunction && (parent.inLoop || parent.node instanceof Loop);
        }

        boolean isWithin(Block other) {
            for (Block block = this; block != null; block = block.parent) {
                if (block == other) {
                    return true;
                }
            }
            return false;
        }

        Binding resolve(String name) {
            for (Block block = this; block != null; block = block.parent) {
                Binding binding = block.bindings.get(name);
                if (binding != null) {
                    return binding;
                }
            }
            return null;
        }
    }

    void read(AstRoot program) {
        current = new Block(null, program, true);
        entering = program;
        program.visit(this);
        uses.forEach(this::checkUse);
        blockFunctions.forEach(this::checkBlockFunction);
    }

    /** {@code null} when Rhino does what ES2015 says. */
    Problem problem() {
        return first;
    }

    private void report(AstNode node, String reason) {
        int position = node.getAbsolutePosition();
        if (first == null || position < first.position) {
            first = new Problem(position, Math.max(1, node.getLineno()), Math.max(1, node.getColumn()), reason);
        }
    }

    // Reading.

    @Override
    public boolean visit(AstNode node) {
        if (node == entering) {
            entering = null;
            return true;
        }
        if (node instanceof FunctionNode function) {
            readFunction(function);
            return false;
        }
        if (node instanceof CatchClause clause) {
            readCatch(clause);
            return false;
        }
        if (node instanceof Scope || node instanceof SwitchStatement) {
            inside(new Block(current, node, false), () -> reenter(node));
            return false;
        }
        return readPlain(node);
    }

    private void inside(Block block, Runnable reading) {
        Block outer = current;
        current = block;
        reading.run();
        current = outer;
    }

    /** Visits the children of a node whose scope has been opened. */
    private void reenter(AstNode node) {
        noteAssigned(node);
        entering = node;
        node.visit(this);
    }

    private boolean readPlain(AstNode node) {
        noteAssigned(node);
        if (node instanceof VariableDeclaration declaration) {
            readDeclaration(declaration);
        } else if (node instanceof FunctionCall call && call.getTarget() instanceof Name target) {
            checkEval(call, target);
        } else if (node instanceof Name name && !isLabelOrKey(name)) {
            uses.add(new Use(name.getIdentifier(), name, current));
        }
        return !(node instanceof Label);
    }

    private void readFunction(FunctionNode function) {
        Name name = function.getFunctionName();
        boolean statement = function.getFunctionType() != FunctionNode.FUNCTION_EXPRESSION
                && function.getFunctionType() != FunctionNode.ARROW_FUNCTION;
        if (name != null && statement) {
            if (current != current.function) {
                blockFunctions.add(function);
                scopeOfBlockFunction.put(function, current);
            }
            declare(name, Kind.VARIABLE, current.function, false);
        }
        Block body = new Block(current, function, true);
        inside(body, () -> {
            if (name != null && !statement) {
                declare(name, Kind.VARIABLE, body, false);
            }
            for (AstNode parameter : function.getParams()) {
                declarePattern(parameter, Kind.VARIABLE, body, false);
                parameter.visit(this);
            }
            visitDefaults(function);
            function.getBody().visit(this);
        });
    }

    /** Rhino's own visitors pass default values by. */
    private void visitDefaults(FunctionNode function) {
        if (function.getDefaultParams() != null) {
            for (Object part : function.getDefaultParams()) {
                if (part instanceof AstNode value) {
                    value.visit(this);
                }
            }
        }
        if (function.getDestructuringRvalues() != null) {
            for (Node[] pair : function.getDestructuringRvalues()) {
                if (pair.length > 1 && pair[1] instanceof AstNode value) {
                    value.visit(this);
                }
            }
        }
    }

    private void readCatch(CatchClause clause) {
        Block block = new Block(current, clause, false);
        inside(block, () -> {
            if (clause.getVarName() != null) {
                declarePattern(clause.getVarName(), Kind.VARIABLE, block, false);
                clause.getVarName().visit(this);
                if (hasDeclarations(clause.getBody())) {
                    leakyParameters.addAll(block.bindings.values());
                }
            }
            if (clause.getCatchCondition() != null) {
                clause.getCatchCondition().visit(this);
            }
            clause.getBody().visit(this);
        });
    }

    /** Such a body becomes one with the function's scope, and takes the parameter of the catch with it. */
    private static boolean hasDeclarations(Scope body) {
        for (Node statement : body) {
            if (statement instanceof VariableDeclaration declaration && !declaration.isVar()) {
                return true;
            }
        }
        return false;
    }

    private void readDeclaration(VariableDeclaration declaration) {
        Kind kind = declaration.isConst() ? Kind.CONST : declaration.isLet() ? Kind.LET : Kind.VARIABLE;
        AstNode parent = declaration.getParent();
        boolean inHead = parent instanceof ForInLoop loop && loop.getIterator() == declaration;
        boolean head = inHead || parent instanceof ForLoop loop && loop.getInitializer() == declaration;
        Block scope = kind == Kind.VARIABLE ? current.function : current;
        for (VariableInitializer variable : declaration.getVariables()) {
            declarePattern(variable.getTarget(), kind, scope, head);
            if (kind == Kind.LET && variable.getInitializer() == null && !inHead && current.inLoop) {
                report(variable, "a let without a value, in a loop, keeps the value of the round before");
            }
            if (kind == Kind.LET && variable.isDestructuring() && current.node instanceof SwitchStatement) {
                report(variable, "a let that takes an object or array apart does not work in a switch");
            }
        }
    }

    private void declarePattern(AstNode pattern, Kind kind, Block scope, boolean head) {
        if (pattern instanceof Name name) {
            declare(name, kind, scope, head);
        } else if (pattern instanceof Assignment withDefault) {
            declarePattern(withDefault.getLeft(), kind, scope, head);
        } else if (pattern instanceof ArrayLiteral array) {
            array.getElements().forEach(element -> declarePattern(element, kind, scope, head));
        } else if (pattern instanceof ObjectLiteral object) {
            object.getElements().forEach(element -> {
                if (element instanceof ObjectProperty property) {
                    declarePattern(property.getValue(), kind, scope, head);
                }
            });
        }
    }

    private void declare(Name name, Kind kind, Block scope, boolean head) {
        Binding binding = new Binding(name.getIdentifier(), kind, scope, name, head && kind == Kind.LET);
        bindingNames.add(name);
        scope.bindings.merge(name.getIdentifier(), binding, (old, added) -> old.kind == Kind.VARIABLE ? added : old);
        if (kind == Kind.CONST && scope != scope.function) {
            blockConstants.add(binding);
            if (scope.parent.resolve(name.getIdentifier()) instanceof Binding outer
                    && outer.scope.node instanceof CatchClause) {
                report(name, "a const with the name of a catch around it cannot be declared");
            }
            if (scope.inLoop || scope.node instanceof Loop) {
                report(name, "a const in a loop keeps its first value");
            }
        }
        if (eval && kind != Kind.VARIABLE && scope.parent == null) {
            report(name, "a let or const at the top of eval leaks into the code around it");
        }
    }

    private void noteAssigned(AstNode node) {
        if (node instanceof Assignment assignment) {
            noteTarget(assignment.getLeft());
        } else if (node instanceof UpdateExpression update) {
            noteTarget(update.getOperand());
        } else if (node instanceof ForInLoop loop && !(loop.getIterator() instanceof VariableDeclaration)) {
            noteTarget(loop.getIterator());
        }
    }

    private void noteTarget(AstNode target) {
        if (target instanceof Name) {
            assigned.add(target);
        } else if (target instanceof ArrayLiteral array) {
            array.getElements().forEach(this::noteTarget);
        } else if (target instanceof Assignment withDefault) {
            noteTarget(withDefault.getLeft());
        } else if (target instanceof ObjectLiteral object) {
            object.getElements().forEach(element -> {
                if (element instanceof ObjectProperty property) {
                    noteTarget(property.getValue());
                }
            });
        }
    }

    private static boolean isLabelOrKey(Name name) {
        AstNode parent = name.getParent();
        return parent instanceof PropertyGet get && get.getRight() == name
                || parent instanceof ObjectProperty property
                        && property.getKey() == name
                        && property.getValue() != name
                        && property.getType() == Token.COLON
                || parent instanceof BreakStatement
                || parent instanceof ContinueStatement;
    }

    // Judging.

    private void checkUse(Use use) {
        Binding binding = use.scope.resolve(use.name);
        if (binding != null && binding.kind != Kind.VARIABLE) {
            boolean sameFunction = binding.scope.function == use.scope.function;
            if (binding.loopHead && !sameFunction) {
                report(
                        use.node,
                        "the let \"" + use.name + "\" of a loop's head is used by a function in the loop,"
                                + " and would have its last value there");
            }
            if (binding.kind == Kind.CONST) {
                checkConstant(use, binding, sameFunction);
            }
        }
        checkCatch(use, binding);
        for (Binding constant : blockConstants) {
            if (constant.name.equals(use.name) && constant != binding && isHiddenBy(constant, use, binding)) {
                report(constant.node, "the const \"" + use.name + "\" in a block is visible outside of it");
            }
        }
    }

    private void checkCatch(Use use, Binding binding) {
        for (Binding parameter : leakyParameters) {
            if (!parameter.name.equals(use.name)) {
                continue;
            }
            boolean sameFunction = parameter.scope.function == use.scope.function;
            boolean mistaken = parameter != binding
                    && use.scope.isWithin(parameter.scope.function)
                    && (binding == null || parameter.scope.isWithin(binding.scope.function));
            boolean shared = parameter == binding && !sameFunction && parameter.scope.inLoop;
            if (mistaken || shared) {
                report(
                        parameter.node,
                        "the name \"" + use.name + "\" of a catch with a let or const in it is seen"
                                + " outside of it");
            }
        }
    }

    private void checkConstant(Use use, Binding binding, boolean sameFunction) {
        if (assigned.contains(use.node) && !bindingNames.contains(use.node)) {
            report(use.node, "an assignment to the const \"" + use.name + "\" may have no effect and no error");
        } else if (sameFunction && !binding.isBefore(use.node)) {
            report(use.node, "the const \"" + use.name + "\" is used before its declaration");
        }
    }

    /** Whether a use outside of the block would see the constant in place of what it means. */
    private static boolean isHiddenBy(Binding constant, Use use, Binding meant) {
        Block function = constant.scope.function;
        return use.scope.isWithin(function) && (meant == null || function.isWithin(meant.scope));
    }

    private void checkBlockFunction(FunctionNode function) {
        Block block = scopeOfBlockFunction.get(function);
        String name = function.getFunctionName().getIdentifier();
        for (Block outer = block; outer != null && outer.function == block.function; outer = outer.parent) {
            Binding binding = outer.bindings.get(name);
            if (binding != null && binding.kind != Kind.VARIABLE) {
                report(function, "the function \"" + name + "\" in a block replaces a variable outside of it");
            }
        }
    }

    private void checkEval(FunctionCall call, Name target) {
        if (!target.getIdentifier().equals("eval")) {
            return;
        }
        for (Block block = current; block != null && block.function == current.function; block = block.parent) {
            if (block.bindings.values().stream().anyMatch(Binding::loopHead)) {
                report(call, "eval in a loop whose head has a let may not see its values one by one");
            }
        }
    }
}
