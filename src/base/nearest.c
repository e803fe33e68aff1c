/* The nearest valid name to a misspelt one, by edit distance with transpositions. */
#include <mann/base.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* SIZE_MAX where the lengths alone say that it is not below least. */
static size_t distance(const char *a, const char *b, size_t least)
{
    size_t rows = strlen(a), columns = strlen(b);
    size_t longer = rows > columns ? rows - columns : columns - rows;
    if (rows > LONGEST || columns > LONGEST || longer >= least) {
        return SIZE_MAX;
    }
    size_t table[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= rows; i++) {
        table[i][0] = i;
    }
    for (size_t j = 0; j <= columns; j++) {
        table[0][j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            size_t change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            table[i][j] = smallest(table[i - 1][j] + 1, table[i][j - 1] + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                size_t swapped = table[i - 2][j - 2] + 1;
                table[i][j] = swapped < table[i][j] ? swapped : table[i][j];
            }
        }
    }
    return table[rows][columns];
}

const char *mann_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 2; /* farther than this is another word */
    for (size_t i = 0; i < count; i++) {
        size_t apart = distance(word, names[i], least);
        if (apart < least) {
            least = apart;
            nearest = names[i];
        }
    }
    return nearest;
}
