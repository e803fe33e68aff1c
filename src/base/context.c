/* The context: the last failure's message, and where the library's lines go. */
#include <mann/base.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mann_context {
    char message[1024];
    mann_status status;
    mann_log_function *log;
    void *user;
};

mann_context *mann_context_alloc(void)
{
    return calloc(1, sizeof(mann_context));
}

void mann_context_free(mann_context *context)
{
    free(context);
}

const char *mann_context_message(const mann_context *context)
{
    return context ? context->message : "";
}

mann_status mann_context_status(const mann_context *context)
{
    return context ? context->status : MANN_OK;
}

void mann_context_listen(mann_context *context, mann_log_function *log, void *user)
{
    context->log = log;
    context->user = user;
}

mann_status mann_fail(mann_context *context, mann_status status, const char *format, ...)
{
    if (context) {
        /* An argument may be the present message: format beside it. */
        char message[sizeof context->message];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
        memcpy(context->message, message, sizeof message);
        context->status = status;
    }
    return status;
}

void mann_log(const mann_context *context, mann_level level, const char *format, ...)
{
    if (!context || !context->log) {
        return;
    }
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    context->log(context->user, level, line);
}
