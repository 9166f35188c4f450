/** Is this container's service `ready` (or `live`)? Exit code 0 or 1: the image has no shell and no curl. */
const { PORT = '8080', TLS_CERT_FILE } = process.env;
const [question = 'ready'] = process.argv.slice(2);
if (TLS_CERT_FILE) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // itself, over loopback
const answer = await fetch(`${TLS_CERT_FILE ? 'https' : 'http'}://127.0.0.1:${PORT}/health/${question}`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => ({ ok: false }));
process.exitCode = answer.ok ? 0 : 1;
