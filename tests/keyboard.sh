#!/bin/sh
# Copy, driven from the keyboard: what is typed, step by step, comes back after the delimiter.
#
# Usage: keyboard.sh KEYBOARD CHECKPOINT-OF-COPY
set -eu
vectors='10110010
01110111
00000001
11111111
10101010'
answer=$(printf '%s\n000000001\n\n\n\n\n\n' "$vectors" | "$1" "$2" | tail -n 5)
if [ "$answer" != "$vectors" ]; then
    printf "typed:\n%s\nanswered:\n%s\n" "$vectors" "$answer"
    exit 1
fi
if error=$("$1" "$2.missing" </dev/null 2>&1); then exit 1; fi
echo "$error" | grep -q "there is no such run or checkpoint"
[ "$(wc -l <"$3")" -le 40 ]
echo "five vectors came back"
