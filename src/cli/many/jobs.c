/* Runs side by side. Each is a child process that trains as `mann train` does, so that none can
 * take the others with it; threads would share every crash, and gain nothing: runs have nothing in
 * common.
 *
 * A child reports through a pipe of its own: a few times a second where it stands, and at its end
 * how it ended. The pipe's closing tells that the child is gone, whatever the reason; a child whose
 * parent is gone finds its pipe broken, and stops as if by a signal. Of the terminal's Ctrl-C,
 * which goes to all of them, children hear nothing: the parent passes it on, once. */
#include "cli/many/jobs.h"
#include "cli/many/progress.h"
#include "cli/training.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 64, TICK_MS = 200 };
#define LINE_SECONDS 10.0

/* What goes through a pipe: no larger than what goes whole. */
typedef struct report {
    bool final;
    int64_t sequences;
    double rate;
    char text[1200]; /* final: how it ended */
} report;

typedef struct child {
    int run; /* of the plan */
    pid_t process;
    int pipe;
    report last;
} child;

typedef struct crowd {
    const cli_jobs *jobs;
    child child[MOST_AT_ONCE];
    int at_once, running, next;
    int before, ended; /* runs that were finished before, and that have ended since */
    int32_t threads;   /* of each */
    int64_t sequences; /* of runs that have ended */
    double started, last_line;
    bool bar;
    const volatile sig_atomic_t *signals;
    int passed_on; /* signals */
} crowd;

/* --- in the child --- */

typedef struct teller {
    cli_progress progress;
    int pipe;
    bool alone; /* nobody reads the pipe any more */
} teller;

static void tell(teller *t, const report *r)
{
    if (write(t->pipe, r, sizeof *r) < 0 && errno == EPIPE && !t->alone) {
        t->alone = true;
        raise(SIGTERM);
    } /* a full pipe: the next report will say more */
}

static void watch(void *user, const mann_event *event)
{
    teller *t = user;
    report r = {.sequences = event->progress.sequences, .rate = event->sequences_rate};
    cli_progress_note(&t->progress, event);
    tell(t, &r);
}

static void say_how_it_ended(const teller *t, const mann_run_result *result, int code, report *r)
{
    char line[512];
    const char *how = code == CLI_INTERRUPTED ? "stopped and saved"
                      : code == CLI_NOT_MET   ? "the limit came before the condition held"
                                              : "done";
    cli_progress_text(&t->progress, &result->last, line, sizeof line);
    snprintf(r->text, sizeof r->text, "%s (%s) · %s", how, mann_stop_name(result->stop), line);
}

static int train(const crowd *all, const mann_planned *planned, int pipe)
{
    teller t = {.pipe = pipe};
    mann_context *context = all->jobs->cli->context;
    mann_run_options run = all->jobs->run;
    mann_run_result result;
    run.folder = planned->folder;
    run.resume = planned->resumes;
    if (run.resume && run.max_seconds > 0) { /* of training in all */
        run.max_seconds = fmax(run.max_seconds - planned->seconds, 1e-9);
    }
    run.threads = all->threads;
    run.interrupted = cli_catch_signals(2);
    run.watch = watch;
    run.user = &t;
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    mann_status status = mann_run_train(context, planned->experiment, &run, &result);
    int code = status ? cli_code(status) : cli_training_code(&run, &result);
    report end = {.final = true, .sequences = result.last.progress.sequences};
    if (status) {
        snprintf(end.text, sizeof end.text, "%s", mann_context_message(context));
    } else {
        say_how_it_ended(&t, &result, code, &end);
    }
    fcntl(pipe, F_SETFL, 0); /* this one is waited for */
    tell(&t, &end);
    return code;
}

/* --- in the parent --- */

static void clear_bar(const crowd *all)
{
    if (all->bar) {
        fputs("\r\033[K", stderr);
    }
}

static void complain(const crowd *all, int run, const char *what)
{
    const cli_jobs *jobs = all->jobs;
    fprintf(stderr, "mann %s: %s: %s\n", jobs->cli->name, jobs->plan->run[run].name, what);
}

/* False after a message. */
static bool spawn(const crowd *all, child *c)
{
    int ends[2];
    sigset_t both, before;
    if (pipe(ends)) {
        complain(all, c->run, strerror(errno));
        return false;
    }
    fflush(NULL);
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, &before);
    c->process = fork();
    if (c->process == 0) {
        for (int i = 0; i < all->running; i++) {
            close(all->child[i].pipe);
        }
        close(ends[0]);
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        _exit(train(all, &all->jobs->plan->run[c->run], ends[1]));
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (c->process < 0) {
        complain(all, c->run, strerror(errno));
        close(ends[0]);
        return false;
    }
    c->pipe = ends[0];
    return true;
}

static void start_next(crowd *all)
{
    child *c = &all->child[all->running];
    *c = (child){.run = all->next++};
    if (all->jobs->plan->run[c->run].finished) {
        return;
    }
    if (spawn(all, c)) {
        all->running++;
    } else {
        all->jobs->code[c->run] = CLI_FAILED;
        all->ended++;
    }
}

/* Its pipe is closed: the exit code is there, or will be at once. */
static void bury(crowd *all, int i)
{
    child *c = &all->child[i];
    const char *said = c->last.final ? c->last.text : "ended without a word";
    int status = 0, code;
    while (waitpid(c->process, &status, 0) < 0 && errno == EINTR) {
    }
    close(c->pipe);
    clear_bar(all);
    if (WIFSIGNALED(status)) {
        char what[128];
        snprintf(what, sizeof what, "ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
        code = CLI_FAILED;
        complain(all, c->run, what);
    } else if (code = WEXITSTATUS(status),
               code == CLI_DONE || code == CLI_NOT_MET || code == CLI_INTERRUPTED) {
        cli_note(all->jobs->cli, "%s: %s", all->jobs->plan->run[c->run].name, said);
    } else {
        complain(all, c->run, said);
    }
    all->jobs->code[c->run] = code;
    all->sequences += c->last.sequences;
    all->ended++;
    all->child[i] = all->child[--all->running];
}

static void listen(crowd *all, int milliseconds)
{
    struct pollfd wait[MOST_AT_ONCE];
    for (int i = 0; i < all->running; i++) {
        wait[i] = (struct pollfd){.fd = all->child[i].pipe, .events = POLLIN};
    }
    if (poll(wait, (nfds_t)all->running, milliseconds) < 0) {
        return; /* a signal */
    }
    for (int i = all->running - 1; i >= 0; i--) { /* bury moves the last one down */
        report r;
        if (wait[i].revents) {
            ssize_t got = read(all->child[i].pipe, &r, sizeof r);
            if (got == (ssize_t)sizeof r) {
                all->child[i].last = r;
            } else if (got >= 0 || errno != EINTR) {
                bury(all, i);
            }
        }
    }
}

static void pass_signals_on(crowd *all)
{
    for (; all->passed_on < *all->signals; all->passed_on++) {
        for (int i = 0; i < all->running; i++) {
            kill(all->child[i].process, SIGTERM);
        }
    }
}

static void show(crowd *all)
{
    const mann_cli *cli = all->jobs->cli;
    double now = cli_seconds(), elapsed = now - all->started, rate = 0;
    int count = all->jobs->plan->count, done = all->before + all->ended;
    int64_t sequences = all->sequences;
    char text[256], grouped[2][32], time[2][32], rest[64] = "";
    if (cli->quiet || (!all->bar && now - all->last_line < LINE_SECONDS)) {
        return;
    }
    all->last_line = now;
    for (int i = 0; i < all->running; i++) {
        sequences += all->child[i].last.sequences;
        rate += all->child[i].last.rate;
    }
    if (all->ended) {
        snprintf(rest, sizeof rest, " · about %s left",
                 cli_time(elapsed * (count - done) / all->ended, time[1]));
    }
    snprintf(text, sizeof text, "%d of %d done · %d running · %s sequences · %s seq/s · %s%s", done,
             count, all->running, cli_grouped((double)sequences, grouped[0]),
             cli_grouped(rate, grouped[1]), cli_time(elapsed, time[0]), rest);
    if (all->bar) {
        cli_progress_bar(cli, (double)done / count, text);
    } else {
        fprintf(stderr, "%s\n", text);
    }
}

/* --- all of them --- */

static int unfinished(const mann_plan *plan)
{
    int count = 0;
    for (int i = 0; i < plan->count; i++) {
        count += !plan->run[i].finished;
    }
    return count;
}

int cli_jobs_at_once(const cli_jobs *jobs)
{
    int wanted = jobs->at_once ? jobs->at_once : jobs->run.threads, left = unfinished(jobs->plan);
    wanted = wanted < left ? wanted : left;
    return wanted < 1 ? 1 : wanted > MOST_AT_ONCE ? MOST_AT_ONCE : wanted;
}

/* As `mann train` ended, when it did. */
static int code_before(const cli_jobs *jobs, const mann_planned *run)
{
    bool limit = run->stop == MANN_STOP_SEQUENCES || run->stop == MANN_STOP_TIME;
    return !run->finished                    ? CLI_INTERRUPTED
           : run->stop == MANN_STOP_DIVERGED ? CLI_DIVERGED
           : limit && jobs->run.until        ? CLI_NOT_MET
                                             : CLI_DONE;
}

static int ended_with(const cli_jobs *jobs, int code)
{
    int count = 0;
    for (int i = 0; i < jobs->plan->count; i++) {
        count += jobs->code[i] == code;
    }
    return count;
}

int cli_jobs_run(const cli_jobs *jobs)
{
    static const int gravest[] = {CLI_INTERRUPTED, CLI_FAILED,   CLI_CORRUPT,
                                  CLI_USAGE,       CLI_DIVERGED, CLI_NOT_MET};
    int count = jobs->plan->count;
    crowd all = {.jobs = jobs,
                 .at_once = cli_jobs_at_once(jobs),
                 .before = count - unfinished(jobs->plan),
                 .started = cli_seconds(),
                 .bar = isatty(STDERR_FILENO) && !jobs->cli->quiet,
                 .signals = cli_catch_signals(3)};
    all.last_line = all.started;
    all.threads = jobs->run.threads > all.at_once ? jobs->run.threads / all.at_once : 1;
    for (int i = 0; i < count; i++) {
        jobs->code[i] = code_before(jobs, &jobs->plan->run[i]);
    }
    for (;;) {
        while (!*all.signals && all.running < all.at_once && all.next < count) {
            start_next(&all);
        }
        if (!all.running) {
            break;
        }
        pass_signals_on(&all);
        listen(&all, TICK_MS);
        show(&all);
    }
    clear_bar(&all);
    for (size_t i = 0; i < sizeof gravest / sizeof gravest[0]; i++) {
        if (ended_with(jobs, gravest[i])) {
            return gravest[i];
        }
    }
    return CLI_DONE;
}

void cli_jobs_text(const cli_jobs *jobs, char *text, size_t size)
{
    static const struct {
        int code;
        const char *what;
    } other[] = {{CLI_NOT_MET, "reached a limit before the condition held"},
                 {CLI_DIVERGED, "diverged"},
                 {CLI_FAILED, "failed"},
                 {CLI_CORRUPT, "met a damaged file"},
                 {CLI_USAGE, "refused"},
                 {CLI_INTERRUPTED, "to go on with"}};
    int used =
        snprintf(text, size, "%d of %d runs done", ended_with(jobs, CLI_DONE), jobs->plan->count);
    for (size_t i = 0; i < sizeof other / sizeof other[0] && used < (int)size; i++) {
        int count = ended_with(jobs, other[i].code);
        if (count) {
            used += snprintf(text + used, size - (size_t)used, ", %d %s", count, other[i].what);
        }
    }
}
