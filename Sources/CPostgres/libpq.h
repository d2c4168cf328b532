// PostgreSQL's own client library, found by pkg-config.
#include <libpq-fe.h>
