/* The sub-command `mann hopfield`. */
#ifndef MANN_CLI_CMD_HOPFIELD_H
#define MANN_CLI_CMD_HOPFIELD_H

/* argv[0] is the sub-command's name. Returns the exit code. */
int mann_cmd_hopfield(int argc, char **argv);

#endif
