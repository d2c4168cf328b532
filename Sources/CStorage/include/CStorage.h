#ifndef PAYERBRIDGE_CSTORAGE_H
#define PAYERBRIDGE_CSTORAGE_H

// What the store needs of C: calls that Swift cannot make or is not given.

// Has the kernel begin to write what it holds of an open file in memory, and does not wait for the disk (sync_file_range(2), Linux; nothing
// elsewhere). It makes nothing durable: fsync does, and finds less to do.
void pb_begin_writeback(int descriptor);

// SQLite keeps no statistics of its memory from here on, which every allocation would pay for under one lock (SQLITE_CONFIG_MEMSTATUS). Does
// nothing once SQLite is in use.
void pb_sqlite_without_memory_statistics(void);

#endif
