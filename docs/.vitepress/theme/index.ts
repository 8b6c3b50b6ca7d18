/// <reference types="vite/client" />
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { defineAsyncComponent } from "vue";
import { CodeTabs } from "./code-tabs.js";
import { Figures } from "./figures.js";
import { GalleryGrid } from "./gallery-grid.js";
import { LoginStage } from "./login-stage.js";
import { Recipe } from "./recipe.js";
import { SiteFrame } from "./site-frame.js";
import { SiteMap } from "./site-map.js";
import "./style.css";

export default {
  extends: DefaultTheme,
  Layout: SiteFrame,
  enhanceApp({ app }) {
    app.component("CodeTabs", CodeTabs);
    app.component("Figures", Figures);
    app.component("GalleryGrid", GalleryGrid);
    app.component("LoginStage", LoginStage);
    app.component("Recipe", Recipe);
    app.component("SiteMap", SiteMap);
    app.component(
      "ThemeStudio",
      defineAsyncComponent(() => import("./theme-studio.js").then(({ ThemeStudio }) => ThemeStudio)),
    );
  },
} satisfies Theme;
