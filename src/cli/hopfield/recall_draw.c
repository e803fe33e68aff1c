/* The picture of a recall: what was stored, the cues, and what became of them under each rule. */
#include "cli/hopfield/command.h"
#include "draw/hopfield_plot.h"

#include <math.h>
#include <stdlib.h>

enum { PICTURES = 10 };

/* What the picture needs, in the form that it takes. */
typedef struct poster {
    const char *row_name[MANN_JOB_RULES + 2];
    const float *state[(MANN_JOB_RULES + 2) * PICTURES];
    const char *caption[(MANN_JOB_RULES + 2) * PICTURES];
    bool failed[(MANN_JOB_RULES + 2) * PICTURES];
    char label[PICTURES][24], damage[PICTURES][24], outcome[MANN_JOB_RULES * PICTURES][128];
    mann_hopfield_curve path[PICTURES];
    float *overlap;
} poster;

/* A verdict in the width of a picture: "#2", "#2, 7 wrong", "#5 instead", "#1+#2-#4". */
static void shorten(const mann_recalled *at, char *text, size_t size)
{
    const mann_hopfield_verdict *verdict = &at->verdict;
    if (verdict->kind == MANN_HOPFIELD_RECALLED && at->overlap < MANN_HOPFIELD_NEAR) {
        snprintf(text, size, "#%d instead", verdict->pattern[0] + 1);
    } else if (verdict->kind == MANN_HOPFIELD_RECALLED && verdict->wrong == 0) {
        snprintf(text, size, "#%d", verdict->pattern[0] + 1);
    } else if (verdict->kind == MANN_HOPFIELD_RECALLED) {
        snprintf(text, size, "#%d, %d wrong", verdict->pattern[0] + 1, verdict->wrong);
    } else if (verdict->kind == MANN_HOPFIELD_TWO_CYCLE) {
        snprintf(text, size, "limit cycle");
    } else if (verdict->kind == MANN_HOPFIELD_MIXTURE) {
        size_t used = 0;
        text[0] = 0;
        for (int32_t q = 0; q < verdict->count && used < size; q++) {
            used += (size_t)snprintf(text + used, size - used, "%s#%d",
                                     verdict->sign[q] < 0 ? "−" : (q ? "+" : ""),
                                     verdict->pattern[q] + 1);
        }
    } else {
        snprintf(text, size, "%s", at->text);
    }
}

static void fill_pictures(const mann_recall *recall, int32_t columns, poster *sheet)
{
    const mann_hopfield_job *job = recall->job;
    sheet->row_name[0] = "stored";
    sheet->row_name[1] = "cue";
    for (int32_t c = 0; c < columns; c++) {
        const mann_recalled *first = &recall->by[0].cue[c];
        snprintf(sheet->label[c], sizeof sheet->label[c], "#%d", first->pattern + 1);
        sheet->state[c] =
            recall->pattern + (size_t)first->pattern * (size_t)recall->by[0].setting.units;
        sheet->caption[c] = sheet->label[c];
        snprintf(sheet->damage[c], sizeof sheet->damage[c], "overlap %.2f", first->cue_overlap);
        sheet->state[columns + c] = first->cue;
        sheet->caption[columns + c] = sheet->damage[c];
        sheet->path[c] = (mann_hopfield_curve){.name = sheet->label[c],
                                               .count = first->path.count,
                                               .x = first->path.x,
                                               .y = first->path.energy};
    }
    for (int32_t r = 0; r < job->n_rules; r++) {
        sheet->row_name[r + 2] = job->n_rules > 1 ? job->rule_name[r] : "recalled";
        for (int32_t c = 0; c < columns; c++) {
            const mann_recalled *at = &recall->by[r].cue[c];
            int32_t cell = (r + 2) * columns + c;
            sheet->state[cell] = at->state;
            char *caption = sheet->outcome[r * PICTURES + c];
            shorten(at, caption, sizeof sheet->outcome[0]);
            sheet->caption[cell] = caption;
            sheet->failed[cell] = at->overlap < MANN_HOPFIELD_NEAR;
        }
    }
}

static mann_status fill_overlaps(const mann_recall *recall, int32_t columns, poster *sheet)
{
    const mann_attempt *by = &recall->by[0];
    size_t patterns = (size_t)by->setting.count;
    sheet->overlap = malloc((size_t)columns * patterns * sizeof *sheet->overlap);
    double *row = malloc(patterns * sizeof *row);
    if (!sheet->overlap || !row) {
        free(row);
        return mann_fail(recall->job->context, MANN_E_NOMEM, "out of memory for the picture");
    }
    for (int32_t c = 0; c < columns; c++) {
        mann_hopfield_overlaps(by->net, by->cue[c].state, row);
        for (size_t k = 0; k < patterns; k++) {
            sheet->overlap[(size_t)c * patterns + k] = (float)row[k];
        }
    }
    free(row);
    return MANN_OK;
}

mann_status hopfield_recall_draw(const hopfield_command *command, const mann_recall *recall)
{
    const mann_hopfield_job *job = recall->job;
    poster sheet = {.overlap = NULL};
    const mann_hopfield_setting *setting = &recall->by[0].setting;
    int32_t columns = setting->cues < PICTURES ? setting->cues : PICTURES;
    fill_pictures(recall, columns, &sheet);
    bool single = job->n_rules == 1;
    mann_status status = single ? fill_overlaps(recall, columns, &sheet) : MANN_OK;
    char text[384];
    hopfield_recall_heading(recall, text, sizeof text);
    bool shaped = !job->random && job->loaded.height > 1;
    int32_t side = (int32_t)ceil(sqrt((double)setting->units));
    mann_hopfield_gallery gallery = {
        .title = "Stored, damaged, recalled",
        .subtitle = text,
        .width = shaped ? job->loaded.width : side,
        .height = shaped ? job->loaded.height : (setting->units + side - 1) / side,
        .units = setting->units,
        .rows = job->n_rules + 2,
        .columns = columns,
        .row_name = sheet.row_name,
        .state = sheet.state,
        .caption = sheet.caption,
        .failed = sheet.failed,
        .n_paths = single ? columns : 0,
        .path = sheet.path,
        .path_name = mann_recall_by_unit(setting)                     ? "changes of a unit"
                     : setting->rule.rule == MANN_HOPFIELD_CONTINUOUS ? "time"
                                                                      : "updates",
        .patterns = single ? setting->count : 0,
        .overlap = sheet.overlap,
    };
    char *data = NULL;
    size_t size = 0;
    if (!status) {
        status = mann_hopfield_draw_gallery(job->context, &gallery, hopfield_format(command),
                                            command->dark, &data, &size);
    }
    free(sheet.overlap);
    return status ? status : hopfield_save(command, data, size);
}
