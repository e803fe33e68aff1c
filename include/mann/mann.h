/* All of libmann but mann/gsl.h, which needs GSL's headers. */
#ifndef MANN_MANN_H
#define MANN_MANN_H

#include <mann/base.h>
#include <mann/batch.h>
#include <mann/checkpoint.h>
#include <mann/history.h>
#include <mann/hopfield.h>
#include <mann/memory.h>
#include <mann/model.h>
#include <mann/op.h>
#include <mann/option.h>
#include <mann/param.h>
#include <mann/rng.h>
#include <mann/run.h>
#include <mann/session.h>
#include <mann/statistics.h>
#include <mann/tape.h>
#include <mann/task.h>
#include <mann/tensor.h>
#include <mann/trace.h>
#include <mann/train.h>

#endif
