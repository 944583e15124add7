import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { type Type, TypeFlags } from 'typescript/unstable/sync';
import type { Compiler } from './compiler.ts';
import { type Value, valuesIn } from './values.ts';

/** A statement with more forms than this is not written as one statement. */
const MOST_FORMS = 200;

/** Finds the texts that an expression may have; undefined when a part of it is known only at run time. */
export function textsIn(compiler: Compiler): (node: Node) => string[] | undefined {
  const { valuesOf, elementsOf } = valuesIn(compiler);

  function textsOf(value: Value): string[] | undefined {
    const texts = valuesOf(value).map(formsOf);
    return texts.every((forms) => forms !== undefined) ? [...new Set(texts.flat())] : undefined;
  }

  function formsOf({ node, scope }: Value): string[] | undefined {
    if (is.isStringLiteralLikeNode(node) || is.isNumericLiteral(node)) return [node.text];
    if (is.isTemplateExpression(node)) {
      const spans = node.templateSpans.flatMap(({ expression, literal }) => [
        textsOf({ node: expression, scope }),
        [literal.text],
      ]);
      return product([[node.head.text], ...spans]);
    }
    if (is.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.PlusToken)
      return product([textsOf({ node: node.left, scope }), textsOf({ node: node.right, scope })]);
    return joined({ node, scope }) ?? literalsOf(compiler.checker.getTypeAtLocation(node));
  }

  /** `array.join(separator)` */
  function joined({ node, scope }: Value): string[] | undefined {
    if (!is.isCallExpression(node) || !is.isPropertyAccessExpression(node.expression)) return undefined;
    if (node.expression.name.text !== 'join') return undefined;
    const [separator] = node.arguments;
    const between = separator ? textsOf({ node: separator, scope }) : [','];
    const elements = elementsOf({ node: node.expression.expression, scope });
    return (
      elements && product(elements.flatMap((one, index) => (index > 0 ? [between, textsOf(one)] : [textsOf(one)])))
    );
  }

  return (node) => textsOf({ node, scope: new Map() });
}

/** The values of a type that has only literal values. */
function literalsOf(type: Type | undefined): string[] | undefined {
  if (type?.isLiteralType() && type.flags & TypeFlags.StringOrNumberLiteral) return [String(type.value)];
  if (!type?.isUnionType()) return undefined;
  const members = type.getTypes().map(literalsOf);
  return members.every((member) => member !== undefined) ? members.flat() : undefined;
}

/** Every combination of the parts' forms. */
function product(parts: readonly (readonly string[] | undefined)[]): string[] | undefined {
  let texts = [''];
  for (const forms of parts) {
    if (!forms || texts.length * forms.length > MOST_FORMS) return undefined;
    texts = texts.flatMap((text) => forms.map((form) => text + form));
  }
  return texts;
}
