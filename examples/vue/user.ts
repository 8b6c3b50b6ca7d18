import { ref } from "vue";

/** Who is logged in. */
export const user = ref<string>();
