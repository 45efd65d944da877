import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

/** Builds the fixture as one script that a test injects before the page's own. */
export default defineConfig({
  build: {
    lib: {
      entry: fileURLToPath(new URL("inject.ts", import.meta.url)),
      formats: ["iife"],
      name: "inject",
      fileName: () => "inject.js",
    },
    outDir: fileURLToPath(new URL("../node_modules/.permanence-test", import.meta.url)),
    emptyOutDir: true,
    copyPublicDir: false,
    minify: false,
  },
});
