#!/bin/sh
# The task in docs/add-a-task.md compiles as it stands there, without a warning.
#
# Usage: add_a_task.sh ROOT CC...
set -eu
root=$1
shift
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mann-task-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

sed -n '/^```c$/,/^```$/p' "$root/docs/add-a-task.md" | sed '/^```/d' >"$scratch/parity.c"
grep -q 'mann_task_type mann_task_parity = {' "$scratch/parity.c"
"$@" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
    -Werror -I"$root/include" -I"$root/src" -I"$root/tasks/sequences" -c "$scratch/parity.c" \
    -o "$scratch/parity.o"
echo "the task of docs/add-a-task.md compiles"
