/* Least squares on a ring: locations are numbers once the ring is cut somewhere, and the cut that
 * leaves the smallest residual is as good as any. Of the heads that write, the one of the largest
 * R² is meant; with a single location written there is no line. */
#include "show/ranking.h"

#include <math.h>
#include <string.h>

double mann_ranking_priority(const mann_episode *episode, const mann_ranking *ranking, int32_t step)
{
    const mann_trace_array *input = mann_trace_role(episode->trace, MANN_ROLE_INPUT);
    return (double)mann_episode_value(input, step, ranking->channel, 0);
}

static int32_t peak(const mann_family *family, int32_t step, int32_t head)
{
    return family->peak[step * family->heads + head];
}

/* The line through the points with the ring cut before location `cut`; fit is NaN if there is none.
 */
static mann_line fit_line(const mann_episode *episode, const mann_ranking *ranking,
                          const mann_family *family, int32_t head, int32_t cut)
{
    mann_line line = {.cut = cut, .fit = NAN};
    int32_t n = ranking->items, N = family->locations;
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (int32_t t = 0; t < n; t++) {
        int32_t location = peak(family, t, head);
        double x = mann_ranking_priority(episode, ranking, t);
        double y = (location - cut + N) % N;
        if (location < 0 || !isfinite(x)) {
            return line;
        }
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
        syy += y * y;
    }
    double dxx = sxx - sx * sx / n, dxy = sxy - sx * sy / n, dyy = syy - sy * sy / n;
    if (dxx > 0 && dyy > 0) {
        line.slope = dxy / dxx;
        line.offset = (sy - line.slope * sx) / n + cut;
        line.fit = dxy * dxy / (dxx * dyy);
    }
    return line;
}

mann_line mann_ranking_fit(const mann_episode *episode, const mann_ranking *ranking, int32_t family,
                           int32_t head)
{
    const mann_family *heads = &episode->family[family];
    mann_line best = {.fit = NAN};
    for (int32_t cut = 0; cut < heads->locations; cut++) {
        mann_line line = fit_line(episode, ranking, heads, head, cut);
        best = line.fit > best.fit || isnan(best.fit) ? line : best;
    }
    return best;
}

static void find_reader(const mann_episode *episode, mann_ranking *ranking)
{
    const mann_family *write = &episode->family[ranking->family];
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *read = &episode->family[f];
        if (read->access != MANN_ACCESS_READ || strcmp(read->owner, write->owner) != 0) {
            continue;
        }
        for (int32_t h = 0; h < read->heads; h++) {
            int32_t right = 0;
            for (int32_t k = 0; k < ranking->ranked; k++) {
                right += peak(read, ranking->first_answer + k, h) ==
                         peak(write, ranking->rank[k], ranking->head);
            }
            if (right > ranking->read_right) {
                ranking->read_family = f;
                ranking->read_head = h;
                ranking->read_right = right;
            }
        }
    }
}

mann_ranking mann_ranking_find(const mann_episode *episode)
{
    mann_ranking found = {.family = -1, .read_family = -1, .read_right = 0};
    const mann_trace *trace = episode->trace;
    const mann_trace_array *input = mann_trace_role(trace, MANN_ROLE_INPUT);
    const mann_trace_array *target = mann_trace_role(trace, MANN_ROLE_TARGET);
    int32_t items = 0;
    for (int32_t i = 0; i < trace->notes.count && i < MANN_MAX_NOTES; i++) {
        if (trace->notes.span[i].mark && !strcmp(trace->notes.span[i].name, "ranked")) {
            found.rank[found.ranked++] = trace->notes.span[i].first;
        } else if (!strcmp(trace->notes.span[i].name, "input")) {
            items = trace->notes.span[i].last + 1;
        } else if (!strcmp(trace->notes.span[i].name, "output")) {
            found.first_answer = trace->notes.span[i].first;
        }
    }
    if (!found.ranked || items < 3 || !input || !target || input->rank != 2 || target->rank != 2 ||
        target->n[1] >= input->n[1] || found.first_answer + found.ranked > trace->steps) {
        return (mann_ranking){.family = -1, .read_family = -1};
    }
    found.items = items;
    found.channel = target->n[1]; /* behind the vector */
    for (int32_t f = 0; f < episode->n_families; f++) {
        for (int32_t h = 0;
             episode->family[f].access == MANN_ACCESS_WRITE && h < episode->family[f].heads; h++) {
            mann_line line = mann_ranking_fit(episode, &found, f, h);
            if (line.fit > found.line.fit) {
                found.family = f;
                found.head = h;
                found.line = line;
            }
        }
    }
    if (found.family >= 0) {
        find_reader(episode, &found);
    }
    return found;
}

int32_t mann_ranking_location(const mann_episode *episode, const mann_ranking *ranking,
                              int32_t step)
{
    int32_t N = episode->family[ranking->family].locations;
    double place =
        ranking->line.offset + ranking->line.slope * mann_ranking_priority(episode, ranking, step);
    int32_t location = (int32_t)fmod(round(place), N);
    return location < 0 ? location + N : location;
}

int32_t mann_ranking_written(const mann_episode *episode, const mann_ranking *ranking, int32_t step)
{
    const mann_family *family = &episode->family[ranking->family];
    int32_t location = peak(family, step, ranking->head);
    return location < ranking->line.cut ? location + family->locations : location;
}
