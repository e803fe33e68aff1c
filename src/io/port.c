/* Ports: the arrays that a task's examples have, and whether an example has them. */
#include <mann/task.h>
#include <stdio.h>
#include <string.h>

/* n1: 0 for an array of rank 1, ANY for a second length that varies. */
enum { ANY = -2 };

static void add(mann_io_shape *io, const char *name, mann_type type, int32_t n0, int32_t n1,
                bool optional)
{
    int32_t rank = n1 ? 2 : 1;
    io->port[io->ports++] =
        (mann_port){name, type, rank, {n0, n1 == ANY ? MANN_VARIES : n1}, optional};
}

void mann_io_usual_ports(mann_io_shape *io)
{
    if (io->ports) {
        return;
    }
    if (io->inputs) {
        add(io, "input", MANN_REAL, MANN_STEPS, io->inputs, false);
    }
    if (io->vocabulary) {
        add(io, "story", MANN_INT32, MANN_VARIES, io->words, false);
        add(io, "question", MANN_INT32, 1, io->words, false);
        add(io, "support", MANN_INT32, MANN_VARIES, 0, true);
        add(io, "value", MANN_INT32, MANN_VARIES, 0, true);
    }
    if (io->target == MANN_TARGET_POINTER) {
        add(io, "target", MANN_INT32, MANN_STEPS, 0, false);
        add(io, "choices", MANN_REAL, MANN_STEPS, ANY, false);
    } else {
        add(io, "target", MANN_REAL, MANN_STEPS, io->outputs, false);
    }
    add(io, "mask", MANN_REAL, MANN_STEPS, 0, false);
}

int32_t mann_io_outputs(const mann_io_shape *io, const mann_example *example)
{
    const mann_array *choices =
        io->target == MANN_TARGET_POINTER ? mann_example_find(example, "choices") : NULL;
    return choices ? choices->n[1] : io->outputs;
}

const mann_port *mann_io_port(const mann_io_shape *io, const char *name)
{
    for (int32_t i = 0; i < io->ports; i++) {
        if (!strcmp(io->port[i].name, name)) {
            return &io->port[i];
        }
    }
    return NULL;
}

void mann_io_port_names(const mann_io_shape *io, char *text, size_t size)
{
    text[0] = '\0';
    for (int32_t i = 0; i < io->ports; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i ? ", " : "", io->port[i].name);
    }
}

/* "[T, 9]": T for steps, ? for what varies. */
static void shape_text(const mann_port *port, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int32_t i = 0; i < port->rank && used < size; i++) {
        const char *gap = i ? ", " : "";
        int32_t n = port->n[i];
        used += (size_t)(n > 0 ? snprintf(text + used, size - used, "%s%d", gap, n)
                               : snprintf(text + used, size - used, "%s%s", gap,
                                          n == MANN_STEPS ? "T" : "?"));
    }
    if (used < size) {
        snprintf(text + used, size - used, "]");
    }
}

static bool fits(const mann_port *port, const mann_example *example, const mann_array *array)
{
    bool good = array->type == port->type && array->rank == port->rank;
    for (int32_t i = 0; good && i < port->rank; i++) {
        int32_t n = port->n[i] == MANN_STEPS ? example->steps : port->n[i];
        good = n == MANN_VARIES ? array->n[i] >= 1 : array->n[i] == n;
    }
    return good;
}

bool mann_example_fits(const mann_io_shape *io, const mann_example *example, char *why, size_t size)
{
    for (int32_t i = 0; i < io->ports; i++) {
        const mann_port *port = &io->port[i];
        const mann_array *array = mann_example_find(example, port->name);
        if (array ? !fits(port, example, array) : !port->optional) {
            char shape[64];
            shape_text(port, shape, sizeof shape);
            snprintf(why, size, "example %llu lacks %s %s of %s",
                     (unsigned long long)example->index, port->name, shape,
                     port->type == MANN_REAL ? "real numbers" : "whole numbers");
            return false;
        }
    }
    return true;
}
