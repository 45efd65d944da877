import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Builds the grid alone, as the window ships it, for grid.mjs. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [svelte({ configFile: fileURLToPath(new URL("../svelte.config.js", import.meta.url)) })],
  build: {
    target: "es2022",
    outDir: fileURLToPath(new URL("../node_modules/.permanence-bench", import.meta.url)),
    emptyOutDir: true,
  },
});
