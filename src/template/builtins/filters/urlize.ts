// The filter `urlize`: turns addresses in a text into links.
import { flagArgument, intArgument } from '../../values/arguments.ts';
import type { BoundArguments } from '../../values/call.ts';
import { codePointLength } from '../../values/compare.ts';
import { itemsOf } from '../../values/iterate.ts';
import { print } from '../../values/print.ts';
import { escapeText, escapeValue, markupOrText } from '../../values/text/escape.ts';
import { SPACE_CLASS } from '../../values/text/whitespace.ts';
import { type Caller, isText, textOf, type Value } from '../../values/value.ts';

const SPACES = new RegExp(`([${SPACE_CLASS}]+)`);
/** An address with a scheme, or one that begins with `www.`. */
const WEB = new RegExp(
  [
    String.raw`^(?:https?:\/\/(?:(?:[\p{L}\p{N}_%-]+\.)+)?|www\.(?:[\p{L}\p{N}_%-]+\.)*?|)`,
    String.raw`(?:(?:[\p{L}\p{N}_%-]+\.)+[a-z]{2,63}|localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]+\])`,
    String.raw`(?::\d{1,5})?(?:[/?#][^\s<>]*)?$`,
  ].join(''),
  'iu',
);
/** An address without a scheme, by its top-level domain. */
const BARE = /^(?:[\p{L}\p{N}_-]+\.)+(?:com|net|int|edu|gov|org|info|mil)(?:[/?#:][^\s<>]*)?$/iu;
const MAIL = /^\S+@\w[\w.-]*\.\w+$/;

/** The filter. Its arguments are, in this order: text, longest shown address, nofollow, target, rel, more schemes. */
export function urlize(
  [value = null, limit = null, noFollow, target = null, rel = null, schemes = null]: BoundArguments,
  caller: Caller,
): Value {
  const relations = new Set([
    ...(rel === null ? [] : print(rel).split(/\s+/)),
    ...(flagArgument(noFollow, false) ? ['nofollow'] : []),
    'noopener',
  ]);
  const relation = ` rel="${escapeText(
    [...relations]
      .filter((word) => word !== '')
      .sort()
      .join(' '),
  )}"`;
  const attributes = relation + (target === null ? '' : ` target="${escapeValue(target)}"`);
  const extra = schemes === null ? [] : [...itemsOf(schemes)].map(print);
  const shown = (text: string): string =>
    limit === null || codePointLength(text) <= intArgument(limit, 'trim_url_limit')
      ? text
      : `${text.slice(0, intArgument(limit, 'trim_url_limit'))}...`;
  const source = isText(value) && typeof value !== 'string' ? textOf(value) : escapeText(print(value));
  const words = source.split(SPACES).map((word) => linkWord(word, attributes, extra, shown));
  return markupOrText(words.join(''), caller.autoescape);
}

function linkWord(
  word: string,
  attributes: string,
  schemes: readonly string[],
  shown: (text: string) => string,
): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  const tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? '';
  middle = middle.slice(0, middle.length - tail.length);
  return head + link(middle, attributes, schemes, shown) + tail;
}

function link(text: string, attributes: string, schemes: readonly string[], shown: (text: string) => string): string {
  const isWeb = /^(?:https?:\/\/|www\.)/i.test(text) ? WEB.test(text) : BARE.test(text) && !text.includes('@');
  if (isWeb) {
    const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
    return `<a href="${address}"${attributes}>${shown(text)}</a>`;
  }
  if (text.startsWith('mailto:') && MAIL.test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`;
  if (text.includes('@') && !text.startsWith('www.') && !text.includes(':') && !text.startsWith('@') && MAIL.test(text))
    return `<a href="mailto:${text}">${text}</a>`;
  const scheme = schemes.find((one) => text !== one && text.startsWith(one));
  return scheme === undefined ? text : `<a href="${text}"${attributes}>${text}</a>`;
}
