import { join } from "node:path";

// Its packages are those of the page itself: a control has the same Next.js.
export default {
  output: "export",
  devIndicators: false,
  turbopack: { root: join(import.meta.dirname, "../..") },
};
