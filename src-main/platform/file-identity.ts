/** Returns the text that stands for a file, whatever it is called: its device and inode. */
export const identityOf = ({ dev, ino }: { dev: bigint; ino: bigint }): string => `${dev}:${ino}`;
