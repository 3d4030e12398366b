// The trainer's metrics as wasm. Where the package keeps them is said here and nowhere else.

export { default as start, checkFile, compareReports, judgeSample, listErrors } from "../pkg/wasm/plain/nerite_web.js";
