// Makes texts of others fit for a terminal: names, descriptions and answers must not move its cursor or hide its lines.

/**
 * Matches characters that are not shown but act: the control characters (but not tabulators and ends of lines), and
 * those that change the direction of a text.
 */
const acting =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** The character that pictures the first of the 32 control characters; the others follow it. */
const pictures = 0x2400;

/** A text with a picture or the number of each character that acts, so that it is seen and does nothing. */
export function visibleText(text: string): string {
  return text.replace(acting, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(pictures + code);
    return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
