/* Recipes: published results that can be run again. A recipe is a JSON file:
 *
 *   {"name": "ntm-copy", "version": 1, "title": "Copying, by three networks",
 *    "paper": "Graves et al. 2014, arXiv:1410.5401", "where": "section 4.1, figures 3 and 4",
 *    "minutes": 40, "seeds": "1:5", "test_sequences": 1000,
 *    "changes": ["Adam instead of RMSProp"],
 *    "run": {"task": {"name": "copy"}},
 *    "systems": {"ntm": {"name": "NTM, LSTM", "seeds": "1:9", "run": {"model": {"name": "ntm"}}}},
 *    "measures": [{"name": "cost, length 20", "metric": "cost_bits", "at": "length=20",
 *                  "published": {"ntm": "0.1"}}],
 *    "quick": {"seeds": "1", "test_sequences": 10, "after": 160, "run": {"train": {"batch": 4}}}}
 *
 * "run" holds options as run.json does: those of a system are laid over those of the recipe, and it
 * may have its own seeds. A measure is of the best weights, or with "weights": "last" of the last
 * ones, on fresh sequences ("metric" with "at", "": as trained), of the validation after so many
 * sequences ("metric" with "after"), or the sequences until a condition holds there ("until").
 * "metric" may be A - B, A + B, A / B or A * B, of metrics and numbers. With "mean", what was
 * published for it, the measure has a mean over the systems. With "restarts": true the seeds are
 * tries at one result: of each system only the run with the lowest training loss is measured. */
#ifndef MANN_STUDY_RECIPE_H
#define MANN_STUDY_RECIPE_H

#include <mann/run.h>

enum {
    MANN_RECIPE_SYSTEMS = 24,
    MANN_RECIPE_MEASURES = 32,
    MANN_RECIPE_CHANGES = 24,
    MANN_RECIPE_TEXT = 96
};

typedef struct mann_recipe_system {
    char key[32], name[MANN_RECIPE_TEXT], seeds[MANN_RECIPE_TEXT];
    mann_experiment *experiment; /* the seed is to be set */
} mann_recipe_system;

typedef enum mann_measure_kind {
    MANN_MEASURE_AT,
    MANN_MEASURE_AFTER,
    MANN_MEASURE_UNTIL
} mann_measure_kind;

typedef struct mann_recipe_measure {
    char name[MANN_RECIPE_TEXT];
    mann_measure_kind kind;
    char metric[MANN_RECIPE_TEXT];
    char at[MANN_RECIPE_TEXT];
    bool last; /* at: the last weights instead of the best */
    double after;
    mann_conditions until;
    char published[MANN_RECIPE_SYSTEMS][MANN_RECIPE_TEXT]; /* "": nothing is */
    char mean[MANN_RECIPE_TEXT]; /* what was published for it; "": there is no mean */
} mann_recipe_measure;

typedef struct mann_recipe {
    char name[MANN_RECIPE_TEXT], title[256], paper[256], where[256], seeds[MANN_RECIPE_TEXT];
    int32_t version, test_sequences; /* 0: as many as usual for the task */
    double minutes;                  /* of one core, for all of it, at most */
    bool restarts;
    int32_t changes, systems, measures;
    char *change[MANN_RECIPE_CHANGES]; /* against the paper */
    mann_recipe_system system[MANN_RECIPE_SYSTEMS];
    mann_recipe_measure measure[MANN_RECIPE_MEASURES];
} mann_recipe;

/* quick: the variant that only shows that all of it works. To be freed. NULL with a message that
 * names the file and the place. */
mann_recipe *mann_recipe_load(mann_context *context, const char *path, bool quick);
void mann_recipe_free(mann_recipe *recipe);

/* Drops all systems but those of the given keys, and means over all of them; a key that there is
 * not is an error. */
mann_status mann_recipe_keep(mann_context *context, mann_recipe *recipe, const char *const *keys,
                             int32_t count);

/* The value of a measure's metric; look_up gives that of a name, NaN if there is none. */
double mann_recipe_value(const char *metric, double (*look_up)(void *user, const char *name),
                         void *user);

#endif
