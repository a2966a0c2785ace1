/** What stands in index.html where the nonce of a response goes. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/**
 * The Content-Security-Policy of the window, the same in every host: nothing but what comes with Snapkeep.
 * @param nonce fresh for each response; the styles that the component library adds carry it
 * @param connect where the window may connect to besides its own origin, for example `ws://127.0.0.1:7411`
 */
export function contentSecurityPolicy(nonce: string, connect = ''): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${connect}`.trimEnd(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers that every answer carries. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
