#include "CCurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const int PB_SMTP_OK = CURLE_OK;
const int PB_SMTP_TIMED_OUT = CURLE_OPERATION_TIMEDOUT;
const int PB_SMTP_LOGIN_DENIED = CURLE_LOGIN_DENIED;
const int PB_SMTP_TLS_UNAVAILABLE = CURLE_USE_SSL_FAILED;
const int PB_SMTP_CERTIFICATE_REFUSED = CURLE_PEER_FAILED_VERIFICATION;
const int PB_SMTP_STOPPED = CURLE_ABORTED_BY_CALLBACK;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_code = CURLE_FAILED_INIT;

static void initialise(void) { global_code = curl_global_init(CURL_GLOBAL_DEFAULT); }

typedef struct {
    const pb_smtp_request *request;
    size_t sent;
    bool leaving;  // QUIT was said: what the server answers no longer matters
    struct timespec start;
    pb_smtp_result result;
} conversation;

static void enter(conversation *talk, pb_smtp_stage stage) {
    talk->result.stage = stage;
    talk->result.reply_code = 0;
    memset(talk->result.enhanced, 0, sizeof talk->result.enhanced);
}

static bool says(const char *text, size_t length, const char *verb) {
    size_t size = strlen(verb);
    return length >= size && strncasecmp(text, verb, size) == 0;
}

// Only the verb of each command is looked at: the rest may be a password.
static int on_debug(CURL *handle, curl_infotype type, char *text, size_t length, void *context) {
    (void)handle;
    conversation *talk = context;
    if (type != CURLINFO_HEADER_OUT || talk->leaving) return 0;
    if (says(text, length, "EHLO") || says(text, length, "HELO")) {
        enter(talk, PB_SMTP_STAGE_HELLO);
    } else if (says(text, length, "STARTTLS")) {
        enter(talk, PB_SMTP_STAGE_STARTTLS);
    } else if (says(text, length, "AUTH ")) {
        enter(talk, PB_SMTP_STAGE_AUTH);
    } else if (says(text, length, "MAIL FROM")) {
        enter(talk, PB_SMTP_STAGE_MAIL);
    } else if (says(text, length, "RCPT TO")) {
        enter(talk, PB_SMTP_STAGE_RCPT);
    } else if (says(text, length, "DATA")) {
        enter(talk, PB_SMTP_STAGE_DATA);
    } else if (says(text, length, "QUIT")) {
        talk->leaving = true;
    }
    return 0;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool number(const char **at, const char *end, int most, int *value) {
    const char *start = *at;
    *value = 0;
    while (*at < end && digit(**at) && *at - start < most) *value = *value * 10 + (*(*at)++ - '0');
    return *at > start;
}

// RFC 3463 §2: class "." subject "." detail, straight after the reply code.
static void read_enhanced(const char *at, const char *end, int code[3]) {
    int read[3];
    if (!number(&at, end, 1, &read[0]) || at >= end || *at++ != '.') return;
    if (!number(&at, end, 3, &read[1]) || at >= end || *at++ != '.') return;
    if (!number(&at, end, 3, &read[2])) return;
    if (at < end && *at != ' ' && *at != '\r' && *at != '\n') return;
    memcpy(code, read, sizeof read);
}

static size_t on_reply(char *text, size_t size, size_t count, void *context) {
    conversation *talk = context;
    size_t length = size * count;
    if (talk->leaving || length < 3 || !digit(text[0]) || !digit(text[1]) || !digit(text[2])) return length;
    int code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (code < 400 || code > 599) return length;
    talk->result.reply_code = code;
    if (length > 4) read_enhanced(text + 4, text + length, talk->result.enhanced);
    return length;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *context) {
    conversation *talk = context;
    if (talk->result.stage != PB_SMTP_STAGE_MESSAGE) enter(talk, PB_SMTP_STAGE_MESSAGE);
    size_t left = talk->request->message_length - talk->sent;
    size_t length = size * count < left ? size * count : left;
    if (length > 0) memcpy(buffer, talk->request->message + talk->sent, length);
    talk->sent += length;
    return length;
}

static long elapsed_ms(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    const conversation *talk = context;
    const pb_smtp_request *request = talk->request;
    // libcurl waits for the answer to QUIT outside its own total timeout.
    if (talk->leaving && elapsed_ms(&talk->start) >= request->total_timeout_ms) return 1;
    return request->should_stop != NULL && request->should_stop(request->stop_context) ? 1 : 0;
}

static CURLcode prepare(CURL *curl, conversation *talk, struct curl_slist *recipients, char *reason) {
    const pb_smtp_request *request = talk->request;
    CURLcode code = CURLE_OK;
#define SET(option, value) \
    if (code == CURLE_OK) code = curl_easy_setopt(curl, option, value)
    SET(CURLOPT_ERRORBUFFER, reason);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROXY, "");  // or an http_proxy of the environment would see the mail
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_USE_SSL, (long)(request->tls == PB_SMTP_TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file != NULL) SET(CURLOPT_CAINFO, request->ca_file);
    if (request->username != NULL) SET(CURLOPT_USERNAME, request->username);
    if (request->password != NULL) SET(CURLOPT_PASSWORD, request->password);
    SET(CURLOPT_MAIL_FROM, request->sender);
    SET(CURLOPT_MAIL_RCPT, recipients);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->message_length);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, talk);
    SET(CURLOPT_HEADERFUNCTION, on_reply);
    SET(CURLOPT_HEADERDATA, talk);
    SET(CURLOPT_VERBOSE, 1L);  // on_debug then sees the commands; nothing is printed
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    SET(CURLOPT_DEBUGDATA, talk);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, talk);
    SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
    SET(CURLOPT_TIMEOUT_MS, request->total_timeout_ms);
#undef SET
    return code;
}

pb_smtp_result pb_smtp_send(const pb_smtp_request *request, char *error, size_t error_size) {
    char reason[CURL_ERROR_SIZE] = "";
    conversation talk = {.request = request};
    CURLcode code = CURLE_OUT_OF_MEMORY;
    struct curl_slist *recipients = NULL;

    clock_gettime(CLOCK_MONOTONIC, &talk.start);
    pthread_once(&once, initialise);
    CURL *curl = global_code == CURLE_OK ? curl_easy_init() : NULL;
    if (curl == NULL) goto done;
    for (size_t i = 0; i < request->recipient_count; i++) {
        struct curl_slist *longer = curl_slist_append(recipients, request->recipients[i]);
        if (longer == NULL) goto done;
        recipients = longer;
    }
    code = prepare(curl, &talk, recipients, reason);
    if (code == CURLE_OK) code = curl_easy_perform(curl);

done:
    talk.result.curl_code = (int)code;
    if (error != NULL && error_size > 0) {
        snprintf(error, error_size, "%s", reason[0] != '\0' ? reason : curl_easy_strerror(code));
    }
    if (curl != NULL) curl_easy_cleanup(curl);
    curl_slist_free_all(recipients);
    return talk.result;
}
