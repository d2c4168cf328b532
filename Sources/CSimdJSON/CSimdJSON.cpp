#include "CSimdJSON.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

using namespace simdjson;

// simdjson's DOM proves the document (grammar, UTF-8, numbers) and unescapes its strings; its list of structural positions, which is still there
// after the parse, tells where each value stands in the source. Both are walked together once, so that a value can be handed on as its own bytes.
struct pb_json {
    dom::parser parser;
    std::unique_ptr<char[]> source;
    size_t capacity = 0;
    std::unique_ptr<pb_json_node[]> nodes;
    size_t room = 0;
    size_t count = 0;
    const uint8_t *unescaped = nullptr;
};

namespace {

constexpr size_t largestDocument = size_t(512) << 20;
constexpr size_t keptCapacity = size_t(8) << 20;

int errorOf(error_code code) {
    switch (code) {
    case SUCCESS: return PB_JSON_OK;
    case UTF8_ERROR: return PB_JSON_UTF8;
    case DEPTH_ERROR: return PB_JSON_DEPTH;
    case NUMBER_ERROR: return PB_JSON_NUMBER_RANGE;
    case MEMALLOC: return PB_JSON_MEMORY;
    case CAPACITY: return PB_JSON_TOO_LARGE;
    case EMPTY: return PB_JSON_EMPTY;
    default: return PB_JSON_SYNTAX;
    }
}

/// Text that JSON allows and FHIR does not: a lone surrogate (which simdjson writes as three bytes) or U+0000.
bool isForbidden(const uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 0) return true;
        if (text[i] == 0xED && i + 1 < length && text[i + 1] >= 0xA0) return true;
    }
    return false;
}

class Walk {
public:
    Walk(pb_json &json, size_t length) : json(json), source(reinterpret_cast<const uint8_t *>(json.source.get())),
        tape(json.parser.doc.tape.get()), strings(json.parser.doc.string_buf.get()),
        structural(json.parser.implementation->structural_indexes.get()),
        structurals(json.parser.implementation->n_structural_indexes), length(length) {}

    int run(uint32_t *position) {
        // Every name and value begins at a structural position, so there are no more nodes than these.
        if (json.room < structurals) {
            json.room = 0;
            size_t room = structurals < (size_t(1) << 16) ? structurals * 2 : structurals;
            json.nodes.reset(new (std::nothrow) pb_json_node[room]);
            if (!json.nodes) return PB_JSON_MEMORY;
            json.room = room;
        }
        nodes = json.nodes.get();
        size_t cell = 1;  // the first cell is the root's
        int error = value(cell, 0);
        json.count = count;
        *position = fault;
        return error;
    }

private:
    pb_json &json;
    const uint8_t *source;
    const uint64_t *tape;
    const uint8_t *strings;
    const uint32_t *structural;
    size_t structurals;
    size_t length;
    size_t at = 0;
    uint32_t fault = 0;
    pb_json_node *nodes = nullptr;
    size_t count = 0;

    uint32_t endOfScalar(uint32_t start, size_t nextStructural) const {
        uint32_t end = nextStructural < structurals ? structural[nextStructural] : uint32_t(length);
        if (end > length) end = uint32_t(length);
        while (end > start && (source[end - 1] == ' ' || source[end - 1] == '\n' || source[end - 1] == '\r' || source[end - 1] == '\t')) end--;
        return end;
    }

    int text(size_t cell, pb_json_node &node) {
        uint64_t offset = tape[cell] & internal::JSON_VALUE_MASK;
        uint32_t length;
        std::memcpy(&length, strings + offset, sizeof(length));
        node.kind = PB_JSON_STRING;
        node.length = length;
        node.start = structural[at];
        // Escapes only shorten, so a string with some is still going on where its characters would end; a quote there is an escaped one.
        const uint8_t *end = source + node.start + 1 + length;
        node.escaped = !(*end == '"' && end[-1] != '\\');
        node.end = node.escaped ? endOfScalar(node.start, at + 1) : node.start + length + 2;
        node.text = node.escaped ? uint32_t(offset + sizeof(length)) : node.start + 1;
        if (node.escaped && isForbidden(strings + offset + sizeof(length), length)) {
            fault = node.start;
            return PB_JSON_CHARACTER;
        }
        at++;
        return PB_JSON_OK;
    }

    const uint8_t *characters(const pb_json_node &node) const { return (node.escaped ? strings : source) + node.text; }

    /// One bit of 64, the same for the same name.
    uint64_t sign(const pb_json_node &name) const {
        if (name.length == 0) return 1;
        const uint8_t *text = characters(name);
        return uint64_t(1) << ((name.length * 5 + text[0] * 3 + text[name.length - 1]) & 63);
    }

    bool hasDuplicate(const pb_json_node *begin, size_t from, size_t to) {
        // Objects of FHIR have few members; a quadratic look is quickest there, a sorted one bounds the rest.
        std::vector<uint32_t> &names = scratch;
        names.clear();
        for (size_t i = from; i < to;) {
            names.push_back(uint32_t(i));
            i = begin[i + 1].next;
        }
        auto less = [&](uint32_t a, uint32_t b) {
            if (begin[a].length != begin[b].length) return begin[a].length < begin[b].length;
            return std::memcmp(characters(begin[a]), characters(begin[b]), begin[a].length) < 0;
        };
        auto equal = [&](uint32_t a, uint32_t b) {
            return begin[a].length == begin[b].length && std::memcmp(characters(begin[a]), characters(begin[b]), begin[a].length) == 0;
        };
        if (names.size() <= 16) {
            for (size_t i = 1; i < names.size(); i++)
                for (size_t j = 0; j < i; j++)
                    if (equal(names[i], names[j])) { fault = begin[names[i]].start; return true; }
            return false;
        }
        std::sort(names.begin(), names.end(), less);
        for (size_t i = 1; i < names.size(); i++)
            if (equal(names[i - 1], names[i])) { fault = begin[names[i]].start; return true; }
        return false;
    }
    std::vector<uint32_t> scratch;

    /// Appends the value at `cell` and moves `cell` past it. Depth is bounded, so the recursion is.
    int value(size_t &cell, int depth) {
        size_t index = count++;
        pb_json_node &node = nodes[index];
        node = {};
        node.start = structural[at];
        char type = char(tape[cell] >> 56);
        switch (type) {
        case '{': case '[': {
            if (depth >= PB_JSON_MAXIMUM_DEPTH) { fault = node.start; return PB_JSON_DEPTH; }
            size_t close = size_t(uint32_t(tape[cell])) - 1;
            char closing = type == '{' ? '}' : ']';
            cell++;
            at++;
            uint32_t children = 0;
            uint64_t seen = 0;  // names by a few of their bits; only when two are alike there can be two of one name
            bool alike = false;
            while (cell < close) {
                if (type == '{') {
                    pb_json_node &name = nodes[count++];
                    name = {};
                    if (int error = text(cell, name)) return error;
                    name.next = uint32_t(count + 1);
                    uint64_t bit = sign(name);
                    alike |= (seen & bit) != 0;
                    seen |= bit;
                    cell++;
                    at++;  // the colon
                }
                if (int error = value(cell, depth + 1)) return error;
                children++;
                if (cell < close) at++;  // the comma
            }
            node.kind = type == '{' ? PB_JSON_OBJECT : PB_JSON_ARRAY;
            node.length = children;
            node.end = structural[at] + 1;
            if (source[structural[at]] != uint8_t(closing)) { fault = node.start; return PB_JSON_SYNTAX; }
            at++;
            cell = close + 1;
            if (alike && hasDuplicate(nodes, index + 1, count)) return PB_JSON_DUPLICATE_KEY;
            break;
        }
        case '"':
            if (int error = text(cell, node)) return error;
            cell++;
            break;
        default:
            node.kind = type == 't' ? PB_JSON_TRUE : type == 'f' ? PB_JSON_FALSE : type == 'n' ? PB_JSON_NULL : PB_JSON_NUMBER;
            node.end = endOfScalar(node.start, at + 1);
            cell += node.kind == PB_JSON_NUMBER ? 2 : 1;
            at++;
            break;
        }
        node.next = uint32_t(count);
        return PB_JSON_OK;
    }
};

}  // namespace

pb_json *pb_json_create(void) {
    pb_json *json = new (std::nothrow) pb_json();
    return json;
}

void pb_json_destroy(pb_json *json) { delete json; }

int pb_json_parse(pb_json *json, const uint8_t *bytes, size_t length, uint32_t *position) {
    *position = uint32_t(length);
    json->count = 0;
    if (length == 0) return PB_JSON_EMPTY;
    if (length > largestDocument) return PB_JSON_TOO_LARGE;
    if (json->capacity < length || (json->capacity > keptCapacity && length < keptCapacity / 4)) {
        // Small documents come in numbers, each a little larger than the last; a large one comes alone.
        size_t capacity = length < keptCapacity ? length + length / 2 : length;
        json->source.reset(new (std::nothrow) char[capacity + SIMDJSON_PADDING]);
        if (!json->source) { json->capacity = 0; return PB_JSON_MEMORY; }
        if (json->capacity > keptCapacity) {
            json->parser = dom::parser();
            json->nodes.reset();
            json->room = 0;
        }
        json->capacity = capacity;
    }
    std::memcpy(json->source.get(), bytes, length);
    std::memset(json->source.get() + length, ' ', SIMDJSON_PADDING);
    auto parsed = json->parser.parse(json->source.get(), length, false);
    if (parsed.error() != SUCCESS) return errorOf(parsed.error());
    json->unescaped = json->parser.doc.string_buf.get();
    return Walk(*json, length).run(position);
}

const pb_json_node *pb_json_nodes(const pb_json *json, size_t *count) {
    *count = json->count;
    return json->nodes.get();
}

const uint8_t *pb_json_source(const pb_json *json) { return reinterpret_cast<const uint8_t *>(json->source.get()); }
const uint8_t *pb_json_unescaped(const pb_json *json) { return json->unescaped; }

int pb_contains(const uint8_t *whole, size_t whole_length, const uint8_t *part, size_t part_length) {
    if (part_length == 0) return 1;
    return whole_length >= part_length && memmem(whole, whole_length, part, part_length) != nullptr;
}
