import { defineConfig } from "vite";

const SERVICE = process.env.HEXWATCH_URL ?? "http://127.0.0.1:8080";
const API = ["/layers", "/tiles", "/styles", "/legend"];

export default defineConfig({
  // The page is served at <root>/map and its files at <root>/static/, whatever the root is.
  experimental: {
    renderBuiltUrl: (filename, { hostType }) => (hostType === "html" ? `static/${filename}` : { relative: true }),
  },
  server: { proxy: Object.fromEntries(API.map((path) => [path, SERVICE])) },
  // The colours are tested as they stand in the style sheet.
  test: { css: true },
  build: {
    outDir: "../service/hexwatch_service/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre alone is larger than Vite's default for one chunk.
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: "map.html", output: { assetFileNames } },
  },
});

// Some servers have no media type for .mjs, and a browser runs no worker without one.
function assetFileNames({ names }) {
  return names[0]?.endsWith(".mjs") ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]";
}
