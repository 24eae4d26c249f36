// All emoji with the names that `:name:` knows; made by build.js.

export { default as names } from 'emoji:names';
