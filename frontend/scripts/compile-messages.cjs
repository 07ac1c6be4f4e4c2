// Compiles the ICU messages of a catalogue at build, so that no page carries their parser (9 kB).

/** Turbopack's loaders are CommonJS; the compiler is a module. */
module.exports = function compileMessages(source) {
  const done = this.async();
  import("icu-minify/compile")
    .then(({ default: compile }) => compiled(JSON.parse(source), compile))
    .then((catalogue) => done(null, `export default ${JSON.stringify(catalogue)};`), done);
};

function compiled(part, compile) {
  if (typeof part === "string") return compile(part);
  const entries = Object.entries(part);
  return Object.fromEntries(entries.map(([key, inner]) => [key, compiled(inner, compile)]));
}
