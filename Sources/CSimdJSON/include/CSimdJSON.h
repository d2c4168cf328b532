#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A reusable parser. One thread uses it at a time; its memory grows to the largest document it has read.
typedef struct pb_json pb_json;

enum pb_json_kind {
    PB_JSON_OBJECT = 1, PB_JSON_ARRAY = 2, PB_JSON_STRING = 3, PB_JSON_NUMBER = 4,
    PB_JSON_TRUE = 5, PB_JSON_FALSE = 6, PB_JSON_NULL = 7,
};

/// One value (or member name) of a document, in document order. An object's children alternate name, value.
typedef struct {
    uint32_t start;   ///< first byte in the source
    uint32_t end;     ///< one past the last byte in the source
    uint32_t next;    ///< index of the first node after this one and all it contains
    uint32_t text;    ///< strings: where the characters begin, in the source, or in the unescaped text when `escaped`
    uint32_t length;  ///< strings: bytes of text; arrays and objects: number of children (names not counted)
    uint8_t kind;
    uint8_t escaped;
} pb_json_node;

enum pb_json_error {
    PB_JSON_OK = 0, PB_JSON_SYNTAX = 1, PB_JSON_DEPTH = 2, PB_JSON_DUPLICATE_KEY = 3, PB_JSON_UTF8 = 4,
    PB_JSON_NUMBER_RANGE = 5, PB_JSON_MEMORY = 6, PB_JSON_EMPTY = 7, PB_JSON_TOO_LARGE = 8, PB_JSON_CHARACTER = 9,
};

/// The deepest nesting that is read: FHIR's own documents stay under 20.
#define PB_JSON_MAXIMUM_DEPTH 32

pb_json *pb_json_create(void);
void pb_json_destroy(pb_json *json);

/// Reads one document. The nodes and the text stay valid until the next call with the same parser.
/// Duplicate member names, nesting over PB_JSON_MAXIMUM_DEPTH, invalid UTF-8, lone surrogates, U+0000 and anything after the value are refused.
/// On error `*position` is a byte offset near the fault, or the length when unknown.
int pb_json_parse(pb_json *json, const uint8_t *bytes, size_t length, uint32_t *position);

const pb_json_node *pb_json_nodes(const pb_json *json, size_t *count);
/// The source as the parser holds it (a copy with padding).
const uint8_t *pb_json_source(const pb_json *json);
/// Where `text` of an escaped string points into.
const uint8_t *pb_json_unescaped(const pb_json *json);

/// Whether `part` stands anywhere in `whole`; an empty part does.
int pb_contains(const uint8_t *whole, size_t whole_length, const uint8_t *part, size_t part_length);

#ifdef __cplusplus
}
#endif

#endif
