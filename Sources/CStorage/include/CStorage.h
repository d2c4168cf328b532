#ifndef PAYERBRIDGE_CSTORAGE_H
#define PAYERBRIDGE_CSTORAGE_H

// What the store needs of C: calls that Swift cannot make or is not given.

// Has the kernel write what it holds in memory of this part of an open file, and waits for the disk (sync_file_range(2), Linux; nothing
// elsewhere). It makes nothing durable: fsync does, and finds less to do.
void pb_write_back(int descriptor, long long offset, long long count);

// SQLite keeps no statistics of its memory from here on, which every allocation would pay for under one lock (SQLITE_CONFIG_MEMSTATUS). Does
// nothing once SQLite is in use.
void pb_sqlite_without_memory_statistics(void);

#endif
