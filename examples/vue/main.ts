import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import AccountPage from "./AccountPage.vue";
import App from "./App.vue";
import LoginPage from "./LoginPage.vue";

const routes = [
  { path: "/", component: LoginPage },
  { path: "/account", component: AccountPage },
];
createApp(App)
  .use(createRouter({ history: createWebHistory(), routes }))
  .mount("#app");
