/** Finds what the code says to people in Swedish or English although it belongs into a catalogue of messages. */
import ts from 'typescript';

const languages = ['sv', 'en'];
/** @typedef {ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail} Text */

/** @type {(node: ts.Node) => node is Text} */
const isText = (node) =>
  ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);

/** @param {string} text */
const hasLetters = (text) => /\p{L}/u.test(text);
/** `sv`, `en-GB`: the name of a language, and no word in it. @param {string} text */
const isCode = (text) => /^[a-z]{2}(-[A-Z]{2})?$/.test(text);

/** @type {(node: ts.Node, wanted: (part: ts.Node) => boolean) => boolean} */
const some = (node, wanted) => wanted(node) || (ts.forEachChild(node, (child) => some(child, wanted)) ?? false);
/** @param {ts.Node} node */
const holdsWords = (node) => some(node, (part) => isText(part) && hasLetters(part.text) && !isCode(part.text));
/** @param {ts.Node} node */
const namesLanguage = (node) => some(node, (part) => isText(part) && languages.includes(part.text));

/** @param {ts.Node} node */
const reasonFor = (node) => {
  if (isText(node) && /[åäö]/i.test(node.text)) return 'Swedish';
  if (ts.isPropertyAssignment(node) && !ts.isComputedPropertyName(node.name)) {
    const { text } = node.name;
    if (languages.includes(text) && holdsWords(node.initializer)) return `words under ${text}:`;
  }
  if (ts.isConditionalExpression(node) && namesLanguage(node.condition) && (holdsWords(node.whenTrue) || holdsWords(node.whenFalse))) return 'words by language'; // prettier-ignore
  return undefined;
};

/**
 * @param {string} file name to report under
 * @param {string} source TypeScript
 * @returns {string[]} one line each: place and reason
 */
export const textsIn = (file, source) => {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, false);
  /** @type {string[]} */
  const places = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const reason = reasonFor(node);
    if (reason === undefined) ts.forEachChild(node, visit);
    else places.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1} ${reason}`);
  };
  visit(tree);
  return places;
};

/**
 * @param {string} source TypeScript
 * @returns {RegExp[]} the keys it asks a catalogue for; of `event.${type}` every key that begins so
 */
export const keysIn = (source) => {
  const tree = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, false);
  /** @type {RegExp[]} */
  const keys = [];
  /** One key, one of two, or all that begin and end so. @param {ts.Expression} key */
  const named = (key) => {
    if (ts.isStringLiteralLike(key)) keys.push(exactly(escaped(key.text)));
    if (ts.isConditionalExpression(key)) [key.whenTrue, key.whenFalse].forEach(named);
    if (ts.isTemplateExpression(key)) {
      const parts = [key.head, ...key.templateSpans.map(({ literal }) => literal)];
      keys.push(exactly(parts.map(({ text }) => escaped(text)).join('[^.]+')));
    }
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      ['format', 'find'].includes(node.expression.name.text)
    ) {
      if (node.arguments[0] !== undefined) named(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return keys;
};

/** @param {string} text */
const escaped = (text) => text.replaceAll('.', '\\.');
/** @param {string} pattern */
const exactly = (pattern) => new RegExp(`^${pattern}$`);
