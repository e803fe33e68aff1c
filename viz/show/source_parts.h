/* A source, for the files that make it up. */
#ifndef MANN_SHOW_SOURCE_PARTS_H
#define MANN_SHOW_SOURCE_PARTS_H

#include "show/shelf.h"
#include "show/source.h"

struct mann_source {
    int32_t n_runs;
    mann_history *run[MANN_MAX_RUNS];
    int32_t n_files;
    char **file;
    char *checkpoint;  /* file, or NULL: the run's */
    mann_episode *own; /* of running it */
    int32_t n_choices;
    mann_choice *choice;
    mann_shelf shelf;
    mann_lab *lab; /* of the file below */
    int32_t lab_file;
    mann_reader *reader;
    int64_t reader_best; /* best step of the run when it was opened */
};

/* Whether there is something to run already. */
bool mann_source_has_checkpoint(const mann_source *source);

#endif
