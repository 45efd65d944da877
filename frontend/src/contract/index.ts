// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

export type * from "./api";
export type * from "./vues";
export type * from "./agenda";
export type * from "./postes";
export type * from "./profil";
export type * from "./recherche";
export type * from "./revoir";
