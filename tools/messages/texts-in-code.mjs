/** Finds what the code says to people in Swedish or English although it belongs into a catalogue of messages. */
import ts from 'typescript';

const languages = ['sv', 'en'];
const isText = (node) =>
  ts.isStringLiteralLike(node) || [ts.SyntaxKind.TemplateHead, ts.SyntaxKind.TemplateMiddle, ts.SyntaxKind.TemplateTail].includes(node.kind); // prettier-ignore
const hasLetters = (text) => /\p{L}/u.test(text);
/** `sv`, `en-GB`: the name of a language, and no word in it. */
const isCode = (text) => /^[a-z]{2}(-[A-Z]{2})?$/.test(text);

const some = (node, wanted) => wanted(node) || (ts.forEachChild(node, (child) => some(child, wanted)) ?? false);
const holdsWords = (node) => some(node, (part) => isText(part) && hasLetters(part.text) && !isCode(part.text));
const namesLanguage = (node) => some(node, (part) => isText(part) && languages.includes(part.text));

const reasonFor = (node) => {
  if (isText(node) && /[åäö]/i.test(node.text)) return 'Swedish';
  if (ts.isPropertyAssignment(node) && languages.includes(node.name.text) && holdsWords(node.initializer)) {
    return `words under ${node.name.text}:`;
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
  const found = [];
  const visit = (node) => {
    const reason = reasonFor(node);
    if (reason === undefined) return ts.forEachChild(node, visit);
    found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1} ${reason}`);
  };
  visit(tree);
  return found;
};

/**
 * @param {string} source TypeScript
 * @returns {RegExp[]} the keys it asks a catalogue for; of `event.${type}` every key that begins so
 */
export const keysIn = (source) => {
  const tree = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, false);
  const keys = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && ['format', 'find'].includes(node.expression.name?.text)) {
      const [key] = node.arguments;
      if (key !== undefined && ts.isStringLiteralLike(key)) keys.push(exactly(escaped(key.text)));
      if (key !== undefined && ts.isTemplateExpression(key)) {
        keys.push(exactly([key.head, ...key.templateSpans.map(({ literal }) => literal)].map(({ text }) => escaped(text)).join('[^.]+'))); // prettier-ignore
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return keys;
};

const escaped = (text) => text.replaceAll('.', '\\.');
const exactly = (pattern) => new RegExp(`^${pattern}$`);
