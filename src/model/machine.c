/* The machine: a controller and a list of memories (Graves et al. 2014, Figure 1).
 *
 * Each step the controller sees the input and what the memories gave back in the last step; one
 * dense layer turns its output into an interface vector, cut into a slice per memory; each memory
 * is stepped; the output is a dense layer over the controller's output and the new reads:
 *
 *   h_t = controller([x_t, r_(t-1)])
 *   r_t = memories(interface(h_t))
 *   y_t = output([h_t, r_t])              with model.readout: output(relu(readout([h_t, r_t])))
 *
 * With one matrix it is the Neural Turing Machine, with no memory the plain recurrent network. A
 * memory that is a recurrent network itself needs neither feedback of r_(t-1) nor h_t in y_t. */
#include "model/outputs.h"
#include "model/sequence.h"
#include "nn/controller.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct machine_config {
    int32_t controller, hidden, layers;
    bool feedback;
    int32_t output, readout;
} machine_config;

typedef enum output_of { OUTPUT_ALL, OUTPUT_READS } output_of;

static const char *const controller_choices[] = {"none", "ff", "rnn", "lstm", "gru", NULL};
static const char *const output_choices[] = {"all", "reads", NULL};

#define FIELD(name) offsetof(machine_config, name)
static const mann_option machine_options[] = {
    {"controller", MANN_OPT_CHOICE, FIELD(controller), "lstm", 0, 0, controller_choices,
     "what drives the memories"},
    {"hidden", MANN_OPT_INT, FIELD(hidden), "100", 1, 65536, NULL, "units per layer H"},
    {"layers", MANN_OPT_INT, FIELD(layers), "1", 1, MANN_MAX_LAYERS, NULL, "layers"},
    {"feedback", MANN_OPT_BOOL, FIELD(feedback), "true", 0, 0, NULL,
     "whether the controller sees what the memories gave back in the last step"},
    {"output", MANN_OPT_CHOICE, FIELD(output), "all", 0, 0, output_choices,
     "what the output layer sees: controller and reads, or the reads alone"},
    {"readout", MANN_OPT_INT, FIELD(readout), "0", 0, 65536, NULL,
     "rectified units between that and the output layer; 0: none"},
    {0},
};

typedef struct machine {
    mann_io_shape io;
    mann_controller controller;
    mann_dense interface, readout, output;
    bool feedback, output_all, has_readout;
    bool at_once; /* the output layer runs over the rows of all steps at once */
    int32_t n_memories;
    struct {
        const mann_memory_type *type;
        void *self;
        int32_t interface_width, read_width;
        int32_t state;  /* where that of the memory begins */
        char scope[16]; /* of its parameters and tags: "memory", "memory2" */
    } memory[MANN_MAX_MEMORIES];
    int32_t interface_total;
    /* The state: that of the controller; from `reads` on the last reads, [B, read_width] each; then
     * those of the memories. */
    int32_t reads, states;
} machine;

static const mann_tag_info hidden_tag = {
    .name = "hidden", .kind = MANN_KIND_SIGNED, .axis = {"unit"}, .role = MANN_ROLE_HIDDEN};

static void close(void *self_)
{
    machine *self = self_;
    for (int32_t i = 0; i < self->n_memories; i++) {
        free(self->memory[i].self);
        self->memory[i].self = NULL;
    }
}

/* Rows wait for the output layer if it gives at least a fourth of the numbers that it sees: to
 * store those and read them again costs more than so narrow a layer saves. */
static bool worth(int32_t inputs, int32_t outputs)
{
    return 4 * outputs >= inputs;
}

static mann_status init(mann_context *context, void *self_, const mann_model_setup *setup,
                        mann_params *params)
{
    machine *self = self_;
    const machine_config *config = setup->config;
    int32_t reads = 0;
    if (config->output == OUTPUT_READS && !setup->n_memories) {
        return mann_fail(context, MANN_E_INVAL,
                         "model.output=reads needs a memory to read; set model.memory");
    }
    self->io = setup->io;
    self->feedback = config->feedback;
    self->output_all = config->output == OUTPUT_ALL;
    for (int32_t i = 0; i < setup->n_memories; i++) {
        const mann_memory_type *type = setup->memory[i].type;
        self->memory[i].type = type;
        self->memory[i].self = calloc(1, type->self_size);
        if (!self->memory[i].self) {
            return mann_fail(context, MANN_E_NOMEM, "out of memory for the machine");
        }
        self->n_memories = i + 1;
        self->memory[i].interface_width = type->interface_width(setup->memory[i].config);
        self->memory[i].read_width = type->read_width(setup->memory[i].config);
        self->interface_total += self->memory[i].interface_width;
        reads += self->memory[i].read_width;
    }
    mann_controller_init(&self->controller, (mann_controller_kind)config->controller,
                         setup->io.inputs, setup->io.inputs + (self->feedback ? reads : 0),
                         config->hidden, config->layers, params);
    self->reads = mann_controller_states(&self->controller);
    self->states = self->reads + self->n_memories;
    for (int32_t i = 0; i < self->n_memories; i++) {
        self->memory[i].state = self->states;
        self->states += self->memory[i].type->states;
    }
    int32_t outputs = mann_controller_outputs(&self->controller);
    if (self->n_memories) {
        self->interface = mann_dense_init(params, "interface", outputs, self->interface_total);
    }
    for (int32_t i = 0; i < self->n_memories; i++) {
        char *scope = self->memory[i].scope;
        snprintf(scope, sizeof self->memory[i].scope, i ? "memory%d" : "memory", i + 1);
        self->memory[i].type->init(self->memory[i].self, setup->memory[i].config, scope, params);
    }
    int32_t seen = (self->output_all ? outputs : 0) + reads;
    self->has_readout = config->readout > 0;
    if (self->has_readout) {
        self->readout = mann_dense_init(params, "readout", seen, config->readout);
        seen = config->readout;
    }
    self->output = mann_dense_init(params, "output", seen, setup->io.outputs);
    self->at_once = worth(seen, self->has_readout ? config->readout : setup->io.outputs);
    return MANN_OK;
}

static int32_t states(const void *self)
{
    return ((const machine *)self)->states;
}

static void begin(const void *self_, mann_tape *tape, int32_t batch, mann_var *state)
{
    const machine *self = self_;
    mann_controller_begin(&self->controller, tape, batch, state);
    for (int32_t i = 0; i < self->n_memories; i++) {
        const mann_memory_type *type = self->memory[i].type;
        mann_var *mine = state + self->memory[i].state;
        int32_t n[2] = {batch, self->memory[i].read_width};
        type->begin(self->memory[i].self, tape, batch, mine);
        state[self->reads + i] = type->first_read
                                     ? type->first_read(self->memory[i].self, tape, batch, mine)
                                     : mann_input(tape, 2, n);
    }
}

/* first and the present reads, side by side; NULL if there is nothing. */
static mann_var with_reads(const machine *self, mann_tape *tape, mann_var first,
                           const mann_var *state)
{
    mann_var part[1 + MANN_MAX_MEMORIES];
    int32_t parts = 0;
    if (first) {
        part[parts++] = first;
    }
    for (int32_t i = 0; i < self->n_memories; i++) {
        part[parts++] = state[self->reads + i];
    }
    return parts > 1 ? mann_concat(tape, 1, parts, part) : parts ? part[0] : NULL;
}

/* One step, from a row of mann_controller_inputs per sequence; what the output layer sees. */
static mann_var advance(const machine *self, mann_tape *tape, mann_var *state, mann_var inputs)
{
    mann_var reads = self->feedback ? with_reads(self, tape, NULL, state) : NULL;
    mann_var h = mann_controller_step(&self->controller, tape, state, inputs, reads);
    mann_tag(tape, &hidden_tag, h);
    if (self->n_memories) {
        mann_var interface = mann_dense_apply(self->interface, tape, h);
        int32_t at = 0;
        for (int32_t i = 0; i < self->n_memories; i++) {
            mann_var slice = mann_columns(tape, interface, at, self->memory[i].interface_width);
            at += self->memory[i].interface_width;
            mann_tape_scope(tape, self->memory[i].scope);
            state[self->reads + i] = self->memory[i].type->step(
                self->memory[i].self, tape, state + self->memory[i].state, slice);
        }
        mann_tape_scope(tape, NULL);
    }
    return with_reads(self, tape, self->output_all ? h : NULL, state);
}

/* The logits of any number of rows of what advance gives. */
static mann_var answer(const machine *self, mann_tape *tape, mann_var seen)
{
    if (self->has_readout) {
        seen = mann_activate(tape, mann_dense_apply(self->readout, tape, seen), MANN_RELU);
    }
    return mann_dense_apply(self->output, tape, seen);
}

static mann_var step(const void *self_, mann_tape *tape, mann_var *state, mann_var input)
{
    const machine *self = self_;
    mann_var inputs = mann_controller_inputs(&self->controller, tape, input);
    return answer(self, tape, advance(self, tape, state, inputs));
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const machine *self = self_;
    mann_sequences s = mann_sequences_pack(tape, batch, &self->io);
    mann_var *made = mann_tape_scratch(tape, (size_t)s.rows.steps * sizeof(mann_var));
    mann_var *state = mann_tape_scratch(tape, (size_t)self->states * sizeof(mann_var));
    if (mann_tape_status(tape)) {
        return;
    }
    begin(self, tape, batch->size, state);
    mann_var inputs = mann_controller_inputs(&self->controller, tape, s.input);
    for (int32_t t = 0; t < s.rows.steps; t++) {
        mann_tape_step(tape, t);
        made[t] = advance(self, tape, state, mann_packed_step(tape, &s.rows, inputs, t));
        made[t] = self->at_once ? made[t] : answer(self, tape, made[t]);
    }
    mann_var logits = mann_packed_join(tape, &s.rows, made);
    logits = self->at_once ? answer(self, tape, logits) : logits;
    mann_outputs_answer(tape, &self->io, s.rows, logits, s.target, s.mask, outputs);
}

static double multiply_adds(const mann_model_setup *setup)
{
    const machine_config *config = setup->config;
    mann_controller controller = {.kind = (mann_controller_kind)config->controller,
                                  .inputs = setup->io.inputs,
                                  .hidden = config->hidden,
                                  .layers = config->controller ? config->layers : 0};
    double interface = 0, reads = 0, total = 0;
    for (int32_t i = 0; i < setup->n_memories; i++) {
        const mann_memory_type *type = setup->memory[i].type;
        interface += type->interface_width(setup->memory[i].config);
        reads += type->read_width(setup->memory[i].config);
        total += type->multiply_adds(setup->memory[i].config);
    }
    controller.inputs += config->feedback ? (int32_t)reads : 0;
    double outputs = mann_controller_outputs(&controller);
    double seen = reads + (config->output == OUTPUT_ALL ? outputs : 0);
    double last =
        config->readout ? config->readout * (seen + setup->io.outputs) : seen * setup->io.outputs;
    return total + mann_controller_multiply_adds(&controller) + outputs * interface + last;
}

static const char *const ports[] = {"input", NULL};

const mann_model_type mann_model_machine = {
    .name = "machine",
    .summary = "a controller that drives external memories; without memories a plain network",
    .options = machine_options,
    .config_size = sizeof(machine_config),
    .self_size = sizeof(machine),
    .ports = ports,
    .memories = MANN_MAX_MEMORIES,
    .init = init,
    .states = states,
    .begin = begin,
    .step = step,
    .forward = forward,
    .close = close,
    .multiply_adds = multiply_adds,
};
