#include "CCompression.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct pb_decoder {
    pb_decoder_kind kind;
    int state;
    bool finished_one;
    z_stream gzip;
    ZSTD_DStream *zstd;
};

pb_decoder *pb_decoder_create(pb_decoder_kind kind) {
    pb_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL) return NULL;
    decoder->kind = kind;
    decoder->state = PB_DECODER_MORE;
    if (kind == PB_DECODER_GZIP) {
        if (inflateInit2(&decoder->gzip, 15 + 16) == Z_OK) return decoder;  // 15: largest window; 16: gzip only
    } else {
        decoder->zstd = ZSTD_createDStream();
        if (decoder->zstd != NULL) return decoder;
    }
    free(decoder);
    return NULL;
}

void pb_decoder_restart(pb_decoder *decoder) {
    decoder->state = PB_DECODER_MORE;
    decoder->finished_one = false;
    if (decoder->kind == PB_DECODER_GZIP)
        inflateReset(&decoder->gzip);
    else
        ZSTD_DCtx_reset(decoder->zstd, ZSTD_reset_session_only);
}

void pb_decoder_destroy(pb_decoder *decoder) {
    if (decoder == NULL) return;
    if (decoder->kind == PB_DECODER_GZIP) inflateEnd(&decoder->gzip);
    if (decoder->zstd != NULL) ZSTD_freeDStream(decoder->zstd);
    free(decoder);
}

static int refuse(const pb_decoder *decoder, bool at_member_start) {
    return at_member_start && decoder->finished_one ? PB_DECODER_TRAILING : PB_DECODER_CORRUPT;
}

// zlib counts in unsigned int; what is beyond is left for the next call.
static uInt bounded(size_t length) { return length > INT_MAX ? INT_MAX : (uInt)length; }

static int feed_gzip(
    pb_decoder *decoder, const uint8_t *in, size_t in_length, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced) {
    z_stream *stream = &decoder->gzip;
    while (true) {
        if (decoder->state == PB_DECODER_FINISHED) {
            if (*consumed == in_length) return PB_DECODER_FINISHED;
            inflateReset(stream);
            decoder->state = PB_DECODER_MORE;
        }
        uInt given = bounded(in_length - *consumed), room = bounded(out_capacity - *produced);
        stream->next_in = (Bytef *)(in + *consumed);
        stream->avail_in = given;
        stream->next_out = out + *produced;
        stream->avail_out = room;
        int code = inflate(stream, Z_NO_FLUSH);
        *consumed += given - stream->avail_in;
        *produced += room - stream->avail_out;
        switch (code) {
        case Z_STREAM_END:
            decoder->state = PB_DECODER_FINISHED;
            decoder->finished_one = true;
            break;
        case Z_OK:
        case Z_BUF_ERROR:
            if (*consumed == in_length || *produced == out_capacity) return PB_DECODER_MORE;
            if (code == Z_BUF_ERROR) return PB_DECODER_CORRUPT;
            break;
        case Z_MEM_ERROR:
            return PB_DECODER_MEMORY;
        default:
            // The header is 10 bytes; a refusal before any output with so little read is a refusal of the header.
            return refuse(decoder, stream->total_out == 0 && stream->total_in <= 10);
        }
    }
}

static int feed_zstd(
    pb_decoder *decoder, const uint8_t *in, size_t in_length, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced) {
    ZSTD_inBuffer input = {in, in_length, 0};
    ZSTD_outBuffer output = {out, out_capacity, 0};
    int state = decoder->state;
    // With nothing to read at a frame's end there is nothing to do, and zstd counts idle calls as an error.
    while (!(state == PB_DECODER_FINISHED && input.pos == input.size)) {
        size_t before = input.pos + output.pos;
        size_t code = ZSTD_decompressStream(decoder->zstd, &output, &input);
        if (ZSTD_isError(code)) {
            ZSTD_ErrorCode kind = ZSTD_getErrorCode(code);
            state = kind == ZSTD_error_memory_allocation ? PB_DECODER_MEMORY : refuse(decoder, kind == ZSTD_error_prefix_unknown);
            break;
        }
        state = code == 0 ? PB_DECODER_FINISHED : PB_DECODER_MORE;
        if (code == 0) decoder->finished_one = true;
        if (output.pos == output.size || input.pos + output.pos == before) break;
        if (code != 0 && input.pos == input.size) break;
    }
    *consumed = input.pos;
    *produced = output.pos;
    return state;
}

int pb_decoder_feed(
    pb_decoder *decoder, const uint8_t *in, size_t in_length, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced) {
    *consumed = 0;
    *produced = 0;
    if (decoder->state < 0) return decoder->state;
    decoder->state = decoder->kind == PB_DECODER_GZIP
                         ? feed_gzip(decoder, in, in_length, consumed, out, out_capacity, produced)
                         : feed_zstd(decoder, in, in_length, consumed, out, out_capacity, produced);
    return decoder->state;
}

struct pb_gzip {
    z_stream stream;
};

pb_gzip *pb_gzip_create(void) {
    pb_gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip) return NULL;
    // The fastest level: an answer is compressed once and waited for. 16 asks zlib for the gzip wrapper.
    if (deflateInit2(&gzip->stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

int pb_gzip_feed(
    pb_gzip *gzip, const uint8_t *in, size_t in_length, int last, size_t *consumed, uint8_t *out, size_t out_capacity, size_t *produced) {
    if (in_length > UINT32_MAX || out_capacity > UINT32_MAX) return -1;
    gzip->stream.next_in = (Bytef *)in;
    gzip->stream.avail_in = (uInt)in_length;
    gzip->stream.next_out = out;
    gzip->stream.avail_out = (uInt)out_capacity;
    int code = deflate(&gzip->stream, last ? Z_FINISH : Z_NO_FLUSH);
    *consumed = in_length - gzip->stream.avail_in;
    *produced = out_capacity - gzip->stream.avail_out;
    if (code == Z_STREAM_END) return 1;
    return code == Z_OK || code == Z_BUF_ERROR ? 0 : -1;
}

void pb_gzip_destroy(pb_gzip *gzip) {
    deflateEnd(&gzip->stream);
    free(gzip);
}
