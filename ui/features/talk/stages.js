// How many stages are in talk mode: while one is, nothing may cover it.

let count = 0;

export const entered = () => count++;

export const left = () => count--;

/** Whether somebody is on stage. */
export const isTalking = () => count > 0;
