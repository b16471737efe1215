import { defineConfig } from "vite";

const SERVICE = process.env.HEXWATCH_URL ?? "http://127.0.0.1:8080";

// The pages and the service are one origin here, so HEXWATCH_CORS_ORIGINS need not be set.
export default defineConfig({
  base: "./",
  server: { proxy: { "/layers": SERVICE, "/cells/": SERVICE } },
  build: { target: "esnext", rollupOptions: { input: ["index.html", "maplibre.html"] } },
});
