// Replaces what the runtime offers, as bundles for old browsers do, and answers with the help of the replacements.
const { native } = globalThis;
let pending = 0;
let most = 0;

// As libraries do that count what is pending.
globalThis.setTimeout = (job, ms, ...rest) => {
  pending += 1;
  most = Math.max(most, pending);
  return native.setTimeout(() => {
    pending -= 1;
    job(...rest);
  }, ms);
};

mimikModule.exports = async (context, request, response) => {
  const replaced = [
    globalThis.Promise !== native.Promise,
    Array.from !== native.from,
    globalThis.setTimeout !== native.setTimeout,
  ];
  const later = (value) => new Promise((resolve) => {
    setTimeout(resolve, 5, value);
  });
  const values = await Promise.all(Array.from(new Set([1, 2, 2, 3]), (n) => later(n * n)));
  response.end(JSON.stringify({ replaced, values, most, pending }));
};
