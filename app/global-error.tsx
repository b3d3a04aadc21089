"use client";
export { GlobalErrorPage as default } from "#components/layout/error-page.tsx";
