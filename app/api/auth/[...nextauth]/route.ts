export { authRoute as GET, authRoute as POST } from "#server/next/auth-route.ts";
