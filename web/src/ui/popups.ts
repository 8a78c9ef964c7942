// Small sheets open beside their button in the document: inside its landmark, next in the order of reading and tabbing.
export const besideTrigger = (trigger: HTMLElement): HTMLElement => trigger.parentElement ?? document.body;
