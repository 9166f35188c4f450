/** What the page of a payment shows. Nothing about the buyer: anyone with the address can open the page. */
export interface PaymentPage {
  readonly processor: string;
  readonly reference: string;
  readonly amount: string;
  readonly lines: readonly { readonly name: string; readonly amount: string }[];
  readonly status: string;
  /** Where the buyer is redirected afterwards; `null` = nowhere. */
  readonly back: string | null;
  readonly open: boolean;
}

/** The page's content security policy: it runs no script and loads nothing. */
export const paymentPagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'";

/** A payment page, readable on a phone: the amount, and two buttons. */
export const paymentPage = (page: PaymentPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(page.processor)} sandbox</title>
<style>
:root{color-scheme:light dark;--ink:#16202a;--soft:#5b6875;--paper:#eef2f5;--card:#fff;--line:#d8dfe6;--yes:#0a6b3d;--no:#a3262a}
@media (prefers-color-scheme:dark){:root{--ink:#e9edf1;--soft:#a2afbb;--paper:#0f1418;--card:#1a2127;--line:#344049;--yes:#15804d;--no:#b8393d}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:23rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.5rem}
h1{font-size:1.1rem;margin:0}p{margin:.25rem 0;color:var(--soft);overflow-wrap:anywhere}.sum{font-size:2rem;font-weight:700;color:var(--ink);margin:.75rem 0}
ul{list-style:none;margin:0 0 1rem;padding:0}li{display:flex;justify-content:space-between;gap:1rem;padding:.4rem 0;border-bottom:1px solid var(--line)}
button,a.button{display:block;width:100%;min-height:3rem;margin-top:.75rem;padding:.7rem;border:0;border-radius:.7rem;background:var(--yes);color:#fff;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
button.no{background:transparent;border:2px solid var(--no);color:inherit}button:focus-visible,a:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
</style>
</head>
<body>
<main>
<h1>${escaped(page.processor)} <small>sandbox, no money moves</small></h1>
<p>Order ${escaped(page.reference)}</p>
<p class="sum">${escaped(page.amount)}</p>
<ul>${page.lines.map((line) => `<li><span>${escaped(line.name)}</span><span>${escaped(line.amount)}</span></li>`).join('')}</ul>
${page.open ? form : `<p role="status">This payment is ${escaped(page.status)}.</p>${back(page.back)}`}
</main>
</body>
</html>
`;

const form = `<form method="post">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny" class="no">Deny</button>
</form>`;

const back = (url: string | null): string =>
  url !== null && /^https?:\/\//i.test(url)
    ? `<a class="button" href="${escaped(url)}" target="_top" rel="noreferrer">Back to the shop</a>`
    : '';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
