/* --length 10,20,120 or --id 1:20: an option that only the task knows, with the values to test it
 * at. */
#ifndef MANN_CLI_VALUES_H
#define MANN_CLI_VALUES_H

#include "cli/cli.h"
#include "study/values.h"

#include <jansson.h>

/* An option that the sub-command itself does not have: --NAME LIST or --NAME=LIST of the task, else
 * one that all have in common. False if that ends the command, with *code. */
bool cli_values_option(mann_cli *cli, mann_values *values, int option, int argc, char **argv,
                       const char *help, int *code);

/* A number, or null if it is not finite. */
json_t *cli_number_json(double value);
/* A whole number, or a text. */
json_t *cli_value_json(const char *value);

#endif
