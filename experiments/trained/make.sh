#!/bin/sh
# Trains the networks of this folder again, each from nothing, and takes the best weights of each:
#
#     experiments/trained/make.sh build/src/cli/mann [TASK...]
#
# Of one core they take half an hour, most of it priority_sort. Weights are the same each time on
# one kind of processor; where another adds in another order, they are as good but not the same.
set -eu
mann=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
shift
[ $# -gt 0 ] || set -- copy repeat_copy associative_recall ngram priority_sort
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

train() # task argument...
{
    "$mann" train "$@" -o "$work/$1" -p train.trace_every=0 -q
    "$mann" export "$work/$1" --weights "$here/$1.safetensors"
}

for task; do
    case $task in
    copy) train copy --seed 1 --sequences 100000 ;;
    repeat_copy) train repeat_copy --seed 1 ;;
    associative_recall)
        train associative_recall --seed 1 --model ntm-ff -p model.hidden=256 -p train.batch=8 \
            -p memory.read_heads=4 -p memory.write_heads=4 --sequences 30000
        ;;
    ngram) train ngram --seed 1 ;;
    priority_sort) train priority_sort --seed 1 ;;
    *)
        echo "there is no network for $task" >&2
        exit 2
        ;;
    esac
done
