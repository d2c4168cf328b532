#include "CMarkdown.h"

#include <cmark-gfm-core-extensions.h>

cmark_node *pb_markdown_parse(const char *text, size_t length) {
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    if (parser == NULL) return NULL;
    cmark_syntax_extension *table = cmark_find_syntax_extension("table");
    if (table != NULL) cmark_parser_attach_syntax_extension(parser, table);
    cmark_parser_feed(parser, text, length);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return document;
}
