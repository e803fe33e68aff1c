/* Packing ragged groups: where each row stands. */
#include "ad/tape.h"

#include <mann/batch.h>

static int32_t *list(mann_tape *tape, int32_t count)
{
    return mann_tape_scratch(tape, (size_t)count * sizeof(int32_t));
}

/* order[0..batch) by length, longest first; insertion keeps equals in order, and groups are small.
 */
static void sort(int32_t batch, const int32_t *length, int32_t *order)
{
    for (int32_t b = 0; b < batch; b++) {
        int32_t at = b;
        for (; at > 0 && length[order[at - 1]] < length[b]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = b;
    }
}

mann_packed mann_pack(mann_tape *tape, int32_t batch, const int32_t *length)
{
    int32_t *order = list(tape, batch), *place = list(tape, batch), *sorted = list(tape, batch);
    if (mann_tape_status(tape)) {
        return (mann_packed){0};
    }
    sort(batch, length, order);
    int32_t steps = length[order[0]], *start = list(tape, steps + 1), active = batch;
    for (int32_t p = 0; p < batch; p++) {
        place[order[p]] = p;
        sorted[p] = length[order[p]];
    }
    for (int32_t t = 0; start && t < steps; t++) {
        while (sorted[active - 1] <= t) {
            active--;
        }
        start[t + 1] = start[t] + active;
    }
    return start ? (mann_packed){batch, steps, start[steps], start, order, place, sorted}
                 : (mann_packed){0};
}

const int32_t *mann_packed_places(mann_tape *tape, const mann_packed *p)
{
    int32_t *places = list(tape, p->rows);
    for (int32_t t = 0; places && t < p->steps; t++) {
        for (int32_t r = p->start[t]; r < p->start[t + 1]; r++) {
            places[r] = r - p->start[t];
        }
    }
    return places;
}

const int32_t *mann_packed_steps(mann_tape *tape, const mann_packed *p)
{
    int32_t *steps = list(tape, p->rows);
    for (int32_t t = 0; steps && t < p->steps; t++) {
        for (int32_t r = p->start[t]; r < p->start[t + 1]; r++) {
            steps[r] = t;
        }
    }
    return steps;
}

mann_var mann_packed_step(mann_tape *tape, const mann_packed *p, mann_var x, int32_t t)
{
    return mann_slice(tape, x, 0, p->start[t], mann_packed_active(p, t));
}

mann_var mann_packed_join(mann_tape *tape, const mann_packed *p, const mann_var *x)
{
    if (mann_tape_status(tape)) {
        return &tape->dummy;
    }
    return p->steps > 1 ? mann_concat(tape, 0, p->steps, x) : x[0];
}

mann_var mann_packed_last(mann_tape *tape, const mann_packed *p, mann_var x)
{
    int32_t *row = list(tape, p->batch);
    for (int32_t i = 0; row && i < p->batch; i++) {
        row[i] = p->start[p->length[i] - 1] + i;
    }
    return mann_gather(tape, 1, &x, p->batch, NULL, row);
}
