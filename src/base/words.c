/* Lists that people type. */
#include "base/words.h"

#include <stdio.h>
#include <string.h>

bool mann_words_begin(mann_words *words, const char *text, const char *between)
{
    bool fits = snprintf(words->text, sizeof words->text, "%s", text) < (int)sizeof words->text;
    words->text[0] = fits ? words->text[0] : '\0';
    words->rest = words->text;
    words->between = between;
    return fits;
}

char *mann_words_next(mann_words *words)
{
    char *word = words->rest + strspn(words->rest, words->between);
    words->rest = word + strcspn(word, words->between);
    if (*words->rest) {
        *words->rest++ = '\0';
    }
    return *word ? word : NULL;
}

char *mann_words_value(char *word)
{
    char *equals = strchr(word, '=');
    if (equals) {
        *equals++ = '\0';
    }
    return equals;
}
