/// <reference types="vite/client" />
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { LoginStage } from "./login-stage.js";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("LoginStage", LoginStage);
  },
} satisfies Theme;
