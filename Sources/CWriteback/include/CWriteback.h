#ifndef CWRITEBACK_H
#define CWRITEBACK_H

/// Has the kernel begin to write what it holds of an open file in memory, and does not wait for the disk (sync_file_range(2), Linux; nothing
/// elsewhere). It makes nothing durable: fsync does, and finds less to do.
void pb_begin_writeback(int descriptor);

#endif
