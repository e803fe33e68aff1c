/* What the sub-commands share. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What the library's lines go by. A process runs one sub-command; its mann_cli moves about, so that
 * the context cannot point at it. */
static bool log_quiet, log_verbose;

static void print_line(void *user, mann_level level, const char *message)
{
    (void)user;
    if (level == MANN_LOG_DEBUG ? log_verbose : !log_quiet) {
        fprintf(stderr, "mann: %s\n", message);
    }
}

mann_cli cli_open(const char *name)
{
    const char *no_color = getenv("NO_COLOR");
    mann_cli cli = {.name = name, .context = mann_context_alloc()};
    if (!cli.context) {
        fprintf(stderr, "mann %s: out of memory\n", name);
        exit(CLI_FAILED);
    }
    mann_context_listen(cli.context, print_line, NULL);
    cli.color = isatty(STDERR_FILENO) && !(no_color && *no_color);
    opterr = 0;
    return cli;
}

void cli_close(mann_cli *cli)
{
    mann_context_free(cli->context);
    cli->context = NULL;
}

static bool set_color(mann_cli *cli, const char *when)
{
    if (!strcmp(when, "always") || !strcmp(when, "never")) {
        cli->color = !strcmp(when, "always");
        return true;
    }
    return !strcmp(when, "auto");
}

/* getopt_long has met something that it does not know, or does not want a value for. */
static int unknown_option(const mann_cli *cli, const char *word)
{
    const char *names[64], *near = NULL;
    char name[64];
    size_t count = 0;
    bool is_long = !strncmp(word, "--", 2);
    if (optopt > 0 && optopt < 256 && !(is_long && strchr(word, '='))) {
        return cli_usage(cli, "unknown option '-%c'", optopt);
    }
    if (optopt) {
        return cli_usage(cli, "'%s': this option takes no value", word);
    }
    for (; cli->options && cli->options[count].name && count < 64; count++) {
        names[count] = cli->options[count].name;
    }
    if (is_long && strcspn(word + 2, "=") < sizeof name) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        near = mann_nearest(name, names, count);
    }
    return cli_usage(cli, "unknown option '%s'%s%s%s", word, near ? "; did you mean '--" : "",
                     near ? near : "", near ? "'?" : "");
}

bool cli_common(mann_cli *cli, int option, char **argv, const char *help, int *code)
{
    switch (option) {
    case 'h':
        fputs(help, stdout);
        *code = CLI_DONE;
        return true;
    case 'q': cli->quiet = log_quiet = true; return false;
    case 'v': cli->verbose = log_verbose = true; return false;
    case CLI_VERSION:
        puts("mann " MANN_VERSION);
        *code = CLI_DONE;
        return true;
    case CLI_JSON: cli->json = true; return false;
    case CLI_COLOR:
        if (set_color(cli, optarg)) {
            return false;
        }
        *code = cli_usage(cli, "--color: '%s' is neither auto, always nor never", optarg);
        return true;
    case ':': *code = cli_usage(cli, "%s needs a value", argv[optind - 1]); return true;
    default: *code = unknown_option(cli, argv[optind - 1]); return true;
    }
}

mann_status cli_status(const mann_cli *cli)
{
    mann_status status = mann_context_status(cli->context);
    return status ? status : MANN_E_NOMEM;
}

int cli_code(mann_status status)
{
    static const int codes[] = {
        [MANN_OK] = CLI_DONE,
        [MANN_E_NOMEM] = CLI_FAILED,
        [MANN_E_INVAL] = CLI_USAGE,
        [MANN_E_SHAPE] = CLI_FAILED,
        [MANN_E_IO] = CLI_FAILED,
        [MANN_E_FORMAT] = CLI_CORRUPT,
        [MANN_E_DIVERGED] = CLI_DIVERGED,
        [MANN_E_INTERRUPTED] = CLI_INTERRUPTED,
    };
    return codes[status];
}

int cli_fail(const mann_cli *cli, mann_status status)
{
    /* Where memory is short there may be no message about it, but an older one. */
    bool own = status != MANN_E_NOMEM || mann_context_status(cli->context) == MANN_E_NOMEM;
    fprintf(stderr, "mann %s: %s\n", cli->name,
            own ? mann_context_message(cli->context) : "out of memory");
    return cli_code(status);
}

int cli_usage(const mann_cli *cli, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "mann %s: ", cli->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (mann %s --help)\n", cli->name);
    va_end(arguments);
    return CLI_USAGE;
}

void cli_note(const mann_cli *cli, const char *format, ...)
{
    if (cli->quiet) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

bool cli_integer(const mann_cli *cli, const char *option, const char *text, int64_t low,
                 int64_t high, int64_t *value)
{
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    if (end == text || isspace((unsigned char)text[0]) || *end || errno || parsed < low ||
        parsed > high) {
        cli_usage(cli, "%s: '%s' is not a whole number from %lld to %lld", option, text,
                  (long long)low, (long long)high);
        return false;
    }
    *value = parsed;
    return true;
}

bool cli_real(const mann_cli *cli, const char *option, const char *text, double low, double high,
              double *value)
{
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end || !(parsed >= low && parsed <= high)) {
        cli_usage(cli, "%s: '%s' is not a number from %g to %g", option, text, low, high);
        return false;
    }
    *value = parsed;
    return true;
}

bool cli_choice(const mann_cli *cli, const char *option, const char *text, const char *first,
                const char *second, bool *is_second)
{
    if (strcmp(text, first) && strcmp(text, second)) {
        cli_usage(cli, "%s: '%s' is neither %s nor %s", option, text, first, second);
        return false;
    }
    *is_second = !strcmp(text, second);
    return true;
}

bool cli_duration(const mann_cli *cli, const char *option, const char *text, double *seconds)
{
    char *end;
    double value = strtod(text, &end);
    double unit = !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 0;
    if (end == text || !unit || !(value > 0) || !isfinite(value)) {
        cli_usage(cli, "%s: '%s' is not a duration such as 60s, 10m or 3h", option, text);
        return false;
    }
    *seconds = value * unit;
    return true;
}

bool cli_count(const mann_cli *cli, const char *option, const char *text, double *value)
{
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end || !(parsed >= 1 && parsed <= 1e15) || parsed != floor(parsed)) {
        cli_usage(cli, "%s: '%s' is not a whole number from 1 to 1e15", option, text);
        return false;
    }
    *value = parsed;
    return true;
}

bool cli_seed(const mann_cli *cli, const char *text, uint64_t *seed)
{
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    if (end == text || *end || errno || !isdigit((unsigned char)text[0])) {
        cli_usage(cli, "--seed: '%s' is not a whole number from 0 to 2^64 - 1", text);
        return false;
    }
    *seed = parsed;
    return true;
}

int32_t cli_threads(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 64 ? 64 : (int32_t)online;
}

double cli_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

const char *cli_time(double seconds, char *text)
{
    if (seconds < 99.5) {
        snprintf(text, 32, "%.*f s", seconds < 9.95, seconds);
    } else if (seconds < 5970) {
        snprintf(text, 32, "%.*f min", seconds < 597, seconds / 60);
    } else {
        snprintf(text, 32, "%.1f h", seconds / 3600);
    }
    return text;
}

const char *cli_grouped(double value, char *text)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.0f", value);
    char *to = text;
    for (int i = 0; i < length && i < 24; i++) {
        if (i && (length - i) % 3 == 0 && digits[i - 1] != '-') {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}
