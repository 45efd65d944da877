import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "wailsjs/", "src/contract/"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "The window talks to Go only, through backend.ts." },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "The clock is Go's: ask Present." },
        { property: "innerHTML", message: "No raw HTML in the window." },
      ],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
    rules: {
      "svelte/no-at-html-tags": "error",
      // A Map or a Set made anew on each change needs no reactivity of its own.
      "svelte/prefer-svelte-reactivity": "off",
      // A space that must stay is written as text.
      "svelte/no-useless-mustaches": "off",
    },
  },
);
