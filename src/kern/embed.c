/* Bags of words (Sukhbaatar et al. 2015, section 4.1): column n of a memory [M, N] is
 *
 *   memory[n] = sum over j of weight[j] * table[token[n][j]]
 *
 * with a weight per position and component, or without; token 0 is the null word, which adds
 * nothing. The table has a row per word, the memory a column per sentence: WIDE sentences at a time
 * are summed in rows and turned. */
#include "kern/lanes/rows.h"

enum { WIDE = 16 };

/* Components n.. of the words of one sentence. */
INLINE vf bag(const mann_embed_args *a, const int32_t *token, int32_t n, vm m)
{
    va sum = v_set(0);
    for (int32_t j = 0; j < a->W; j++) {
        if (token[j]) {
            va x = v_load(a->table + (size_t)token[j] * (size_t)a->M + n, m);
            if (a->weight) {
                x *= v_load(a->weight + (size_t)j * (size_t)a->M + n, m);
            }
            sum += x;
        }
    }
    return (vf)sum;
}

INLINE void bag_grad(const mann_embed_args *a, const int32_t *token, int32_t n, vm m, vf d)
{
    for (int32_t j = 0; j < a->W; j++) {
        if (token[j]) {
            mann_real *row = a->dtable + (size_t)token[j] * (size_t)a->M + n;
            vf more = d;
            if (a->weight) {
                more *= v_load(a->weight + (size_t)j * (size_t)a->M + n, m);
            }
            v_store(row, m, v_load(row, m) + more);
        }
    }
}

INLINE int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Sentences first..first+count-1 of sequence b, components n..n+lanes-1. */
typedef struct place {
    int32_t count, n, lanes;
    const int32_t *token;
    size_t at; /* in the memory */
} place;

INLINE place place_of(const mann_embed_args *a, int32_t b, int32_t first, int32_t n)
{
    size_t sentence = (size_t)b * (size_t)a->N + (size_t)first;
    size_t row = (size_t)b * (size_t)a->M + (size_t)n;
    return (place){
        .count = least(WIDE, a->N - first),
        .n = n,
        .lanes = least(V, a->M - n),
        .token = a->token + sentence * (size_t)a->W,
        .at = row * (size_t)a->N + (size_t)first,
    };
}

INLINE void embed_place(const mann_embed_args *a, place p)
{
    mann_real rows[WIDE][V];
    vm m = v_tail(p.lanes);
    for (int32_t s = 0; s < p.count; s++) {
        v_store(rows[s], v_tail(V), bag(a, p.token + (size_t)s * (size_t)a->W, p.n, m));
    }
    for (int32_t i = 0; i < p.lanes; i++) {
        for (int32_t s = 0; s < p.count; s++) {
            a->memory[p.at + (size_t)i * (size_t)a->N + (size_t)s] = rows[s][i];
        }
    }
}

INLINE void embed_place_grad(const mann_embed_args *a, place p)
{
    mann_real rows[WIDE][V];
    vm m = v_tail(p.lanes);
    for (int32_t i = 0; i < p.lanes; i++) {
        for (int32_t s = 0; s < p.count; s++) {
            rows[s][i] = a->dmemory[p.at + (size_t)i * (size_t)a->N + (size_t)s];
        }
    }
    for (int32_t s = 0; s < p.count; s++) {
        bag_grad(a, p.token + (size_t)s * (size_t)a->W, p.n, m, v_load(rows[s], m));
    }
}

void KERN(embed)(const mann_embed_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        for (int32_t first = 0; first < a->N; first += WIDE) {
            ALONG(a->M)
            {
                embed_place(a, place_of(a, b, first, n));
            }
        }
    }
}

void KERN(embed_grad)(const mann_embed_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        for (int32_t first = 0; first < a->N; first += WIDE) {
            ALONG(a->M)
            {
                embed_place_grad(a, place_of(a, b, first, n));
            }
        }
    }
}
