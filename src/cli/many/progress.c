/* Training on a terminal: one line, drawn over several times a second; elsewhere a plain line
 * every ten seconds. */
#include "cli/many/progress.h"

#include <math.h>
#include <string.h>

enum { BAR_CELLS = 12 };
#define LINE_SECONDS 10.0

static void metrics_text(const mann_score *score, char *text, size_t size)
{
    text[0] = '\0';
    for (int32_t i = 0; i < score->count && i < 2; i++) {
        const char *name = score->metric[i].name;
        double value = mann_score_get(score, name);
        bool bits = !strcmp(name, "cost_bits"), wrong = !strcmp(name, "wrong_bits");
        size_t used = strlen(text);
        snprintf(text + used, size - used, " · %s %.3g%s",
                 bits    ? "cost"
                 : wrong ? "wrong"
                         : name,
                 value, bits ? " bits" : "");
    }
}

void cli_progress_text(const cli_progress *p, const mann_event *event, char *text, size_t size)
{
    char step[32], sequences[32], rate[32], metrics[160];
    metrics_text(&p->score, metrics, sizeof metrics);
    cli_grouped((double)event->progress.step, step);
    cli_grouped((double)event->progress.sequences, sequences);
    cli_grouped(event->sequences_rate, rate);
    snprintf(text, size, "step %s · %s sequences%s · |g| %.2g · %s seq/s · %.0f s", step, sequences,
             metrics, event->progress.grad_norm, rate, event->seconds);
}

/* Eighths of a cell, so that the bar moves smoothly. */
static void bar_text(double share, char *text, size_t size)
{
    static const char *const eighth[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    double cells = (share < 0 ? 0 : share > 1 ? 1 : share) * BAR_CELLS;
    size_t used = 0;
    for (int i = 0; i < BAR_CELLS; i++) {
        double part = cells - i;
        int n = part >= 1 ? 8 : part <= 0 ? 0 : (int)(part * 8);
        used += (size_t)snprintf(text + used, size - used, "%s", eighth[n]);
    }
}

void cli_progress_bar(const mann_cli *cli, double share, const char *text)
{
    char bar[128];
    bar_text(share, bar, sizeof bar);
    const char *dim = cli->color ? "\033[2m" : "", *plain = cli->color ? "\033[0m" : "";
    fprintf(stderr, "\r▕%s▏ %s   %sCtrl-C saves and stops%s\033[K", bar, text, dim, plain);
    fflush(stderr);
}

void cli_progress_note(cli_progress *p, const mann_event *event)
{
    if (event->validated) {
        p->score = event->score;
    }
}

void cli_progress_watch(void *user, const mann_event *event)
{
    cli_progress *p = user;
    char text[512];
    cli_progress_note(p, event);
    if (p->cli->quiet) {
        return;
    }
    cli_progress_text(p, event, text, sizeof text);
    if (p->bar) {
        cli_progress_bar(p->cli, (double)event->progress.sequences / event->limit, text);
        p->drawn = true;
    } else if (event->seconds - p->last_line >= LINE_SECONDS) {
        fprintf(stderr, "%s\n", text);
        p->last_line = event->seconds;
    }
}

void cli_progress_end(cli_progress *p, const mann_event *event)
{
    if (p->drawn) {
        fputs("\r\033[K", stderr);
        p->drawn = false;
    }
    if (!p->cli->quiet) {
        char text[512];
        cli_progress_text(p, event, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
}
