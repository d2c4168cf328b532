#define _GNU_SOURCE
#include "CWriteback.h"

#include <fcntl.h>

void pb_begin_writeback(int descriptor) {
#ifdef __linux__
    sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}
