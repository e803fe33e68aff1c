/* All models, and the presets that name useful choices of their options. To add a model: write
 * its file, name it here and in the build file. */
#include <mann/model.h>

extern const mann_model_type mann_model_machine, mann_model_memn2n, mann_model_kvmemnn,
    mann_model_dmn, mann_model_memnn;

const mann_model_type *const mann_models[] = {&mann_model_machine, &mann_model_memn2n,
                                              &mann_model_kvmemnn, &mann_model_dmn,
                                              &mann_model_memnn,   NULL};

const mann_preset mann_presets[] = {
    {"ntm", "Neural Turing Machine: LSTM controller, memory matrix", &mann_model_machine,
     "model.controller=lstm model.memory=matrix"},
    {"ntm-ff", "Neural Turing Machine with a feed-forward controller", &mann_model_machine,
     "model.controller=ff model.memory=matrix"},
    {"ntm-rnn", "Neural Turing Machine with a plain recurrent controller", &mann_model_machine,
     "model.controller=rnn model.memory=matrix"},
    {"ntm-gru", "Neural Turing Machine with a GRU controller", &mann_model_machine,
     "model.controller=gru model.memory=matrix"},
    {"ntm+hopfield", "Neural Turing Machine with a modern Hopfield store beside its memory matrix",
     &mann_model_machine, "model.controller=lstm model.memory=matrix+hopfield memory2.form=modern"},
    {"fastweights", "recurrent network with fast weights (Ba et al. 2016)", &mann_model_machine,
     "model.controller=none model.feedback=false model.output=reads model.readout=100 "
     "model.memory=hopfield memory.decay=0.99 memory.learn=false memory.locations=32"},
    {"lstm", "long short-term memory, no external memory", &mann_model_machine,
     "model.controller=lstm model.memory=none"},
    {"gru", "gated recurrent unit, no external memory", &mann_model_machine,
     "model.controller=gru model.memory=none"},
    {"rnn", "plain recurrent network, no external memory", &mann_model_machine,
     "model.controller=rnn model.memory=none"},
    {"ff", "feed-forward network, no memory at all", &mann_model_machine,
     "model.controller=ff model.memory=none"},
    {"memn2n", "end-to-end memory network, trained as its authors did on one bAbI task",
     &mann_model_memn2n,
     "train.optimiser=sgd train.momentum=0 train.batch=32 train.clip=0 train.clip_each=1.25 "
     "train.clip_norm=0 "
     "train.lr=0.16 train.schedule=steps "
     "train.lr_steps=45epochs:0.5,70epochs:0.25,95epochs:0.125 "
     "train.max_sequences=120epochs"},
    {"memn2n-joint", "end-to-end memory network, trained as its authors did on all bAbI tasks",
     &mann_model_memn2n,
     "model.width=50 model.linear_start=30epochs "
     "train.optimiser=sgd train.momentum=0 train.batch=32 train.clip=0 train.clip_each=1.25 "
     "train.clip_norm=0 "
     "train.lr=0.16 train.schedule=steps "
     "train.lr_steps=45epochs:0.5,60epochs:0.25,75epochs:0.125 "
     "train.max_sequences=90epochs"},
    {"kvmemnn", "key-value memory network (Miller et al. 2016)", &mann_model_kvmemnn,
     "train.optimiser=sgd train.momentum=0 train.batch=32 train.clip_norm=0 train.lr=0.1 "
     "train.max_sequences=100000"},
    {"dmn", "dynamic memory network, its gates taught (Kumar et al. 2016)", &mann_model_dmn,
     "model.gates=1 train.lr=4e-3 train.clip_norm=1 "
     "train.max_sequences=400000"},
    {"memnn", "memory network that is taught which sentences matter (Weston et al. 2015)",
     &mann_model_memnn,
     "train.optimiser=sgd train.momentum=0 train.batch=16 train.clip_norm=0 train.lr=0.02 "
     "train.max_sequences=100000"},
    {0},
};
