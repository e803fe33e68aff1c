/* What `mann hopfield` was asked to do, and the pieces that do it. */
#ifndef MANN_CLI_HOPFIELD_COMMAND_H
#define MANN_CLI_HOPFIELD_COMMAND_H

#include "cli/cli.h"
#include "study/hopfield/recall.h"
#include "study/hopfield/sweep.h"

typedef struct hopfield_command {
    mann_cli cli;
    mann_hopfield_job job;         /* its context is that of cli; its source is as typed */
    mann_patterns_options reading; /* of a file or folder */
    int32_t measure;               /* what is drawn: a mann_hopfield_measure */
    const char *output;            /* NULL: no picture */
    bool csv, dark, view;
} hopfield_command;

/* Fills the command, of which cli and the job's context are there already, from the command line.
 * False if it ends with *code; the message has been printed. */
bool hopfield_parse(hopfield_command *command, int argc, char **argv, int *code);

/* Values of options: what --patterns, --rule and --sweep take. MANN_E_INVAL. */
mann_status hopfield_take_patterns(mann_hopfield_job *job, const char *text);
mann_status hopfield_take_rules(mann_hopfield_job *job, const char *text);
mann_status hopfield_take_sweep(mann_hopfield_job *job, const char *text);
/* The index of text in names; its message lists them, and names the nearest one. */
mann_status hopfield_take_name(mann_context *context, const char *option, const char *what,
                               const char *text, const char *const *names, int32_t count,
                               int32_t *index);

/* As table, CSV or JSON on standard output. */
void hopfield_recall_print(const hopfield_command *command, const mann_recall *recall);
void hopfield_sweep_print(const hopfield_command *command, const mann_hopfield_study *study);
/* Into the output. */
mann_status hopfield_recall_draw(const hopfield_command *command, const mann_recall *recall);
mann_status hopfield_sweep_draw(const hopfield_command *command, const mann_hopfield_study *study);

/* Patterns, cues and seed of a recall in a line; what all points of a sweep have in common. */
void hopfield_recall_heading(const mann_recall *recall, char *text, size_t size);
void hopfield_sweep_heading(const mann_hopfield_study *study, char *text, size_t size);
/* "hebb, N 500": what sets the curve apart. */
void hopfield_curve_name(const mann_hopfield_study *study, int32_t curve, char *text, size_t size);

/* "png": the ending of the output. */
const char *hopfield_format(const hopfield_command *command);
/* Writes a picture into the output; frees data. MANN_E_IO. */
mann_status hopfield_save(const hopfield_command *command, char *data, size_t size);

/* Whether the output is the store itself, for the viewer: *.safetensors. */
bool hopfield_is_store(const hopfield_command *command);
mann_status hopfield_store_save(const hopfield_command *command, const float *pattern);
/* Opens the viewer on it. The return value is the exit code. */
int hopfield_store_view(const hopfield_command *command, const float *pattern);

#endif
