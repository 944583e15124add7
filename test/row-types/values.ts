import type {
  BindingElement,
  CallExpression,
  Identifier,
  Node,
  ParameterDeclaration,
  VariableDeclaration,
} from 'typescript/unstable/ast';
import { NodeFlags, SyntaxKind } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { nodes } from '../architecture/sources.ts';
import type { Compiler } from './compiler.ts';

/** An expression, and the values of the parameters that it uses. */
export interface Value {
  node: Node;
  scope: ReadonlyMap<Node, Value>;
}

/** How far a value is followed from call to call. */
const MOST_STEPS = 60;

/** Follows names, properties, conditions and calls of functions to the expressions that make the value. */
export function valuesIn({ declarationOf, usesOf }: Compiler) {
  let steps = 0;

  /** The expressions that a value may come from: literals, and what cannot be followed. */
  function valuesOf(value: Value): Value[] {
    if (steps > MOST_STEPS) return [value];
    steps += 1;
    try {
      return followed(value);
    } finally {
      steps -= 1;
    }
  }

  function followed(value: Value): Value[] {
    const { node, scope } = value;
    const inner = (next: Node) => valuesOf({ node: next, scope });
    if (is.isAssertionExpression(node) || is.isParenthesizedExpression(node) || is.isSatisfiesExpression(node))
      return inner(node.expression);
    if (is.isNonNullExpression(node) || is.isAwaitExpression(node)) return inner(node.expression);
    if (is.isConditionalExpression(node)) return [...inner(node.whenTrue), ...inner(node.whenFalse)];
    if (is.isBinaryExpression(node) && EITHER.has(node.operatorToken.kind))
      return [...inner(node.left), ...inner(node.right)];
    if (is.isIdentifier(node)) return orItself(value, declared(declarationOf(node), scope));
    if (is.isPropertyAccessExpression(node))
      return orItself(value, propertiesOf(inner(node.expression), (node.name as Identifier).text));
    if (is.isElementAccessExpression(node)) return orItself(value, membersOf(inner(node.expression)));
    if (is.isCallExpression(node)) return orItself(value, results(value, node));
    return [value];
  }

  function declared(declaration: Node | undefined, scope: Value['scope']): Value[] {
    const bound = declaration && scope.get(declaration);
    if (bound) return valuesOf(bound);
    if (!declaration) return [];
    if (is.isFunctionDeclaration(declaration)) return [{ node: declaration, scope }];
    if (is.isParameterDeclaration(declaration)) return argumentsFor(declaration);
    if (is.isVariableDeclaration(declaration)) {
      if (isChanged(declaration)) return [];
      if (declaration.initializer) return valuesOf({ node: declaration.initializer, scope });
      const loop = declaration.parent.parent;
      return is.isForOfStatement(loop) ? (elementsOf({ node: loop.expression, scope }) ?? []) : [];
    }
    return is.isBindingElement(declaration) ? partOf(declaration, scope) : [];
  }

  /** Whether a variable may have another value than its first: it is no constant, or parts of it are changed. */
  function isChanged({ name, parent }: VariableDeclaration): boolean {
    if (!(parent.flags & NodeFlags.Const)) return true;
    return is.isIdentifier(name) && usesOf(name).some(({ parent: access }) => isChange(access));
  }

  /** The value of one name of a destructuring declaration. */
  function partOf(element: BindingElement, scope: Value['scope']): Value[] {
    const pattern = element.parent;
    const wholes = declared(pattern.parent, scope);
    if (is.isObjectBindingPattern(pattern)) {
      return propertiesOf(wholes, ((element.propertyName ?? element.name) as Identifier).text);
    }
    const index = is.isArrayBindingPattern(pattern) ? pattern.elements.indexOf(element) : -1;
    return wholes.flatMap((whole) => (elementsOf(whole) ?? []).slice(index, index + 1));
  }

  /** What the callers of a function pass for a parameter. */
  function argumentsFor(parameter: ParameterDeclaration): Value[] {
    const owner = parameter.parent;
    const index = 'parameters' in owner ? [...(owner.parameters as Iterable<Node>)].indexOf(parameter) : -1;
    const call = owner.parent;
    if (is.isCallExpression(call) && is.isPropertyAccessExpression(call.expression) && index === 0)
      return elementsOf({ node: call.expression.expression, scope: new Map() }) ?? [];
    const named = is.isFunctionDeclaration(owner) ? owner : call;
    const name = 'name' in named ? (named.name as Node) : undefined;
    if (!name || !is.isIdentifier(name)) return [];
    const uses = usesOf(name).filter((use) => !is.isImportSpecifier(use.parent));
    if (!uses.every((use) => is.isCallExpression(use.parent) && use.parent.expression === use)) return [];
    return uses.flatMap(({ parent }) => {
      if (!is.isCallExpression(parent)) return [];
      const argument = parent.arguments[index] ?? parameter.initializer;
      return argument ? valuesOf({ node: argument, scope: new Map() }) : [];
    });
  }

  /** What a call returns, if the function is known. */
  function results({ scope }: Value, call: CallExpression): Value[] {
    const functions = valuesOf({ node: call.expression, scope });
    const given = call.arguments.map((node) => ({ node, scope }));
    return functions.flatMap((called) => returned(called, given));
  }

  function returned(called: Value, given: readonly Value[]): Value[] {
    const { node } = called;
    if (!is.isArrowFunction(node) && !is.isFunctionDeclaration(node) && !is.isMethodDeclaration(node)) return [];
    const bound = node.parameters.flatMap((parameter, index): [Node, Value][] => {
      const initial = parameter.initializer && { node: parameter.initializer, scope: called.scope };
      const argument = given[index] ?? initial;
      return argument ? [[parameter, argument]] : [];
    });
    const scope = new Map([...called.scope, ...given.flatMap((one) => [...one.scope]), ...bound]);
    if (!node.body) return [];
    if (!is.isBlock(node.body)) return valuesOf({ node: node.body, scope });
    return [...nodes(node.body)].flatMap((one) =>
      is.isReturnStatement(one) && one.expression && functionAround(one) === node
        ? valuesOf({ node: one.expression, scope })
        : [],
    );
  }

  function propertiesOf(objects: readonly Value[], name: string): Value[] {
    return objects.flatMap((object) => {
      if (!is.isObjectLiteralExpression(object.node)) return [];
      return object.node.properties.flatMap((property) => {
        if (is.isSpreadAssignment(property))
          return propertiesOf(valuesOf({ ...object, node: property.expression }), name);
        return keyOf(property) === name ? memberOf(property, object.scope) : [];
      });
    });
  }

  /** Every member of objects and arrays. */
  const membersOf = (wholes: readonly Value[]): Value[] =>
    wholes.flatMap((whole) =>
      is.isObjectLiteralExpression(whole.node)
        ? whole.node.properties.flatMap((property) => memberOf(property, whole.scope))
        : (elementsOf(whole) ?? []),
    );

  function memberOf(property: Node, scope: Value['scope']): Value[] {
    if (is.isPropertyAssignment(property)) return valuesOf({ node: property.initializer, scope });
    if (is.isShorthandPropertyAssignment(property)) return declared(declarationOf(property.name), scope);
    return is.isMethodDeclaration(property) ? [{ node: property, scope }] : [];
  }

  /** The elements of an array whose elements are known. */
  function elementsOf(value: Value): Value[] | undefined {
    const [array, ...others] = valuesOf(value);
    if (!array || others.length > 0) return undefined;
    const { node, scope } = array;
    if (is.isArrayLiteralExpression(node)) {
      const parts = node.elements.map((one) =>
        is.isSpreadElement(one) ? elementsOf({ node: one.expression, scope }) : [{ node: one, scope }],
      );
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    if (!is.isCallExpression(node) || !is.isPropertyAccessExpression(node.expression)) return undefined;
    const [mapper] = node.arguments;
    if ((node.expression.name as Identifier).text !== 'map' || !mapper) return undefined;
    const elements = elementsOf({ node: node.expression.expression, scope });
    return elements?.flatMap((element) => valuesOf({ node: mapper, scope }).flatMap((fn) => returned(fn, [element])));
  }

  return { valuesOf, elementsOf };
}

/** `array.push()`, `object.property = value` and the like. */
function isChange(access: Node): boolean {
  if (!is.isPropertyAccessExpression(access)) return false;
  const { parent: user, name } = access;
  if (is.isCallExpression(user)) return CHANGES.test((name as Identifier).text);
  return is.isBinaryExpression(user) && user.left === access && is.isAssignmentOperator(user.operatorToken.kind);
}

const CHANGES = /^(push|unshift|splice|fill)$/;
const EITHER: ReadonlySet<SyntaxKind> = new Set([SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken]);

const orItself = (value: Value, found: Value[]): Value[] => (found.length > 0 ? found : [value]);

const keyOf = (property: Node): string | undefined => {
  const name = 'name' in property ? (property.name as Node) : undefined;
  return name && (is.isIdentifier(name) || is.isStringLiteral(name)) ? name.text : undefined;
};

function functionAround(node: Node): Node {
  let at = node.parent;
  while (!is.isFunctionLikeDeclaration(at) && at.parent) at = at.parent;
  return at;
}
