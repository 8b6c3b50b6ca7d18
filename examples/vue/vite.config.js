import vue from "@vitejs/plugin-vue";

const { PORT = "3000", BACKEND = "http://localhost:3001" } = process.env;
// Page and login API share one origin. The backend's ORIGIN is this server's address, not its own.
const server = { port: Number(PORT), strictPort: true, proxy: { "/otp-login": BACKEND } };

const isCustomElement = (tag) => tag === "onegini-otp-login";
export default {
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  server,
  preview: server,
};
