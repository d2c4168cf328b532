#define _GNU_SOURCE
#include "CStorage.h"

#include <fcntl.h>
#include <sqlite3.h>

void pb_write_back(int descriptor, long long offset, long long count) {
#ifdef __linux__
    sync_file_range(
        descriptor, offset, count, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#endif
}

void pb_sqlite_without_memory_statistics(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
