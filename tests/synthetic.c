/* The made-up NTM writes vector t at location start + t of a ring and reads from there again after
 * the delimiter. Less skill spreads the weightings and blurs the answers; the memory and the
 * stages of addressing follow from the weightings by the equations of the paper, more or less. */
#include "synthetic.h"

#include <mann/rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BITS = 8 };

/* n and axis behind the steps, as many as there are names of axes. */
static float *add(mann_context *context, mann_trace *trace, mann_tag_info tag, int32_t n0,
                  int32_t n1)
{
    int32_t rank = tag.axis[0] ? tag.axis[1] ? 2 : 1 : 0;
    mann_trace_array *array =
        mann_trace_add(context, trace, tag.name, tag.kind, rank, (int32_t[]){n0, n1}, tag.axis);
    if (!array) {
        fprintf(stderr, "%s\n", mann_context_message(context));
        exit(1);
    }
    array->role = tag.role;
    array->access = tag.access;
    snprintf(array->group, sizeof array->group, "%s", tag.group ? tag.group : "");
    return array->data;
}

#define TAG(name, kind, role, access, group, ...)                                                  \
    ((mann_tag_info){                                                                              \
        name, MANN_KIND_##kind, {__VA_ARGS__}, MANN_ROLE_##role, MANN_ACCESS_##access, group})

/* A bump on the ring with part `skill` of its weight on one location. */
static void bump(float *w, int32_t n, int32_t at, double skill, mann_rng *rng)
{
    double sum = 0, sharp = skill >= 1 ? 60 : 12 * skill * skill;
    for (int32_t i = 0; i < n; i++) {
        int32_t apart = abs(i - at) < n - abs(i - at) ? abs(i - at) : n - abs(i - at);
        w[i] = (float)exp(-sharp * apart * apart / (1 + 0.5 * apart) +
                          0.4 * (1 - skill) * mann_rng_normal(rng));
        sum += (double)w[i];
    }
    for (int32_t i = 0; i < n; i++) {
        w[i] = (float)((double)w[i] / sum);
    }
}

static const struct {
    const char *suffix;
    mann_kind kind;
    mann_role role;
} stages[] = {
    {"similarity", MANN_KIND_SIGNED, MANN_ROLE_SIMILARITY},
    {"content", MANN_KIND_WEIGHTING, MANN_ROLE_CONTENT},
    {"gated", MANN_KIND_WEIGHTING, MANN_ROLE_GATED},
    {"shifted", MANN_KIND_WEIGHTING, MANN_ROLE_SHIFTED},
    {"weights", MANN_KIND_WEIGHTING, MANN_ROLE_WEIGHTING},
};

static void add_heads(mann_context *context, mann_trace *trace, synthetic_size size, bool reads,
                      int32_t heads, double skill, mann_rng *rng)
{
    char name[64], group[32];
    const char *family = reads ? "read" : "write";
    int32_t T = trace->steps, N = size.locations, M = size.words;
    mann_access access = reads ? MANN_ACCESS_READ : MANN_ACCESS_WRITE;
    snprintf(group, sizeof group, "memory.%s", family);
#define HEAD(suffix, kind, role, n, ...)                                                           \
    (snprintf(name, sizeof name, "%s_" suffix, family),                                            \
     add(context, trace,                                                                           \
         (mann_tag_info){name, MANN_KIND_##kind, {__VA_ARGS__}, MANN_ROLE_##role, access, group},  \
         heads, n))
    float *key = HEAD("key", SIGNED, KEY, M, "head", "word");
    float *strength = HEAD("strength", POSITIVE, STRENGTH, 0, "head");
    float *gate = HEAD("gate", GATE, GATE, 0, "head");
    float *shift = HEAD("shift", DISTRIBUTION, SHIFT, 3, "head", "offset");
    float *gamma = HEAD("sharpening", POSITIVE, SHARPENING, 0, "head");
    float *stage[5];
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%s_%s", family, stages[i].suffix);
        stage[i] =
            add(context, trace,
                (mann_tag_info){
                    name, stages[i].kind, {"head", "location"}, stages[i].role, access, group},
                heads, N);
    }
    for (int32_t t = 0; t < T; t++) {
        for (int32_t h = 0; h < heads; h++) {
            int32_t start = N / 2 - 7 + 9 * h, row = t * heads + h;
            int32_t moved = reads && t > size.length ? t - size.length - 1 : t;
            int32_t at = ((start + moved) % N + N) % N;
            bool jumps = reads && t == size.length + 1;
            strength[row] = (float)(jumps ? 12.3 : 1 + mann_rng_uniform(rng));
            gate[row] = (float)(jumps ? 0.97 : 0.02 + (1 - skill) * mann_rng_uniform(rng));
            gamma[row] = (float)(1 + 17 * skill);
            float *s = shift + row * 3;
            s[0] = (float)(0.01 + 0.3 * (1 - skill));
            s[1] = (float)(jumps ? 0.98 - 0.6 * (1 - skill) : 0.01 + 0.3 * (1 - skill));
            s[2] = 1 - s[0] - s[1];
            for (int32_t k = 0; k < M; k++) {
                key[row * M + k] = (float)(0.8 * tanh(mann_rng_normal(rng)));
            }
            bump(stage[1] + row * N, N, jumps ? at : (at * 7 + 3) % N, jumps ? skill : 0.35 * skill,
                 rng);
            bump(stage[2] + row * N, N, jumps ? at : (at + N - 1) % N, skill, rng);
            bump(stage[3] + row * N, N, at, 0.85 * skill, rng);
            bump(stage[4] + row * N, N, at, skill, rng);
            for (int32_t i = 0; i < N; i++) {
                stage[0][row * N + i] =
                    (float)tanh(log((double)stage[1][row * N + i] * N + 1e-9) / 6);
            }
        }
    }
}

static void add_memory(mann_context *context, mann_trace *trace, synthetic_size size, mann_rng *rng)
{
    int32_t T = trace->steps, N = size.locations, M = size.words;
    int32_t W = size.write_heads, R = size.read_heads;
    float *erase =
        add(context, trace, TAG("erase", GATE, ERASE, WRITE, "memory.write", "head", "word"), W, M);
    float *give =
        add(context, trace, TAG("add", SIGNED, ADD, WRITE, "memory.write", "head", "word"), W, M);
    float *memory = add(context, trace,
                        TAG("memory", SIGNED, MEMORY, NONE, "memory", "word", "location"), M, N);
    float *reads =
        add(context, trace, TAG("reads", SIGNED, READ, READ, "memory.read", "head", "word"), R, M);
    const float *w = mann_trace_find(trace, "write_weights")->data;
    const float *r = mann_trace_find(trace, "read_weights")->data;
    for (int32_t t = 0; t < T; t++) {
        float *now = memory + (size_t)t * (size_t)(M * N);
        if (t) {
            memcpy(now, now - M * N, (size_t)(M * N) * sizeof *now);
        }
        for (int32_t h = 0; h < W; h++) {
            for (int32_t k = 0; k < M; k++) {
                int32_t row = (t * W + h) * M + k;
                bool writes = t < size.length;
                erase[row] = writes ? 0.95f : 0.02f;
                give[row] = (float)((writes ? 0.9 : 0.08) * tanh(2 * mann_rng_normal(rng)));
                for (int32_t i = 0; i < N; i++) {
                    float weight = w[(t * W + h) * N + i];
                    now[k * N + i] =
                        now[k * N + i] * (1 - weight * erase[row]) + weight * give[row];
                }
            }
        }
        for (int32_t h = 0; h < R; h++) {
            for (int32_t k = 0; k < M; k++) {
                double sum = 0;
                for (int32_t i = 0; i < N; i++) {
                    sum += (double)(r[(t * R + h) * N + i] * now[k * N + i]);
                }
                reads[(t * R + h) * M + k] = (float)sum;
            }
        }
    }
}

mann_trace *synthetic_copy(mann_context *context, synthetic_size size, double skill, uint64_t seed)
{
    mann_trace *trace = mann_trace_alloc(context);
    mann_rng rng = mann_rng_stream(seed, "synthetic", 0);
    int32_t L = size.length, T = 2 * L + 1;
    snprintf(trace->run, sizeof trace->run, "copy-1");
    snprintf(trace->task, sizeof trace->task, "copy");
    snprintf(trace->model, sizeof trace->model, "ntm");
    trace->seed = seed;
    trace->steps = T;
    trace->length = L;
    trace->target = MANN_TARGET_BITS;
    mann_trace_note(trace, "input", false, 0, L - 1);
    mann_trace_note(trace, "recall", false, L + 1, T - 1);
    float *input = add(context, trace, TAG("input", BITS, INPUT, NONE, NULL, "bit"), BITS + 1, 0);
    float *target = add(context, trace, TAG("target", BITS, TARGET, NONE, NULL, "bit"), BITS, 0);
    float *mask = add(context, trace, TAG("mask", BITS, MASK, NONE, NULL, NULL), 0, 0);
    float *output = add(context, trace, TAG("output", BITS, OUTPUT, NONE, NULL, "bit"), BITS, 0);
    input[L * (BITS + 1) + BITS] = 1;
    for (int32_t t = 0; t < L; t++) {
        for (int32_t i = 0; i < BITS; i++) {
            float bit = (float)(mann_rng_bits(&rng) >> 63);
            input[t * (BITS + 1) + i] = target[(t + L + 1) * BITS + i] = bit;
        }
    }
    for (int32_t t = 0; t < T; t++) {
        mask[t] = t > L;
        for (int32_t i = 0; i < BITS; i++) {
            double sure = 1 / (1 + exp(-(2 * (double)target[t * BITS + i] - 1) * 8 * skill -
                                       (1 - skill) * mann_rng_normal(&rng)));
            output[t * BITS + i] = (float)(t > L ? sure : 0.5 + 0.1 * mann_rng_normal(&rng));
        }
    }
    add_heads(context, trace, size, false, size.write_heads, skill, &rng);
    add_heads(context, trace, size, true, size.read_heads, skill, &rng);
    add_memory(context, trace, size, &rng);
    float *hidden = add(context, trace, TAG("hidden", SIGNED, HIDDEN, NONE, NULL, "unit"), 100, 0);
    for (int32_t i = 0; i < T * 100; i++) {
        hidden[i] = (float)tanh(mann_rng_normal(&rng));
    }
    return trace;
}

mann_status synthetic_run(mann_context *context, const char *path, synthetic_size size,
                          int32_t snapshots)
{
    char file[1024];
    mkdir(path, 0777);
    snprintf(file, sizeof file, "%s/traces", path);
    mkdir(file, 0777);
    snprintf(file, sizeof file, "%s/metrics.jsonl", path);
    FILE *metrics = fopen(file, "w");
    if (!metrics) {
        return MANN_E_IO;
    }
    mann_rng rng = mann_rng_stream(1, "metrics", 0);
    for (int step = 25; step <= 100 * snapshots; step += 25) {
        double done = (double)step / (100 * snapshots);
        double cost = 84 / (1 + exp(14 * (done - 0.45))) + 0.02;
        cost *= exp(0.15 * mann_rng_normal(&rng));
        fprintf(metrics,
                "{\"step\":%d,\"sequences\":%d,\"seconds\":%g,\"loss\":%g,\"cost_bits\":%g,"
                "\"wrong_bits\":%g,\"grad_norm\":%g",
                step, step * 16, step * 0.01, cost / 84, cost, cost / 3,
                0.3 + 2 * done * (1 - done) * exp(0.4 * mann_rng_normal(&rng)));
        if (step % 100 == 0) {
            fprintf(metrics,
                    ",\"validation\":{\"cost_bits\":%g,\"wrong_bits\":%g},"
                    "\"harder\":{\"cost_bits\":%g,\"wrong_bits\":%g}",
                    cost * 0.9, cost * 0.3, cost * 2 + 1, cost * 0.7 + 0.4);
        }
        fprintf(metrics, "}\n");
    }
    fclose(metrics);
    snprintf(file, sizeof file, "%s/run.json", path);
    FILE *description = fopen(file, "w");
    if (!description) {
        return MANN_E_IO;
    }
    fprintf(description,
            "{\"task\":{\"name\":\"copy\"},\"model\":{\"name\":\"ntm\"},\"seed\":1}\n");
    fclose(description);
    for (int32_t i = 0; i < snapshots; i++) {
        double done = snapshots > 1 ? (double)i / (snapshots - 1) : 1;
        mann_trace *trace = synthetic_copy(context, size, 1 / (1 + exp(-14 * (done - 0.5))), 7);
        trace->step = 100 * i;
        trace->sequences = 1600 * i;
        snprintf(file, sizeof file, "%s/traces/L%d-s7-%09d.safetensors", path, size.length,
                 100 * i);
        mann_status status = mann_trace_save(context, trace, file);
        mann_trace_free(trace);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}
