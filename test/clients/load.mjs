/** Imports a package as seen from here, so that a test needs no copy of it among Portside's own. */
export const load = (name) => import(name)
