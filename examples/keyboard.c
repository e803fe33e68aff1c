/* A trained network of bits, driven from the keyboard: type a vector of 0s and 1s, a bit per
 * channel, and see what the network answers at that step. A shorter line is filled up with zeros:
 * an empty one is a step in which nothing comes in.
 *
 *   mann train copy -o run && ./keyboard run      (its last channel is the delimiter) */
#include <mann/mann.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    mann_context *context = mann_context_alloc();
    mann_network *network =
        argc == 2 ? mann_checkpoint_open(context, argv[1], NULL, NULL, NULL) : NULL;
    mann_session *session = network ? mann_session_alloc(context, network) : NULL;
    if (!session || mann_session_begin(session, 1, 0, 0)) {
        fprintf(stderr, "keyboard: %s\n", argc == 2 ? mann_context_message(context) : "which run?");
        return 1;
    }
    const mann_io_shape *io = mann_network_io(network);
    float *input = calloc((size_t)io->inputs, sizeof *input);
    char line[4096];
    while (input && fgets(line, sizeof line, stdin)) {
        for (int i = 0, end = 0; i < io->inputs; i++) {
            end = end || (line[i] != '0' && line[i] != '1');
            input[i] = !end && line[i] == '1';
        }
        const float *output = mann_session_step(session, input);
        for (int i = 0; output && i < io->outputs; i++) {
            putchar(output[i] > 0.5F ? '1' : '0');
        }
        putchar('\n');
    }
    free(input);
    mann_session_free(session);
    mann_network_free(network);
    mann_context_free(context);
    return 0;
}
