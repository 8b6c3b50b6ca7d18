import { login } from "../../../login-kit";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = login.handlers;
