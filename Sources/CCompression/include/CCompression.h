#ifndef PAYERBRIDGE_CCOMPRESSION_H
#define PAYERBRIDGE_CCOMPRESSION_H

#include <stddef.h>
#include <stdint.h>

// Streaming decompression with one face for gzip (RFC 1952, any number of members) and zstd (RFC 8878, any number of frames).

typedef enum { PB_DECODER_GZIP = 0, PB_DECODER_ZSTD = 1 } pb_decoder_kind;

enum {
    PB_DECODER_MORE = 0,      // inside a member: give input, or room when the output was filled
    PB_DECODER_FINISHED = 1,  // at the end of a member: the file may end here, or another member may follow
    PB_DECODER_CORRUPT = -1,  // not this format, damaged, a wrong checksum, or a zstd window over 128 MiB
    PB_DECODER_TRAILING = -2, // what follows a complete member is no member
    PB_DECODER_MEMORY = -3
};

typedef struct pb_decoder pb_decoder;

// NULL when there is no memory.
pb_decoder *pb_decoder_create(pb_decoder_kind kind);

// Decodes as much as fits. An error is final: every later call repeats it. When the output was filled call again, with no
// input if all was consumed, until it is not filled. The input has ended well only where the last call said FINISHED.
int pb_decoder_feed(
    pb_decoder *decoder, const uint8_t *in, size_t in_length, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced);

// Forgets what it was in; the next input is a new file's. It keeps its memory, which with zstd may be a window of 128 MiB.
void pb_decoder_restart(pb_decoder *decoder);

void pb_decoder_destroy(pb_decoder *decoder);

// Streaming compression into one gzip member.
typedef struct pb_gzip pb_gzip;

// NULL when there is no memory.
pb_gzip *pb_gzip_create(void);

// Takes input and gives output as far as both go. With `last`, call until it returns 1: the member is complete. 0 is more, -1 an error.
int pb_gzip_feed(
    pb_gzip *gzip, const uint8_t *in, size_t in_length, int last, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced);

void pb_gzip_destroy(pb_gzip *gzip);

#endif
