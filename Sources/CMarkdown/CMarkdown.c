#include "CMarkdown.h"

#include <cmark-gfm-core-extensions.h>
#include <pthread.h>

// The library's own guard against registering twice is not safe when two threads come at once.
static pthread_once_t registered = PTHREAD_ONCE_INIT;

cmark_node *pb_markdown_parse(const char *text, size_t length) {
    if (pthread_once(&registered, cmark_gfm_core_extensions_ensure_registered) != 0) return NULL;
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    if (parser == NULL) return NULL;
    cmark_syntax_extension *table = cmark_find_syntax_extension("table");
    if (table != NULL) cmark_parser_attach_syntax_extension(parser, table);
    cmark_parser_feed(parser, text, length);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return document;
}
