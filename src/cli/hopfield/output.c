/* The file that a picture or the store goes into. */
#include "cli/hopfield/command.h"

#include "io/file.h"

#include <stdlib.h>
#include <string.h>

const char *hopfield_format(const hopfield_command *command)
{
    return strrchr(command->output, '.') + 1;
}

bool hopfield_is_store(const hopfield_command *command)
{
    return command->output && !strcmp(hopfield_format(command), "safetensors");
}

mann_status hopfield_save(const hopfield_command *command, char *data, size_t size)
{
    mann_status status = mann_file_replace(command->cli.context, command->output, data, size);
    free(data);
    return status;
}
