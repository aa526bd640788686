export { Disk, type DiskRecord } from '#core/journal/disk.ts';
