/* Files inside folders and archives. */
#ifndef MANN_IO_MEMBERS_H
#define MANN_IO_MEMBERS_H

#include <mann/base.h>

/* What becomes of each file; name is its path, through archives too: "data/en.tar.gz/en/qa1.txt".
 */
typedef struct mann_members {
    void *user;
    size_t limit;                                /* bytes of a file; a larger one is an error */
    bool (*wants)(void *user, const char *name); /* asked for each file; else it is passed over */
    /* Of each wanted file; data is lent and has a 0 byte behind it. */
    mann_status (*take)(void *user, const char *name, const char *data, size_t size);
    bool (*enough)(void *user); /* stops the search; NULL: never */
} mann_members;

/* Visits the files of path, a folder (with folders and archives in it, three deep) or an archive
 * (.tar, .tar.gz, .zip, ...; known by content). Those of a folder come in the order of their sizes,
 * so that what is small is not searched for behind what is large. MANN_E_IO (cannot be read),
 * MANN_E_FORMAT (damaged, no archive, too large a file), MANN_E_NOMEM, or what take returns. */
mann_status mann_members_visit(mann_context *context, const char *path,
                               const mann_members *members);

#endif
