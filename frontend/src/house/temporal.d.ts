// TypeScript 5.9 has no types of the browser's own Temporal.
import type {} from "temporal-polyfill/types/global";
