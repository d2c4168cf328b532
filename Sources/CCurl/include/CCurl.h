#ifndef PAYERBRIDGE_CCURL_H
#define PAYERBRIDGE_CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A plain C face over libcurl's SMTP: curl_easy_setopt is variadic, and Swift cannot call it.

typedef enum {
    PB_SMTP_TLS_NONE = 0,
    PB_SMTP_TLS_STARTTLS = 1,  // required: without it nothing is sent
    PB_SMTP_TLS_IMPLICIT = 2   // the URL says smtps://
} pb_smtp_tls;

// What the client had last said when the conversation ended.
typedef enum {
    PB_SMTP_STAGE_CONNECT = 0,  // nothing yet: name lookup, connection, greeting
    PB_SMTP_STAGE_HELLO = 1,
    PB_SMTP_STAGE_STARTTLS = 2,
    PB_SMTP_STAGE_AUTH = 3,
    PB_SMTP_STAGE_MAIL = 4,
    PB_SMTP_STAGE_RCPT = 5,
    PB_SMTP_STAGE_DATA = 6,
    PB_SMTP_STAGE_MESSAGE = 7  // the message itself
} pb_smtp_stage;

// Every pointer is borrowed for the length of the call; strings end in NUL. The caller has checked that url, sender and
// recipients hold no CR, LF or other control byte.
typedef struct {
    const char *url;       // smtp://host:port/name or smtps://host:port/name; the name is said in EHLO
    const char *username;  // NULL: no authentication
    const char *password;  // NULL as above
    pb_smtp_tls tls;
    const char *ca_file;  // PEM; NULL: the system's authorities
    const char *sender;   // envelope, without angle brackets
    const char *const *recipients;
    size_t recipient_count;
    const uint8_t *message;  // RFC 5322, CRLF line ends; dots are stuffed here
    size_t message_length;
    long connect_timeout_ms;
    long total_timeout_ms;
    bool (*should_stop)(void *context);  // NULL: never; asked about once a second, true ends the call
    void *stop_context;
} pb_smtp_request;

typedef struct {
    int curl_code;             // a CURLcode; 0 is success
    int reply_code;            // the refusal (400 to 599) that ended the conversation, 0 if none
    int enhanced[3];           // its RFC 3463 code, zeros if it had none
    pb_smtp_stage stage;
} pb_smtp_result;

extern const int PB_SMTP_OK;
extern const int PB_SMTP_TIMED_OUT;
extern const int PB_SMTP_LOGIN_DENIED;
extern const int PB_SMTP_TLS_UNAVAILABLE;
extern const int PB_SMTP_CERTIFICATE_REFUSED;
extern const int PB_SMTP_STOPPED;

// Sends one message and blocks until it is accepted or refused. `error` receives libcurl's sentence, always NUL-ended.
pb_smtp_result pb_smtp_send(const pb_smtp_request *request, char *error, size_t error_size);

#endif
