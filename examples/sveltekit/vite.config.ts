import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

/** Of the page, as the browser shows it. SvelteKit refuses a form or a login call of another origin. */
const { PORT = "3000", ORIGIN = `http://localhost:${PORT}` } = process.env;

export default defineConfig({ plugins: [sveltekit({ adapter: adapter(), paths: { origin: ORIGIN } })] });
