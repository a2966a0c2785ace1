/** The channels frames go over, one each way. The preload is a separate bundle and shares nothing else. */
export const TO_CORE = 'snapkeep:to-core';
export const TO_WINDOW = 'snapkeep:to-window';
/** Says whether the page has changes that are not saved. */
export const UNSAVED = 'snapkeep:unsaved';
