/* Frames go to ffmpeg as raw pixels, through a socket instead of a pipe, because writing to a
 * socket whose reader has died can be told not to raise a signal. A GIF needs a palette of all
 * frames: they are drawn twice, once for ffmpeg to choose colours and once to be encoded, which is
 * quicker than keeping them. */
#include "draw/film.h"
#include "draw/pen/pen.h"
#include "draw/picture.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef struct child {
    pid_t pid;
    int input, words; /* to its standard input; from its standard error */
} child;

static mann_status without_ffmpeg(mann_context *context)
{
    return mann_fail(context, MANN_E_INVAL,
                     "films need ffmpeg, which is not installed; write .png, .svg or .pdf, or "
                     "install ffmpeg");
}

static mann_status start(mann_context *context, char *const *arguments, child *made)
{
    int pair[2], words[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
        return mann_fail(context, MANN_E_IO, "ffmpeg: %s", strerror(errno));
    }
    if (pipe(words)) {
        close(pair[0]);
        close(pair[1]);
        return mann_fail(context, MANN_E_IO, "ffmpeg: %s", strerror(errno));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
    posix_spawn_file_actions_adddup2(&actions, words[1], 1);
    posix_spawn_file_actions_adddup2(&actions, words[1], 2);
    for (int i = 0; i < 2; i++) {
        posix_spawn_file_actions_addclose(&actions, pair[i]);
        posix_spawn_file_actions_addclose(&actions, words[i]);
    }
    int error = posix_spawnp(&made->pid, "ffmpeg", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    close(words[1]);
    made->input = pair[0];
    made->words = words[0];
    if (error) {
        close(pair[0]);
        close(words[0]);
        return error == ENOENT ? without_ffmpeg(context)
                               : mann_fail(context, MANN_E_IO, "ffmpeg could not be started: %s",
                                           strerror(error));
    }
    return MANN_OK;
}

static bool send_all(int to, const unsigned char *data, size_t size)
{
    while (size) {
        ssize_t sent = send(to, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Closes the film and waits; what ffmpeg said is the message if it failed. */
static mann_status finish(mann_context *context, child *made, const char *output)
{
    close(made->input);
    char said[512];
    size_t length = 0;
    for (;;) {
        char more[512];
        ssize_t got = read(made->words, more, sizeof more);
        if (got <= 0 && errno != EINTR) {
            break;
        }
        for (ssize_t i = 0; i < got && length + 1 < sizeof said; i++) {
            said[length++] = more[i] == '\n' ? ' ' : more[i];
        }
        if (!got) {
            break;
        }
    }
    said[length] = 0;
    close(made->words);
    int state = 0;
    while (waitpid(made->pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 127) {
        /* Where posix_spawn runs the program in a full fork, its absence shows here. */
        return without_ffmpeg(context);
    }
    if (!WIFEXITED(state) || WEXITSTATUS(state)) {
        return mann_fail(context, MANN_E_IO, "%s: ffmpeg failed: %s", output, said);
    }
    return MANN_OK;
}

static mann_status send_frames(mann_context *context, const mann_film *film,
                               const mann_scene *scene, int to, bool *broken)
{
    int w = (int)lround(scene->width * film->scale), h = (int)lround(scene->height * film->scale);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_t *cr = cairo_create(surface);
    mann_status status = MANN_OK;
    if (cairo_status(cr)) {
        status = mann_fail(context, MANN_E_NOMEM, "out of memory for a frame");
    }
    cairo_scale(cr, film->scale, film->scale);
    mann_scene shown = *scene;
    for (int32_t i = 0; !status && !*broken && i < film->frames; i++) {
        status = film->frame(film->user, context, i, &shown);
        if (!status) {
            mann_scene_draw(cr, &shown);
            if (mann_pen_status(cr)) {
                status = mann_fail(context, MANN_E_NOMEM, "out of memory for a frame");
                break;
            }
            cairo_surface_flush(surface);
            size_t size = (size_t)cairo_image_surface_get_stride(surface) * (size_t)h;
            *broken = !send_all(to, cairo_image_surface_get_data(surface), size);
        }
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return status;
}

static mann_status pass(mann_context *context, const mann_film *film, const mann_scene *scene,
                        char *const *arguments, const char *output)
{
    child made;
    bool broken = false;
    mann_status status = start(context, arguments, &made);
    if (status) {
        return status;
    }
    status = send_frames(context, film, scene, made.input, &broken);
    char why[512];
    snprintf(why, sizeof why, "%s", mann_context_message(context));
    mann_status end = finish(context, &made, output);
    return status ? mann_fail(context, status, "%s", why) : end;
}

mann_status mann_film_write(mann_context *context, const mann_film *film, const mann_scene *scene,
                            const char *output)
{
    char size[48], rate[32], part[1024], palette[1024];
    snprintf(size, sizeof size, "%ldx%ld", lround(scene->width * film->scale),
             lround(scene->height * film->scale));
    snprintf(rate, sizeof rate, "%g", film->rate);
    size_t length = strlen(output);
    bool gif = length > 4 && !strcmp(output + length - 4, ".gif");
    if (length + 16 > sizeof part) {
        return mann_fail(context, MANN_E_INVAL, "%s: the path is too long", output);
    }
    snprintf(part, sizeof part, "%s.part%s", output, gif ? ".gif" : ".mp4");
    snprintf(palette, sizeof palette, "%s.part.png", output);
#define ENTRY                                                                                      \
    "ffmpeg", "-y", "-nostdin", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s",  \
        size, "-r", rate, "-i", "-"
    mann_status status = MANN_OK;
    if (gif) {
        char *choose[] = {ENTRY, "-vf", "palettegen=stats_mode=full", palette, NULL};
        char *encode[] = {ENTRY, "-i", palette, "-lavfi", "paletteuse=dither=none", part, NULL};
        status = pass(context, film, scene, choose, output);
        status = status ? status : pass(context, film, scene, encode, output);
        remove(palette);
    } else {
        char *encode[] = {ENTRY,      "-vf",       "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                          "-pix_fmt", "yuv420p",   "-crf",
                          "18",       "-movflags", "+faststart",
                          part,       NULL};
        status = pass(context, film, scene, encode, output);
    }
#undef ENTRY
    if (!status && rename(part, output)) {
        status = mann_fail(context, MANN_E_IO, "%s: %s", output, strerror(errno));
    }
    if (status) {
        remove(part);
    }
    return status;
}
