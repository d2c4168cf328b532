#ifndef PAYERBRIDGE_CMARKDOWN_H
#define PAYERBRIDGE_CMARKDOWN_H

#include <cmark-gfm.h>
#include <stddef.h>

// A document of CommonMark with tables; free it with cmark_node_free. NULL when there is no memory.
cmark_node *pb_markdown_parse(const char *text, size_t length);

#endif
