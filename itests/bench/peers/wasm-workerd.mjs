// Runs a WebAssembly module of mims/wasm: with an instance of its own for each request, or one that is kept.
import program from './module.wasm';

function instantiate() {
  const state = { body: null };
  const { exports } = new WebAssembly.Instance(program, {
    env: {
      response_end(at, length) {
        state.body = new Uint8Array(exports.memory.buffer, at, length).slice();
        return 0;
      },
    },
  });
  return () => {
    exports.mim_handle();
    return new Response(state.body);
  };
}

const kept = instantiate();

export default {
  fetch: (request, env) => (env.KEPT ? kept : instantiate())(),
};
