#define _GNU_SOURCE
#include "CStorage.h"

#include <fcntl.h>
#include <sqlite3.h>

void pb_begin_writeback(int descriptor) {
#ifdef __linux__
    sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void pb_sqlite_without_memory_statistics(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
